//! What every side computes from: numbers from one seed, in raw little-endian files.

use std::path::{Path, PathBuf};
use std::{fs, io};

use ndarray::{Array1, Array2, Array3};

use crate::number::Number;

/// One file: its name, how many numbers, and what they lie between.
struct File {
    name: &'static str,
    len: usize,
    low: f64,
    high: f64,
    double: bool,
}

const fn single(name: &'static str, len: usize, bound: f64) -> File {
    File { name, len, low: -bound, high: bound, double: false }
}

const fn double(name: &'static str, len: usize, low: f64, high: f64) -> File {
    File { name, len, low, high, double: true }
}

/// Sequences of the recurrent networks: steps, rows of a batch, features; and their hidden units.
pub const STEPS: usize = 64;
pub const BATCH: usize = 16;
pub const FEATURES: usize = 32;
pub const HIDDEN: usize = 128;
/// Classes of all classifiers.
pub const CLASSES: usize = 10;
/// Pixels of an image, images of the largest batch.
pub const PIXELS: usize = 784;
pub const IMAGES: usize = 512;

/// Weights have the spread that keeps activations where they matter: about one over the root of the inputs.
const FILES: &[File] = &[
    single("xor_w1", 4, 1.0),
    single("xor_b1", 2, 0.1),
    single("xor_w2", 2, 1.0),
    single("xor_b2", 1, 0.1),
    File { name: "images", len: IMAGES * PIXELS, low: 0.0, high: 1.0, double: false },
    single("mlp128_w1", PIXELS * 128, 0.036),
    single("mlp128_b1", 128, 0.05),
    single("mlp128_w2", 128 * CLASSES, 0.088),
    single("mlp128_b2", CLASSES, 0.05),
    single("mlp256_w1", PIXELS * 256, 0.036),
    single("mlp256_b1", 256, 0.05),
    single("mlp256_w2", 256 * 256, 0.062),
    single("mlp256_b2", 256, 0.05),
    single("mlp256_w3", 256 * CLASSES, 0.062),
    single("mlp256_b3", CLASSES, 0.05),
    single("sequences", STEPS * BATCH * FEATURES, 1.0),
    single("rnn_w", FEATURES * HIDDEN, 0.15),
    single("rnn_u", HIDDEN * HIDDEN, 0.1),
    single("rnn_b", HIDDEN, 0.1),
    single("rnn_v", HIDDEN * CLASSES, 0.1),
    single("rnn_c", CLASSES, 0.1),
    single("lstm_w", FEATURES * 4 * HIDDEN, 0.15),
    single("lstm_u", HIDDEN * 4 * HIDDEN, 0.1),
    single("lstm_b", 4 * HIDDEN, 0.1),
    single("lstm_v", HIDDEN * CLASSES, 0.1),
    single("lstm_c", CLASSES, 0.1),
    double("regression_x", 64 * 13, -1.0, 1.0),
    double("regression_y", 64, -1.0, 1.0),
    double("regression_w1", 13 * 64, -0.28, 0.28),
    double("regression_b1", 64, -0.1, 0.1),
    double("regression_w2", 64 * 64, -0.125, 0.125),
    double("regression_b2", 64, -0.1, 0.1),
    double("regression_w3", 64, -0.125, 0.125),
    double("regression_b3", 1, -0.1, 0.1),
    single("chain_a", 1_000_000, 2.0),
    single("chain_b", 1_000_000, 2.0),
    single("chain_c", 1_000_000, 2.0),
    double("rosenbrock_x", 1000, -1.0, 1.0),
    double("loop_x", 10_000, 1.2, 1.94),
];

/// Classes: a name, and how many.
const LABELS: &[(&str, usize)] = &[("image_labels", IMAGES), ("sequence_labels", BATCH)];

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// A folder of inputs.
#[derive(Clone, Debug)]
pub struct Inputs {
    folder: PathBuf,
}

impl Inputs {
    /// Writes all files.
    pub fn write(folder: &Path, seed: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut random = SplitMix(seed);
        for file in FILES {
            let mut bytes = Vec::with_capacity(file.len * 8);
            for _ in 0..file.len {
                let number = random.between(file.low, file.high);
                match file.double {
                    true => bytes.extend(number.to_le_bytes()),
                    false => bytes.extend((number as f32).to_le_bytes()),
                }
            }
            let ending = if file.double { "f64" } else { "f32" };
            fs::write(folder.join(format!("{}.{ending}", file.name)), bytes)?;
        }
        for (name, len) in LABELS {
            let labels = (0..*len).flat_map(|_| ((random.next() % 10) as i32).to_le_bytes());
            fs::write(folder.join(format!("{name}.i32")), labels.collect::<Vec<_>>())?;
        }
        Ok(Self::open(folder))
    }

    /// Files that have been written.
    pub fn open(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn read(&self, name: &str, ending: &str) -> Vec<u8> {
        let path = self.folder.join(format!("{name}.{ending}"));
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The numbers of a file, in the type asked for.
    pub fn numbers<A: Number>(&self, name: &str) -> Vec<A> {
        let file = FILES.iter().find(|file| file.name == name).expect("the name of a file");
        if file.double {
            let bytes = self.read(name, "f64");
            bytes.as_chunks().0.iter().map(|bytes| A::of(f64::from_le_bytes(*bytes))).collect()
        } else {
            let bytes = self.read(name, "f32");
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|bytes| A::of(f32::from_le_bytes(*bytes).into()))
                .collect()
        }
    }

    /// Classes.
    pub fn labels(&self, name: &str) -> Vec<usize> {
        let bytes = self.read(name, "i32");
        bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes) as usize).collect()
    }

    /// The numbers of a file as a vector.
    pub fn vector<A: Number>(&self, name: &str) -> Array1<A> {
        self.numbers(name).into()
    }

    /// The first `rows` rows of a file as a matrix.
    pub fn matrix<A: Number>(&self, name: &str, rows: usize, columns: usize) -> Array2<A> {
        let mut numbers = self.numbers(name);
        numbers.truncate(rows * columns);
        Array2::from_shape_vec((rows, columns), numbers).expect("enough numbers in the file")
    }

    /// The inputs of the recurrent networks: `[steps, batch, features]`.
    pub fn sequences<A: Number>(&self) -> Array3<A> {
        Array3::from_shape_vec((STEPS, BATCH, FEATURES), self.numbers("sequences"))
            .expect("as many numbers as the table says")
    }
}

/// The four points of the exclusive or, and which of them are true.
pub const XOR_POINTS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
pub const XOR_TARGETS: [f64; 4] = [0.0, 1.0, 1.0, 0.0];
