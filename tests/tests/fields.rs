//! Programs as people of several fields write them, each beside differences: in both modes, twice, and in second order.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array2, Axis};
use chainrule::prelude::*;

/// Numbers between -1.3 and 1.7.
fn point<const N: usize>(seed: u64) -> [f64; N] {
    let mut state = seed * 7919 + 13;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as f64 / (1_u64 << 31) as f64 * 3.0 - 1.3
    })
}

fn near(found: &[f64], expected: &[f64], by: f64, what: &str) {
    let size = expected.iter().fold(1.0_f64, |size, e| size.max(e.abs()));
    let is_near = found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= by * size);
    assert!(is_near, "{what}: {found:?}, expected {expected:?}");
}

/// `f` at `x` moved by `by` along each of the directions, and against it: the difference.
fn differences<const N: usize, const M: usize>(
    f: impl Fn(&[f64; N]) -> [f64; M],
    x: &[f64; N],
    along: &[f64; N],
    by: f64,
) -> [f64; M] {
    let moved = |by: f64| f(&std::array::from_fn(|at| x[at] + by * along[at]));
    let (above, below) = (moved(by), moved(-by));
    std::array::from_fn(|at| (above[at] - below[at]) / (2.0 * by))
}

macro_rules! beside_differences {
    ($($f:ident: $n:literal,)*) => {$(
        #[test]
        fn $f() {
            for seed in 0..4 {
                let x = point::<$n>(seed);
                let (y, gradient) = super::$f::value_and_grad(&x);
                near(&[y], &[super::$f(&x)], 1e-13, "the value");
                let unit = |at: usize| std::array::from_fn(|other| f64::from(u8::from(other == at)));
                let expected: [f64; $n] = std::array::from_fn(|at| {
                    differences(|x| [super::$f(x)], &x, &unit(at), 1e-6)[0]
                });
                near(&gradient, &expected, 1e-6, "the gradient");
                let (value, pullback) = super::$f::vjp(&x);
                near(&[value], &[y], 1e-13, "the value of vjp");
                near(&pullback(1.0), &gradient, 1e-11, "the pullback");
                near(&pullback(-2.0).map(|d| d / -2.0), &gradient, 1e-11, "the pullback again");
                let mut into = [0.5; $n];
                super::$f::value_and_grad_into(&x, &mut into);
                near(&into, &gradient, 1e-11, "the gradient into another");
                forward_agrees(&gradient, |tangent| super::$f::jvp(&x, tangent).1);
                let along: [f64; $n] = point(seed + 9);
                let (again, product) = super::$f::grad_and_hvp(&x, &along);
                near(&again, &gradient, 1e-11, "the gradient of grad_and_hvp");
                near(&super::$f::hvp(&x, &along), &product, 1e-11, "hvp");
                let expected = differences(|x| super::$f::grad(x), &x, &along, 1e-5);
                near(&product, &expected, 1e-4, "the Hessian's product");
            }
        }
    )*};
}

// Bodies that attract each other: lists of structs, and lists of arrays.

#[derive(Clone, Differentiable)]
struct Body {
    pos: [f64; 3],
    vel: [f64; 3],
    #[differentiable(constant)]
    mass: f64,
}
#[differentiable(second_order)]
fn forces(bodies: &[Body]) -> Vec<[f64; 3]> {
    let n = bodies.len();
    let mut out = vec![[0.0; 3]; n];
    for i in 0..n {
        for j in (i + 1)..n {
            let mut d = [0.0; 3];
            for (k, dk) in d.iter_mut().enumerate() {
                *dk = bodies[j].pos[k] - bodies[i].pos[k];
            }
            let r2: f64 = d.iter().map(|v| v * v).sum::<f64>() + 0.5;
            let f = bodies[i].mass * bodies[j].mass / (r2 * r2.sqrt());
            for k in 0..3 {
                out[i][k] += f * d[k];
                out[j][k] -= f * d[k];
            }
        }
    }
    out
}
#[differentiable(second_order)]
fn nbody(x: &[f64; 9]) -> f64 {
    let mut bodies: Vec<Body> = Vec::with_capacity(3);
    for c in x.chunks(3) {
        bodies.push(Body {
            pos: [c[0], c[1], c[2]],
            vel: [0.0, c[0] * 0.1, 0.0],
            mass: 1.0 + bodies.len() as f64,
        });
    }
    let dt = 0.05;
    let mut a = forces(&bodies);
    for _step in 0..3 {
        for (b, f) in bodies.iter_mut().zip(&a) {
            for k in 0..3 {
                b.vel[k] += 0.5 * dt * f[k] / b.mass;
                b.pos[k] += dt * b.vel[k];
            }
        }
        let new = forces(&bodies);
        for (b, f) in bodies.iter_mut().zip(new.iter()) {
            b.vel.iter_mut().zip(f).for_each(|(v, f)| *v += 0.5 * dt * f / b.mass);
        }
        a = new;
    }
    bodies
        .iter()
        .map(|b| 0.5 * b.mass * b.vel.iter().map(|v| v.powi(2)).sum::<f64>() + b.pos[0])
        .sum()
}

