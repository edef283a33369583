//! What is read back, and what is refused.

use std::fs;
use std::path::PathBuf;

use ndarray::{Array1, Array2, ArrayD, array};

use super::*;

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chainrule-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("model.safetensors")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

type Model = (Array2<f32>, Vec<Array1<f64>>, f64, ArrayD<f32>);

fn model() -> Model {
    (
        array![[1.0, f32::MIN_POSITIVE], [-0.0, f32::INFINITY]],
        vec![array![0.1, 1e-310], array![]],
        std::f64::consts::PI,
        ArrayD::from_elem(vec![2, 1, 2], 7.5),
    )
}

fn zeros() -> Model {
    (
        Array2::zeros((2, 2)),
        vec![Array1::zeros(2), Array1::zeros(0)],
        0.0,
        ArrayD::zeros(vec![2, 1, 2]),
    )
}

fn problems(result: Result<(), Error>) -> Vec<Problem> {
    match result {
        Err(Error::Mismatch { problems, .. }) => problems,
        other => panic!("expected a mismatch, got {other:?}"),
    }
}

#[test]
fn what_is_saved_is_loaded_to_the_last_bit() {
    let folder = Folder::new("round-trip");
    let (saved, mut loaded) = (model(), zeros());
    save(folder.file(), &saved).unwrap();
    load(folder.file(), &mut loaded).unwrap();
    assert_eq!(loaded, saved);
    assert!(loaded.0[[1, 0]].is_sign_negative());
}

#[test]
fn any_layout_is_saved_in_logical_order() {
    let folder = Folder::new("layout");
    let saved = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    save(folder.file(), &saved.t()).unwrap();
    let mut loaded = Array2::<f64>::zeros((2, 3)).reversed_axes();
    load(folder.file(), &mut loaded).unwrap();
    assert_eq!(loaded, saved.t());
}

#[test]
fn all_differences_are_named_and_nothing_is_written() {
    let folder = Folder::new("differences");
    save(folder.file(), &model()).unwrap();

    let mut other = (Array2::<f64>::ones((2, 2)), vec![Array1::<f64>::ones(3)], vec![1.0_f32]);
    let before = other.clone();
    let found = problems(load(folder.file(), &mut other));
    let shape = |name: &str, file: &[usize], model: &[usize]| Problem::Shape {
        name: name.to_owned(),
        file: file.to_vec(),
        model: model.to_vec(),
    };
    assert_eq!(
        found,
        [
            Problem::Type { name: "0".into(), file: "F32".into(), model: "F64".into() },
            shape("1.0", &[2], &[3]),
            Problem::Missing { name: "2.0".into() },
            Problem::Unexpected { name: "1.1".into() },
            Problem::Unexpected { name: "2".into() },
            Problem::Unexpected { name: "3".into() },
        ]
    );
    assert_eq!(other, before);
}

#[test]
fn a_truncated_file_is_refused_at_every_length() {
    let folder = Folder::new("truncated");
    save(folder.file(), &model()).unwrap();
    let whole = fs::read(folder.file()).unwrap();
    for length in 0..whole.len() {
        fs::write(folder.file(), &whole[..length]).unwrap();
        let mut loaded = zeros();
        let error = load(folder.file(), &mut loaded).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{length} bytes: {error}");
        assert_eq!(loaded, zeros());
    }
}

#[test]
fn a_file_is_replaced_as_a_whole_and_leaves_nothing_beside_it() {
    let folder = Folder::new("replaced");
    for value in [1.0, 2.0] {
        save(folder.file(), &value).unwrap();
        let mut loaded = 0.0;
        load(folder.file(), &mut loaded).unwrap();
        assert_eq!(loaded, value);
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);

    let error = save(folder.0.join("none").join("model"), &1.0).unwrap_err();
    assert!(error.to_string().contains("model: "), "{error}");
    let error = load(folder.0.join("none"), &mut 1.0).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

#[cfg(feature = "train")]
mod optimizers {
    use ndarray::Array1;

    use super::*;
    use crate::optim::{Adadelta, Adam, Optimizer, Sgd};

    type Params = (Array1<f64>, Vec<f32>);
    type New = fn() -> Box<dyn Optimizer<Params>>;

    fn params() -> Params {
        (array![1.0, -2.0, 3.0], vec![0.5, 0.25])
    }

    fn train(params: &mut Params, optimizer: &mut dyn Optimizer<Params>, steps: usize) {
        for step in 0..steps {
            let gradient = params.0.mapv(|x| 0.1 * x + (step as f64).cos());
            let others = params.1.iter().map(|x| x * 0.5).collect();
            optimizer.step(params, &(gradient, others));
        }
    }

    /// Optimisers of every kind of memory; that of Adadelta stands in another order in a file.
    fn optimizers() -> [New; 4] {
        [
            || Box::new(Sgd::new(0.1)),
            || Box::new(Sgd::new(0.1).momentum(0.9)),
            || Box::new(Adam::new(0.1)),
            || Box::new(Adadelta::new(1.0).rho(0.7)),
        ]
    }

    #[test]
    fn what_is_remembered_goes_on_to_the_last_bit() {
        let folder = Folder::new("optimizers");
        for new in optimizers() {
            let (mut params, mut optimizer) = (params(), new());
            train(&mut params, &mut optimizer, 3);
            save_optimizer(folder.file(), optimizer.memory()).unwrap();
            let (mut again, mut loaded) = (params.clone(), new());
            load_optimizer(folder.file(), &mut loaded, &again).unwrap();
            train(&mut params, &mut optimizer, 3);
            train(&mut again, &mut loaded, 3);
            assert_eq!(params, again);
            assert_eq!(loaded.memory().steps(), 6);
        }
    }

    #[test]
    fn a_memory_of_other_leaves_is_refused() {
        let folder = Folder::new("other-optimizers");
        let (mut some, mut optimizer) = (params(), Adam::new(0.1));
        train(&mut some, &mut optimizer, 1);
        save_optimizer(folder.file(), optimizer.memory()).unwrap();
        let other = (array![1.0, 2.0], vec![0.5_f32], array![1.0]);
        let mut loaded = Adam::new(0.1);
        let found = problems(load_optimizer(folder.file(), &mut loaded, &other));
        let text: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "`exp_avg.0` has shape [3] in the file and [2] in the model",
                "`exp_avg_sq.0` has shape [3] in the file and [2] in the model",
                "`exp_avg.2` is not in the file",
                "`exp_avg_sq.2` is not in the file",
                "`exp_avg.1.1` is in the file, and not in the model",
                "`exp_avg_sq.1.1` is in the file, and not in the model",
            ]
        );
        assert_eq!(loaded.memory().steps(), 0);
        // A model's file is no optimiser's.
        save(folder.file(), &some).unwrap();
        assert!(load_optimizer(folder.file(), &mut loaded, &some).is_err());
    }

    #[test]
    #[should_panic(expected = "that is the memory of another optimizer")]
    fn a_memory_of_another_optimizer_is_refused() {
        let folder = Folder::new("another-optimizer");
        let (mut params, mut adam) = (params(), Adam::new(0.1));
        train(&mut params, &mut adam, 1);
        save_optimizer(folder.file(), adam.memory()).unwrap();
        let mut loaded = Adadelta::new(1.0);
        load_optimizer(folder.file(), &mut loaded, &params).unwrap();
        train(&mut params, &mut loaded, 1);
    }
}
