//! Ctrl-C, once for a clean end and twice for any.

use std::process::exit;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Error;

/// How many trainings are to be ended.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static PRESSED: AtomicBool = AtomicBool::new(false);
static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();

/// What a shell reports of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// While it lives, Ctrl-C asks trainings to end; when none lives, it ends the program as ever.
pub(super) struct CtrlC;

impl CtrlC {
    pub(super) fn watch() -> Result<Self, Error> {
        // The first handler stays for good: the system has one for the whole program.
        let installed = INSTALLED.get_or_init(|| {
            let handler = || {
                if RUNNING.load(Ordering::SeqCst) == 0 || PRESSED.swap(true, Ordering::SeqCst) {
                    exit(INTERRUPTED);
                }
                eprintln!("\nending after this step; Ctrl-C again ends at once");
            };
            ctrlc::set_handler(handler).map_err(|error| error.to_string())
        });
        installed.clone().map_err(Error::CtrlC)?;
        if RUNNING.fetch_add(1, Ordering::SeqCst) == 0 {
            PRESSED.store(false, Ordering::SeqCst);
        }
        Ok(Self)
    }

    pub(super) fn is_pressed(&self) -> bool {
        PRESSED.load(Ordering::SeqCst)
    }
}

impl Drop for CtrlC {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}