// An American put on a lattice, backwards in place.

#[differentiable(second_order)]
fn american_put(x: &[f64; 5]) -> f64 {
    let (s0, k, r, sigma, t) =
        (3.0 + x[0], 3.0 + x[1], 0.05 + 0.01 * x[2], 0.3 + 0.05 * x[3], 1.5 + 0.2 * x[4]);
    const N: usize = 6;
    let dt = t / N as f64;
    let u = (sigma * dt.sqrt()).exp();
    let d = u.recip();
    let disc = (-r * dt).exp();
    let p = ((r * dt).exp() - d) / (u - d);
    let spot = |i: usize, j: usize| s0 * u.powi(j as i32) * d.powi((i - j) as i32);
    let mut v: Vec<f64> = (0..=N).map(|j| (k - spot(N, j)).max(0.0)).collect();
    for i in (0..N).rev() {
        for j in 0..=i {
            let hold = disc * (p * v[j + 1] + (1.0 - p) * v[j]);
            let exercise = k - spot(i, j);
            v[j] = if exercise > hold { exercise } else { hold };
        }
        v.pop();
    }
    v[0]
}

// The forward algorithm and the best path of a hidden Markov model.

fn argmax_of(v: &[f64]) -> usize {
    let mut b = 0;
    for i in 1..v.len() {
        if v[i] > v[b] {
            b = i;
        }
    }
    b
}
#[differentiable(second_order)]
fn hmm(x: &[f64; 10]) -> f64 {
    let lse = |v: &[f64]| {
        let m = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        m + v.iter().map(|a| (a - m).exp()).sum::<f64>().ln()
    };
    let trans = [[x[0], x[1]], [x[2], x[3]]];
    let norm: Vec<Vec<f64>> = trans
        .iter()
        .map(|row| {
            let z = lse(row);
            row.iter().map(|v| v - z).collect()
        })
        .collect();
    let emit = &x[4..8];
    let obs = [0usize, 1, 1, 0, 1];
    let mut alpha = vec![x[8] + emit[0], x[9] + emit[1]];
    let mut best = alpha.clone();
    for &o in obs.iter().skip(1) {
        let mut next = Vec::new();
        let mut vit = Vec::new();
        for j in 0..2 {
            let terms: Vec<f64> = (0..2).map(|i| alpha[i] + norm[i][j]).collect();
            next.push(lse(&terms) + emit[2 * o + j]);
            let scores: Vec<f64> = best.iter().zip(&norm).map(|(b, row)| b + row[j]).collect();
            let top = stop_gradient(argmax_of(&scores));
            vit.push(scores[top] + emit[2 * o + j]);
        }
        std::mem::swap(&mut alpha, &mut next);
        best = vit;
    }
    lse(&alpha) + 0.5 * best[0].max(best[1])
}

// Elimination with pivots, in place.

#[differentiable(second_order)]
fn lu_pivot(x: &[f64; 12]) -> f64 {
    let mut a: Vec<Vec<f64>> = x[..9].chunks(3).map(|c| c.to_vec()).collect();
    let mut b = x[9..].to_vec();
    let n = a.len();
    let mut sign = 1.0;
    for c in 0..n {
        let mut piv = c;
        for r in c + 1..n {
            if a[r][c].abs() > a[piv][c].abs() {
                piv = r;
            }
        }
        if piv != c {
            a.swap(c, piv);
            b.swap(c, piv);
            sign = -sign;
        }
        for r in c + 1..n {
            let m = a[r][c] / a[c][c];
            a[r][c] = m;
            for j in c + 1..n {
                let t = m * a[c][j];
                a[r][j] -= t;
            }
            b[r] -= m * b[c];
        }
    }
    let mut det = sign;
    for i in (0..n).rev() {
        det *= a[i][i];
        let mut s = b[i];
        for j in i + 1..n {
            s -= a[i][j] * b[j];
        }
        b[i] = s / (a[i][i] + 3.0 * a[i][i].signum());
    }
    det + b.iter().sum::<f64>()
}

