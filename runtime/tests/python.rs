//! Models that travel between this crate and Python, by safetensors and NumPy files.
//!
//! `CHAINRULE_PYTHON` names a Python that has the packages numpy and safetensors, as in `.ci/run`.
//! Where it is not set, `python3` is tried, and without those packages nothing is tested.
#![cfg(all(feature = "safetensors", feature = "data", feature = "train"))]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use chainrule::data::{read_npy, read_npz, write_npy, write_npz};
use chainrule::ndarray::{Array1, Array2, Array3, Ix3, array};
use chainrule::optim::{Adam, Optimizer};
use chainrule::{Differentiable, files};

/// The Python to test with, or none with a reason printed.
fn python() -> Option<String> {
    let chosen = env::var("CHAINRULE_PYTHON").ok();
    let python = chosen.clone().unwrap_or_else(|| "python3".to_owned());
    let check = Command::new(&python).args(["-c", "import numpy, safetensors.numpy"]).output();
    match (check, chosen) {
        (Ok(output), _) if output.status.success() => Some(python),
        (found, Some(python)) => panic!("CHAINRULE_PYTHON is {python}: {found:?}"),
        (found, None) => {
            let why = match found {
                Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
                Err(error) => error.to_string(),
            };
            println!("skipped: python3 cannot read safetensors files here: {why}");
            None
        }
    }
}

/// Runs a program in a folder of its own, in which it starts.
fn run(name: &str, program: &str, before: impl FnOnce(&PathBuf), after: impl FnOnce(&PathBuf)) {
    let Some(python) = python() else { return };
    let folder = env::temp_dir().join(format!("chainrule-python-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    before(&folder);
    let output = Command::new(python).arg("-c").arg(program).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    after(&folder);
    fs::remove_dir_all(folder).unwrap();
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Layer {
    w: Array2<f32>,
    b: Array1<f64>,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Net {
    layers: Vec<Layer>,
    scale: f64,
}

fn net() -> Net {
    let layer = |k: usize| Layer {
        w: Array2::from_shape_fn((2, 3), |(i, j)| (10 * k + 3 * i + j) as f32 / 4.0),
        b: array![0.1, -1e-300],
    };
    Net { layers: vec![layer(0), layer(1)], scale: std::f64::consts::PI }
}

#[test]
fn python_reads_our_models_and_we_read_its() {
    let program = r#"
import math
import numpy as np
from safetensors.numpy import load_file, save_file

net = load_file("ours.safetensors")
assert sorted(net) == ["layers.0.b", "layers.0.w", "layers.1.b", "layers.1.w", "scale"], net
for k in range(2):
    w, b = net[f"layers.{k}.w"], net[f"layers.{k}.b"]
    assert w.dtype == np.float32 and b.dtype == np.float64
    assert (w == (10 * k + np.arange(6, dtype=np.float32).reshape(2, 3)) / 4).all(), w
    assert (b == [0.1, -1e-300]).all(), b
assert net["scale"].shape == () and net["scale"] == math.pi

memory = load_file("adam.safetensors")
assert memory["step"] == 1 and memory["step"].dtype == np.uint64
assert np.allclose(memory["exp_avg.layers.1.w"], 0.1)

net["layers.0.w"] = net["layers.0.w"] * 2
save_file(net, "theirs.safetensors")
"#;
    let before = |folder: &PathBuf| {
        files::save(folder.join("ours.safetensors"), &net()).unwrap();
        let (mut net, mut optimizer) = (net(), Adam::new(0.1));
        let ones = |layer: &Layer| LayerGradient {
            w: Array2::ones(layer.w.dim()),
            b: Array1::ones(layer.b.len()),
        };
        let gradient = NetGradient { layers: net.layers.iter().map(ones).collect(), scale: 1.0 };
        optimizer.step(&mut net, &gradient);
        files::save_optimizer(folder.join("adam.safetensors"), optimizer.memory()).unwrap();
    };
    run("safetensors", program, before, |folder| {
        let mut theirs = net();
        files::load(folder.join("theirs.safetensors"), &mut theirs).unwrap();
        let mut expected = net();
        expected.layers[0].w *= 2.0;
        assert_eq!(theirs, expected);
    });
}

#[test]
fn numpy_reads_our_arrays_and_we_read_its() {
    let program = r#"
import numpy as np
a = np.load("a.npy")
assert a.dtype == np.float64 and (a == np.arange(24).reshape(2, 3, 4).transpose(2, 1, 0)).all()
with np.load("b.npz") as file:
    assert sorted(file) == ["labels", "w"], sorted(file)
    assert (file["labels"] == [3, 1, 4]).all() and file["w"].dtype == np.float32
np.save("c.npy", np.asfortranarray(a.astype(np.float32)))
np.savez("d.npz", first=a, second=np.arange(3))
np.savez_compressed("e.npz", first=a)
"#;
    let a = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (12 * i + 4 * j + k) as f64);
    let turned = a.clone().reversed_axes();
    let before = |folder: &PathBuf| {
        write_npy(folder.join("a.npy"), &turned).unwrap();
        write_npz(folder.join("b.npz"), |file| {
            file.array("labels", &array![3_u8, 1, 4])?.array("w", &array![[0.5_f32]])
        })
        .unwrap();
    };
    run("numpy", program, before, |folder| {
        let c = read_npy::<f32, Ix3>(folder.join("c.npy")).unwrap();
        assert_eq!(c.mapv(f64::from), turned);
        assert_eq!(read_npz::<f64, _>(folder.join("d.npz"), "first").unwrap(), turned);
        assert_eq!(read_npz::<i64, _>(folder.join("d.npz"), "second").unwrap(), array![0, 1, 2]);
        assert_eq!(read_npz::<f64, _>(folder.join("e.npz"), "first").unwrap(), turned);
    });
}
