//! The formula over long vectors: one pass over memory, in blocks. A loop that also adds up the value would not
//! become vector code, so the block's values are added up from the first-level cache.

use super::math::{exp, fma, sigmoid, tanh};
use super::product::threads;
use super::vectorised::vectorised;
use peers_common::inputs::Inputs;
use peers_common::number::squares;
use peers_common::side::Prepared;

const BLOCK: usize = 512;
type Block = [f32; BLOCK];

#[inline(always)]
fn block<const FUSED: bool>(operands: [&Block; 3], gradients: [&mut Block; 3], value: &mut Block) {
    let ([a, b, c], [da, db, dc]) = (operands, gradients);
    for j in 0..BLOCK {
        let (a, b, c) = (a[j], b[j], c[j]);
        let t = tanh::<FUSED>(fma::<FUSED>(a, b, c));
        let s = sigmoid::<FUSED>(a - c);
        let e = exp::<FUSED>(-b * b);
        value[j] = t * s + e;
        let du = s * (1.0 - t * t);
        let dv = t * s * (1.0 - s);
        da[j] = du * b + dv;
        db[j] = du * a - 2.0 * b * e;
        dc[j] = du - dv;
    }
}

/// The elements from `start` on, with zeros after the end.
fn staged(x: &[f32], start: usize) -> Block {
    let mut block = [0.0; BLOCK];
    block[..x.len() - start].copy_from_slice(&x[start..]);
    block
}

vectorised! {
    fn value_and_grad<FUSED>(operands: [&[f32]; 3], gradients: [&mut [f32]; 3]) -> f32 {
        let [a, b, c] = operands;
        let [da, db, dc] = gradients;
        let mut sums = [0.0; 64];
        let mut values = [0.0; BLOCK];
        let mut add = |values: &[f32]| {
            for values in values.as_chunks::<64>().0 {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            }
        };
        let whole = a.len() / BLOCK * BLOCK;
        let blocks = a.as_chunks().0.iter().zip(b.as_chunks().0).zip(c.as_chunks().0);
        let places =
            da.as_chunks_mut().0.iter_mut().zip(db.as_chunks_mut().0).zip(dc.as_chunks_mut().0);
        for (((a, b), c), ((da, db), dc)) in blocks.zip(places) {
            block::<FUSED>([a, b, c], [da, db, dc], &mut values);
            add(&values);
        }
        let rest = a.len() - whole;
        if rest > 0 {
            let [mut ga, mut gb, mut gc] = [[0.0; BLOCK]; 3];
            let operands = [&staged(a, whole), &staged(b, whole), &staged(c, whole)];
            block::<FUSED>(operands, [&mut ga, &mut gb, &mut gc], &mut values);
            values[rest..].fill(0.0);
            add(&values);
            da[whole..].copy_from_slice(&ga[..rest]);
            db[whole..].copy_from_slice(&gb[..rest]);
            dc[whole..].copy_from_slice(&gc[..rest]);
        }
        sums.iter().sum()
    }
}

/// On one thread or in two halves.
fn parallel([a, b, c]: [&[f32]; 3], [da, db, dc]: [&mut [f32]; 3]) -> f32 {
    if threads() < 2 {
        return value_and_grad([a, b, c], [da, db, dc]);
    }
    let half = a.len() / 2 / BLOCK * BLOCK;
    let ((a, a2), (b, b2), (c, c2)) = (a.split_at(half), b.split_at(half), c.split_at(half));
    let (da, da2) = da.split_at_mut(half);
    let (db, db2) = db.split_at_mut(half);
    let (dc, dc2) = dc.split_at_mut(half);
    let (first, second) = rayon::join(
        || value_and_grad([a, b, c], [da, db, dc]),
        || value_and_grad([a2, b2, c2], [da2, db2, dc2]),
    );
    first + second
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let [a, b, c] = ["chain_a", "chain_b", "chain_c"].map(|name| inputs.numbers::<f32>(name));
    let mut gradients = [vec![0.0; a.len()], vec![0.0; a.len()], vec![0.0; a.len()]];
    let value = parallel([&a, &b, &c], gradients.each_mut().map(|g| &mut g[..]));
    let norm: f64 = gradients.iter().map(squares).sum();
    Prepared::new(value.into(), norm.sqrt(), move || {
        parallel([&a, &b, &c], gradients.each_mut().map(|g| &mut g[..]))
    })
}
