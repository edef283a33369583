//! Maps and sets whose keys are hashed by a multiplication: nobody chooses our keys to harm us, and in a debug build,
//! in which macros are not optimised, the standard hash is a fifth of the compiler's time.

use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Multiplying>>;
pub(crate) type HashSet<K> = std::collections::HashSet<K, BuildHasherDefault<Multiplying>>;

/// The hash of rustc's own tables: rotate, mix in a word, multiply.
#[derive(Default)]
pub(crate) struct Multiplying(u64);

impl Multiplying {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Multiplying {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.word(value.into());
    }

    fn write_usize(&mut self, value: usize) {
        self.word(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
