//! Random numbers that depend on where a training is, and on nothing that came before: so they need
//! not be kept for a training to go on.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Streams of shuffles lie below, those of steps above.
const STEPS: u64 = 1 << 63;

/// The order of the rows in an epoch, from 1.
pub(super) fn order(seed: u64, epoch: usize, rows: usize) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(epoch as u64);
    let mut order: Vec<usize> = (0..rows).collect();
    order.shuffle(&mut rng);
    order
}

/// The random numbers of a part of a step, from 0; a part of a step has 2^68 of them.
pub(super) fn of_step(seed: u64, step: usize, part: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Steps are numbered in 43 bits, parts in 20.
    rng.set_stream(STEPS | ((step as u64) << 20) & !STEPS | (part as u64) & 0xf_ffff);
    rng
}
