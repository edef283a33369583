//! What several examples take on the command line.

use std::fs;
use std::io;
use std::path::PathBuf;

use chainrule::Differentiable;
use chainrule::train::{Rows, Trainer};
use clap::Args;

/// Where the example writes its files.
#[derive(Args, Clone, Debug)]
pub struct Out {
    /// Where to write what it draws and saves
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    out: PathBuf,
}

impl Out {
    /// The path of a file that is to be written, in a folder that is there.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn file(&self, name: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.out)?;
        Ok(self.out.join(name))
    }
}

/// Where the example keeps its training, so that it can be stopped.
#[derive(Args, Clone, Debug)]
pub struct Checkpoints {
    /// Keep the first training in this folder, and go on with what is there
    #[arg(long, value_name = "FOLDER")]
    checkpoints: Option<PathBuf>,
}

impl Checkpoints {
    /// The trainer, with checkpoints and an end by Ctrl-C if there is a folder for them.
    pub fn of<'a, P: Differentiable, B: Rows>(
        &self,
        trainer: Trainer<'a, P, B>,
    ) -> Trainer<'a, P, B> {
        match &self.checkpoints {
            Some(folder) => trainer.checkpoints(folder).resume().stop_on_ctrl_c(),
            None => trainer,
        }
    }
}

/// What an example says when Ctrl-C ended its training.
pub const STOPPED: &str = "Stopped. Start again with the same --checkpoints to go on.";
