//! Methods of the user's that are called like those that ask arrays for their shape, and give floats.

use chainrule::{Differentiable, differentiable};

#[derive(Differentiable, Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Differentiable)]
struct Line {
    from: Point,
    to: Point,
}

impl Point {
    #[differentiable]
    fn len(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    fn ndim(&self) -> usize {
        2
    }

    #[differentiable]
    fn normalized(self) -> Point {
        let length = self.len();
        Point { x: self.x / length, y: self.y / length }
    }
}

#[differentiable]
fn of_a_field(line: &Line) -> f64 {
    2.0 * line.to.len() + line.from.x
}

#[differentiable]
fn of_a_call(point: Point) -> f64 {
    point.normalized().len()
}

#[differentiable]
fn of_an_item(points: &[Point]) -> f64 {
    let mut sum = points[0].x;
    for (i, point) in points.iter().enumerate() {
        sum *= point.len() + points[i].len();
    }
    sum
}

/// What gives no floats may have any name.
#[differentiable]
fn of_numbers(line: &Line) -> f64 {
    (line.to.ndim() + line.from.ndim()) as f64 * line.to.x
}

fn main() {
    let point = Point { x: 1.0, y: 2.0 };
    let line = Line { from: point, to: point };
    of_a_field::grad(&line);
    of_a_call::grad(point);
    of_an_item::grad(&[point]);
    of_numbers::grad(&line);
}