// Rays through spheres: structs by value, and what hits nothing.

#[derive(Clone, Copy, Differentiable)]
struct V3 {
    x: f64,
    y: f64,
    z: f64,
}
impl std::ops::Add for V3 {
    type Output = V3;
    fn add(self, o: V3) -> V3 {
        V3 { x: self.x + o.x, y: self.y + o.y, z: self.z + o.z }
    }
}
impl V3 {
    #[differentiable(second_order, associated)]
    fn new(x: f64, y: f64, z: f64) -> V3 {
        V3 { x, y, z }
    }
    #[differentiable(second_order)]
    fn dot(self, o: V3) -> f64 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }
    #[differentiable(second_order)]
    fn scale(self, s: f64) -> V3 {
        V3 { x: s * self.x, y: s * self.y, z: s * self.z }
    }
    #[differentiable(second_order)]
    fn minus(self, o: V3) -> V3 {
        V3::new(self.x - o.x, self.y - o.y, self.z - o.z)
    }
    #[differentiable(second_order)]
    fn plus(self, o: V3) -> V3 {
        V3::new(self.x + o.x, self.y + o.y, self.z + o.z)
    }
    #[differentiable(second_order)]
    fn length(self) -> f64 {
        (self.dot(self) + 0.01).sqrt()
    }
    #[differentiable(second_order)]
    fn normalize(self) -> V3 {
        let n = self.length();
        self.scale(1.0 / n)
    }
}
#[derive(Clone, Copy, Differentiable)]
struct Ray {
    from: V3,
    dir: V3,
}
#[derive(Clone, Copy, Differentiable)]
struct Sphere {
    c: V3,
    r: f64,
    albedo: f64,
}
impl Sphere {
    #[differentiable(second_order)]
    fn hit(&self, ray: &Ray) -> Option<f64> {
        let oc: V3 = ray.from.minus(self.c);
        let b = oc.dot(ray.dir);
        let c = oc.dot(oc) - self.r * self.r;
        let disc = b * b - c;
        if disc < 0.0 {
            return None;
        }
        let t = -b - disc.sqrt();
        if t > 1e-3 { Some(t) } else { None }
    }
}
#[differentiable(second_order)]
fn trace(x: &[f64; 6]) -> f64 {
    let spheres = [
        Sphere { c: V3::new(0.2 * x[0], 0.0, 5.0), r: 1.0 + 0.1 * x[1], albedo: x[2] },
        Sphere { c: V3::new(0.0, -101.0, 5.0), r: 100.0, albedo: 0.5 },
    ];
    let light = V3::new(x[3], 4.0, x[4]).normalize();
    let mut ray = Ray {
        from: V3::new(0.0, 0.0, 0.0),
        dir: V3::new(0.05, -0.1 + 0.01 * x[5], 1.0).normalize(),
    };
    let mut color = 0.0;
    let mut weight = 1.0;
    'bounce: for _ in 0..3 {
        let mut nearest: Option<f64> = None;
        let mut which = 0;
        for (i, s) in spheres.iter().enumerate() {
            match (s.hit(&ray), nearest) {
                (Some(t), None) => {
                    nearest = Some(t);
                    which = i;
                }
                (Some(t), Some(best)) if t < best => {
                    nearest = Some(t);
                    which = i;
                }
                _ => {}
            }
        }
        let Some(t) = nearest else {
            color += weight * (0.5 + 0.5 * ray.dir.y);
            break 'bounce;
        };
        let s = &spheres[which];
        let at = ray.from.plus(ray.dir.scale(t));
        let normal: V3 = at.minus(s.c).normalize();
        let diffuse = normal.dot(light).max(0.0);
        color += weight * s.albedo * diffuse;
        weight *= 0.4;
        let reflected = ray.dir.minus(normal.scale(2.0 * normal.dot(ray.dir)));
        ray = Ray { from: at, dir: reflected };
    }
    color
}

// Closures that write, in every operand.

