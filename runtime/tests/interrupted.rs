//! Trainings in programs of their own, which are killed, or ended with Ctrl-C, and go on.
#![cfg(all(unix, feature = "ctrlc"))]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use chainrule::files;
use chainrule::ndarray::{Array1, array};
use chainrule::optim::Adam;
use chainrule::train::{Stop, Trainer};

/// Names the folder of the program's training; not set in the test itself.
const FOLDER: &str = "CHAINRULE_TEST_FOLDER";
const EPOCHS: usize = 40;

/// Trains slowly, with a checkpoint after every epoch.
fn train(folder: &Path, pause: Duration) -> (Array1<f64>, Stop) {
    let data: Vec<f64> = (0..30).map(|i| f64::from(i * i % 17)).collect();
    let mut x = array![0.0, 1.0];
    let history = Trainer::new(EPOCHS)
        .batch_size(10)
        .seed(9)
        .checkpoints(folder)
        .resume()
        .stop_on_ctrl_c()
        .fit(&mut x, &mut Adam::new(0.5), &data, |x, batch: &Vec<f64>| {
            sleep(pause);
            let error = x[0] + x[1] * x[1] - batch.iter().sum::<f64>() / batch.len() as f64;
            (error * error, array![2.0 * error, 4.0 * error * x[1]])
        })
        .unwrap();
    (x, history.stop)
}

/// Not a test: the program that the others start.
#[test]
#[ignore = "started by the other tests"]
fn program() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (x, stop) = train(&folder, Duration::from_millis(1));
    if stop == Stop::Finished {
        files::save(folder.join("result.safetensors"), &x).unwrap();
    }
}

fn start(folder: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "program", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn folder(name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("chainrule-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// The result of the program, and of a training that nobody disturbed.
fn compare(folder: &Path) {
    let mut x = array![0.0, 0.0];
    files::load(folder.join("result.safetensors"), &mut x).unwrap();
    let quiet = folder.join("undisturbed");
    assert_eq!(x, train(&quiet, Duration::ZERO).0);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_killed_program_goes_on_to_the_same_numbers() {
    let folder = folder("killed");
    let mut kills = 0;
    // Pauses of every length, so that it dies in every phase: in steps, writing, renaming.
    for pause in (10..).step_by(7) {
        let mut child = start(&folder);
        sleep(Duration::from_millis(pause));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 3, "it was killed {kills} times");
    compare(&folder);
}

#[test]
fn ctrl_c_ends_a_training_with_a_checkpoint() {
    let folder = folder("ctrl-c");
    let checkpoint = folder.join("checkpoint.safetensors");
    let child = start(&folder);
    while !checkpoint.exists() {
        sleep(Duration::from_millis(1));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("ending after this step"), "{text}");
    assert!(text.contains("ended as asked"), "{text}");
    assert!(!folder.join("result.safetensors").exists());
    let output = start(&folder).wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("going on after epoch"), "{text}");
    compare(&folder);
}
