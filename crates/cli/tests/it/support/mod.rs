//! What the tests share: a folder to work in, the command, corpora, and a look into what a run left.

mod corpus;
mod process;
mod run_files;
mod teacher;
mod vectors;

pub use corpus::{SplitMix, UNANSWERABLE, text_about};
pub use process::{Outcome, Spawned};
pub use run_files::{copy_folder, json_lines, read, read_json, same_files, stored_answers};
pub use teacher::{
    Running, asks_for_question, asks_for_reasoning, fake_teacher, rejects_some, requests, wait_until,
};
pub use vectors::VectorServer;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The model that every fake teacher serves.
pub const MODEL: &str = "fake-teacher";

/// A folder of its own for a test. Commands run in it, so that messages show paths relative to it.
pub struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// One with a corpus of this many documents in `docs`.
    pub fn with_corpus(documents: usize) -> Self {
        let sandbox = Self::new();
        corpus::write(&sandbox, documents);
        sandbox
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, relative: &str, content: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, relative: &str) -> String {
        read(&self.path(relative))
    }

    /// Runs the command to its end.
    pub fn ragstill<S: AsRef<str>>(&self, args: &[S]) -> Outcome {
        process::run(self.folder(), args, &[], None)
    }

    /// Runs the command with variables in its environment.
    pub fn ragstill_with_env<S: AsRef<str>>(&self, args: &[S], env: &[(&str, &str)]) -> Outcome {
        process::run(self.folder(), args, env, None)
    }

    /// Runs the command with this on its standard input.
    pub fn ragstill_with_stdin<S: AsRef<str>>(&self, args: &[S], stdin: &str) -> Outcome {
        process::run(self.folder(), args, &[], Some(stdin))
    }

    /// Starts the command and does not wait for it.
    pub fn spawn<S: AsRef<str>>(&self, args: &[S]) -> Spawned {
        process::spawn(self.folder(), args, &[])
    }

    /// Starts the command with variables in its environment.
    pub fn spawn_with_env<S: AsRef<str>>(&self, args: &[S], env: &[(&str, &str)]) -> Spawned {
        process::spawn(self.folder(), args, env)
    }

    /// `run rare` over the corpus with this teacher into `out`, and more arguments.
    pub fn run_rare(&self, teacher: &Running, out: &str, more: &[&str]) -> Outcome {
        self.ragstill(&rare_args(teacher, out, more))
    }
}

/// The arguments of a run of the recipe `rare` over the corpus.
pub fn rare_args(teacher: &Running, out: &str, more: &[&str]) -> Vec<String> {
    let url = teacher.url();
    ["run", "rare", "--input", "docs", "--out", out, "--teacher", &url, "--model", MODEL]
        .iter()
        .chain(more)
        .map(ToString::to_string)
        .collect()
}