#[differentiable(second_order)]
fn order(x: &[f64; 5]) -> f64 {
    let mut s = x[0];
    let mut take = |k: f64| {
        let old = s;
        s = s * k + x[1];
        old
    };
    let a = take(x[2]) - take(x[3]) * take(x[4]);
    let t = (take(2.0), take(x[0]));
    let v = [take(0.5), take(x[1]), take(1.0)];
    let b = take(1.5) + if take(0.3) > 0.0 { take(x[2]) } else { -take(x[3]) };
    a + t.0 * t.1 + v[0] * v[2] - v[1] + b * s
}

// Lists that grow while they are gone through, and loops that end otherwise than they began.

#[differentiable(second_order)]
fn growing(x: &[f64; 4]) -> f64 {
    let mut queue = vec![x[0].abs() + 1.0, x[1].abs() + 2.0];
    let mut i = 0;
    let mut total = 0.0;
    while i < queue.len() {
        let v = queue[i];
        if v > 1.5 && queue.len() < 12 {
            queue.push(v * 0.6);
            queue.push(v * 0.3 + x[2] * 0.1);
        }
        if let Some(last) = queue.last()
            && *last < 0.1
        {
            queue.pop();
        }
        total += v * v / (1.0 + i as f64);
        i += 1;
    }
    let mut n = 5;
    let mut j = 0;
    'outer: loop {
        for k in 0..n {
            if total * 0.1 > 30.0 {
                break 'outer;
            }
            if k == 3 {
                n -= 1;
                continue 'outer;
            }
            total = total * 1.01 + x[3] * k as f64;
        }
        j += 1;
        if j > 3 {
            break;
        }
    }
    total + (queue.len() + n) as f64
}

// The loss of connectionist temporal classification, in a table.

#[differentiable(second_order)]
fn ctc(x: &[f64; 12]) -> f64 {
    fn logaddexp(a: f64, b: f64) -> f64 {
        if a == f64::NEG_INFINITY {
            return b;
        }
        if b == f64::NEG_INFINITY {
            return a;
        }
        let m = a.max(b);
        m + ((a - m).exp() + (b - m).exp()).ln()
    }
    let logits = Array2::from_shape_vec((4, 3), x.to_vec()).unwrap();
    let lp = logits.log_softmax(Axis(1));
    let ext = [0usize, 1, 0, 2, 0];
    let (t, s) = (lp.nrows(), ext.len());
    let mut alpha = Array2::from_elem((t, s), f64::NEG_INFINITY);
    alpha[[0, 0]] = lp[[0, ext[0]]];
    alpha[[0, 1]] = lp[[0, ext[1]]];
    for i in 1..t {
        for j in 0..s {
            let mut a = alpha[[i - 1, j]];
            if j > 0 {
                a = logaddexp(a, alpha[[i - 1, j - 1]]);
            }
            if j > 1 && ext[j] != 0 && ext[j] != ext[j - 2] {
                a = logaddexp(a, alpha[[i - 1, j - 2]]);
            }
            alpha[[i, j]] = a + lp[[i, ext[j]]];
        }
    }
    -logaddexp(alpha[[t - 1, s - 1]], alpha[[t - 1, s - 2]])
}

// Functions and constants that blocks have other things named like.

const LIMIT: f64 = 1.5;
fn helper_constant() -> f64 {
    2.0
}
#[differentiable(second_order)]
fn hygiene(x: &[f64; 4]) -> f64 {
    const SCALE: f64 = 3.0;
    fn twice(v: f64) -> f64 {
        v * SCALE + LIMIT
    }
    let scale = x[0];
    let shift = |v: f64| v * scale + helper_constant();
    let mut out = 0.0;
    {
        let scale = x[1];
        let v = x[2];
        out += twice(v * scale) + shift(v);
    }
    for scale in [x[3], x[0] * 2.0] {
        let limit = scale;
        out += shift(limit) * twice(scale);
    }
    let v = 5.0 * x[1];
    out * v
        + match x[2] {
            v if v > LIMIT => twice(v),
            scale => shift(scale),
        }
}

mod tests {
    use super::{differences, near, point};
    use chainrule_tests::forward_agrees;
    beside_differences! { nbody: 9, american_put: 5, hmm: 10, lu_pivot: 12, trace: 6, order: 5, growing: 4, ctc: 12, hygiene: 4, }
}
