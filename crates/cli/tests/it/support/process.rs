//! The command as a process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may take that ends by itself.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Outcome {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Checks the exit code; the message of a failure shows everything that was said.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks that standard error has all of these.
    #[track_caller]
    pub fn complains<S: AsRef<str>>(self, parts: &[S]) -> Self {
        for part in parts.iter().map(AsRef::as_ref) {
            assert!(self.stderr.contains(part), "`{part}` is not in standard error:\n{}", self.stderr);
        }
        self
    }

    /// Checks that standard output has all of these.
    #[track_caller]
    pub fn says<S: AsRef<str>>(self, parts: &[S]) -> Self {
        for part in parts.iter().map(AsRef::as_ref) {
            assert!(self.stdout.contains(part), "`{part}` is not in standard output:\n{}", self.stdout);
        }
        self
    }
}

fn command<S: AsRef<str>>(folder: &Path, args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ragstill"));
    command.current_dir(folder).args(args.iter().map(AsRef::as_ref)).stdin(Stdio::null());
    // What the environment of whoever runs the tests has set is none of the tests' business.
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_API_KEY"] {
        command.env_remove(name);
    }
    command
}

pub(super) fn run<S: AsRef<str>>(
    folder: &Path,
    args: &[S],
    env: &[(&str, &str)],
    stdin: Option<&str>,
) -> Outcome {
    let mut command = assert_cmd::Command::from_std(command(folder, args));
    command.envs(env.iter().copied()).timeout(PATIENCE);
    if let Some(stdin) = stdin {
        command.write_stdin(stdin);
    }
    Outcome::of(command.output().unwrap())
}

pub(super) fn spawn<S: AsRef<str>>(folder: &Path, args: &[S], env: &[(&str, &str)]) -> Spawned {
    let mut command = command(folder, args);
    let child =
        command.envs(env.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    Spawned { child: Some(child) }
}

/// A command that is running; it is killed when the test ends before it.
#[derive(Debug)]
pub struct Spawned {
    /// There until the command has ended.
    child: Option<Child>,
}

impl Spawned {
    /// Ends the process where it stands, as `kill -9` and a power cut do.
    pub fn kill(mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap()
    }

    /// Sends the signal that Ctrl-C sends.
    pub fn interrupt(&self) {
        self.signal("-INT");
    }

    /// Sends the signal that asks a process to end.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// The first line that it prints, waited for. What it prints at once with it is lost to [`Self::ends_within`].
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        let stdout = self.child.as_mut().unwrap().stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        line
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    /// Waits for the end, which must come within this time.
    #[track_caller]
    pub fn ends_within(mut self, limit: Duration) -> Outcome {
        let deadline = Instant::now() + limit;
        while !self.has_ended() {
            assert!(Instant::now() < deadline, "the command still runs after {limit:?}");
            thread::sleep(Duration::from_millis(2));
        }
        // What it said fits into the pipes: no test waits on a command that prints much.
        Outcome::of(self.child.take().unwrap().wait_with_output().unwrap())
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
