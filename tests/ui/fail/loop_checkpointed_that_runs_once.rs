//! A checkpointed loop is computed again: what gives something else each time cannot stand in it.
use chainrule::differentiable;

fn next(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
    *seed as f64
}

#[differentiable]
fn noisy(x: f64, seed: &mut u64) -> f64 {
    let mut y = x;
    #[checkpoint]
    for _ in 0..10 {
        let noise = next(seed);
        y = y.sin() * noise;
    }
    y
}

#[differentiable]
fn misspelt(x: f64) -> f64 {
    let mut y = x;
    #[checkpoint(each = 3)]
    for _ in 0..10 {
        y = y.sin();
    }
    y
}

static CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[differentiable(checkpoint)]
fn whole(x: f64) -> f64 {
    let mut y = x;
    for _ in 0..10 {
        y *= CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) as f64;
    }
    y
}

fn main() {
    whole(1.0);
    noisy(1.0, &mut 1);
    misspelt(1.0);
}
