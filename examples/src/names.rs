//! 4,944 first names as lists of letters; `data/README.md` tells where they come from.

use std::collections::{BTreeSet, HashMap};

/// Letters by number: [`END`], 1 for `a` to 26 for `z`, 27 for `-`.
pub type Name = Vec<usize>;

/// What stands before and after a name.
pub const END: usize = 0;

/// How many letters there are, with [`END`].
pub const LETTERS: usize = 28;

static FILE: &str = include_str!("../data/names.txt");

/// The names to test with, never used in training or tuning: every tenth in alphabetical order; and all
/// others. In small letters, each once.
pub fn test_and_training() -> (Vec<Name>, Vec<Name>) {
    let names: BTreeSet<String> = FILE.lines().map(str::to_lowercase).collect();
    let numbered = names.iter().map(|name| name.bytes().map(number).collect()).enumerate();
    let (test, training): (Vec<_>, Vec<_>) = numbered.partition(|(at, _)| at % 10 == 0);
    let unnumbered = |names: Vec<(usize, Name)>| names.into_iter().map(|(_, name)| name).collect();
    (unnumbered(test), unnumbered(training))
}

fn number(letter: u8) -> usize {
    match letter {
        b'-' => 27,
        _ => usize::from(letter - b'a') + 1,
    }
}

/// A name as it is written.
pub fn spelled(name: &[usize]) -> String {
    let letter = |number: &usize| match number {
        27 => '-',
        number => char::from(b'`' + *number as u8),
    };
    let mut letters = name.iter().map(letter);
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Counts how often each letter follows the letters before it: a bigram model for one letter before, a
/// trigram model for two.
#[derive(Clone, Debug)]
pub struct Counts {
    before: usize,
    counts: HashMap<Vec<usize>, [f64; LETTERS]>,
}

impl Counts {
    /// Of all letters of all names, and of their ends.
    pub fn new(before: usize, names: &[Name]) -> Self {
        let mut counts = HashMap::new();
        for name in names {
            for (context, next) in contexts(before, name) {
                counts.entry(context).or_insert([0.0; LETTERS])[next] += 1.0;
            }
        }
        Self { before, counts }
    }

    /// What a letter of other names surprises by, in bits: the mean of `-log2 p`. Each letter is counted a
    /// tenth of a time more than it was seen, so that none is impossible.
    pub fn bits(&self, names: &[Name]) -> f64 {
        const MORE: f64 = 0.1;
        let (mut bits, mut letters) = (0.0, 0.0);
        for (context, next) in names.iter().flat_map(|name| contexts(self.before, name)) {
            let (count, all) = match self.counts.get(&context) {
                Some(counts) => (counts[next], counts.iter().sum()),
                None => (0.0, 0.0),
            };
            bits -= ((count + MORE) / (all + MORE * LETTERS as f64)).log2();
            letters += 1.0;
        }
        bits / letters
    }
}

/// Each letter, and the end, behind what stands before it.
fn contexts(before: usize, name: &[usize]) -> Vec<(Vec<usize>, usize)> {
    let whole = [&vec![END; before], name, &[END]].concat();
    whole.windows(before + 1).map(|part| (part[..before].to_vec(), part[before])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let (test, training) = test_and_training();
        assert_eq!((test.len(), training.len()), (495, 4449));
        assert_eq!((spelled(&test[0]), spelled(&training[0])), ("Aaren".into(), "Aarika".into()));
        let letters = test.iter().chain(&training).flatten();
        assert!(letters.copied().all(|letter| letter > END && letter < LETTERS));
    }

    #[test]
    fn what_was_seen_surprises_little() {
        let names = [vec![1, 2], vec![1, 2]];
        let counts = Counts::new(1, &names);
        // Three letters, each seen in 2 of 2 cases.
        let expected = -(2.1_f64 / (2.0 + 2.8)).log2();
        assert!((counts.bits(&names) - expected).abs() < 1e-12);
        assert!((counts.bits(&[vec![]]) - -(0.1 / 4.8_f64).log2()).abs() < 1e-12);
    }
}
