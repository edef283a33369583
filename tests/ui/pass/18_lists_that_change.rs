//! Lists that grow and shrink, parts of them under names, and several arrays written at once.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, Zip, array};

/// A calculator: what it does depends on a text.
#[differentiable]
fn calculated(x: f64, y: f64, text: &str) -> f64 {
    let mut stack = Vec::new();
    for c in text.chars() {
        match c {
            'x' => stack.push(x),
            'y' => stack.push(y),
            _ => {
                let (b, a) = (stack.pop().unwrap(), stack.pop().unwrap());
                stack.push(if c == '*' { a * b } else { a + b });
            }
        }
    }
    stack.truncate(1);
    stack[0]
}

/// A name for a part of a variable stands for that part, read or written.
#[differentiable]
fn parts(x: &[f64]) -> f64 {
    let mut x = x.to_vec();
    let (head, tail) = x.split_at_mut(2);
    head[0] *= tail[0];
    for pair in x.chunks_exact_mut(2) {
        pair[1] *= pair[0];
    }
    x[1] + x[3]
}

/// Both arrays, element by element.
#[differentiable]
fn exchanged(x: &Array1<f64>, y: &Array1<f64>) -> f64 {
    let (mut x, mut y) = (x.clone(), y.clone());
    Zip::from(&mut x).and(&mut y).for_each(|x, y| {
        let sum = *x + *y;
        *y *= *x;
        *x = sum;
    });
    x.dot(&y)
}

/// Where elements go is a constant; the greatest is found with its position.
#[differentiable]
fn sorted(x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
    sorted.insert(1, 10.0);
    if let Some(last) = sorted.last_mut() {
        *last *= *last;
    }
    let mut greatest: Option<(f64, usize)> = None;
    for (at, v) in x.iter().enumerate() {
        match greatest {
            Some((most, _)) if most >= *v => {}
            _ => greatest = Some((*v, at)),
        }
    }
    let (most, at) = greatest.unwrap();
    sorted[0] * sorted[1] + sorted[2] + most * at as f64
}

fn main() {
    // x y + x
    assert_eq!(calculated::grad(3.0, 2.0, "xy*x+"), (3.0, 3.0));
    // x0 x2 x1 + x2 x3
    assert_eq!(parts::grad(&[1.0, 2.0, 3.0, 4.0]), [6.0, 3.0, 6.0, 3.0]);
    // 10 x1 + x0^2 + 0 x0
    assert_eq!(sorted::grad(&[3.0, 2.0]), [6.0, 10.0]);
    // (x + y) x y
    let (dx, dy) = exchanged::grad(&array![1.0], &array![2.0]);
    assert_eq!((dx, dy), (array![8.0], array![5.0]));
}
