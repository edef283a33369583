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

fn main() {
    // x y + x
    assert_eq!(calculated::grad(3.0, 2.0, "xy*x+"), (3.0, 3.0));
    // x0 x2 x1 + x2 x3
    assert_eq!(parts::grad(&[1.0, 2.0, 3.0, 4.0]), [6.0, 3.0, 6.0, 3.0]);
    // (x + y) x y
    let (dx, dy) = exchanged::grad(&array![1.0], &array![2.0]);
    assert_eq!((dx, dy), (array![8.0], array![5.0]));
}
