//! What the cases work with: programs, inputs, runs, and what was seen of them.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::check::Usage;
use crate::client::{self, RunArguments};
use crate::server::{Exchange, Server, Stats};
use crate::tools::Tools;
use crate::{input, load};

/// One throughput run: what is asked of whom.
#[derive(Debug, Clone)]
pub struct Job {
    /// The recipe's YAML.
    pub recipe: &'static str,
    /// How many documents.
    pub documents: usize,
    /// How many requests a perfect client needs.
    pub requests: usize,
    /// Requests in flight.
    pub concurrency: usize,
    /// Options of the fake teacher.
    pub teacher: Vec<&'static str>,
}

/// What was seen of one run.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Seconds from the start of the process to its end.
    pub wall: f64,
    /// What it took beside time.
    pub usage: Usage,
    /// The server's counts.
    pub stats: Stats,
    /// The server's log, in the order in which requests arrived.
    pub log: Vec<Exchange>,
    /// What the run says of itself.
    pub report: client::RunJson,
    /// The run directory.
    pub out: PathBuf,
}

impl Seen {
    /// The latencies of the answered requests, in the order in which they arrived.
    pub fn latencies(&self) -> Vec<Duration> {
        self.log.iter().filter(|exchange| exchange.is_answered()).map(Exchange::latency).collect()
    }
}

/// A temporary folder, the programs and the seed of one round.
#[derive(Debug)]
pub struct Lab<'a> {
    /// The programs.
    pub tools: &'a Tools,
    /// The seed of everything that is drawn.
    pub seed: u64,
    folder: TempDir,
    runs: usize,
    /// The run of the first case, which the resources are judged by too.
    pub one_step_500: Option<Seen>,
}

impl<'a> Lab<'a> {
    /// A lab with nothing in it.
    ///
    /// # Errors
    /// When there is no room for temporary files.
    pub fn new(tools: &'a Tools, seed: u64) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ragstill-bench-").tempdir()?;
        Ok(Self { tools, seed, folder, runs: 0, one_step_500: None })
    }

    /// A file of `count` documents; made once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn documents(&self, count: usize) -> Result<PathBuf> {
        let path = self.folder.path().join(format!("documents-{count}.jsonl"));
        if !path.exists() {
            input::write_documents(&path, self.seed, count)?;
        }
        Ok(path)
    }

    /// A path that nothing lies at yet.
    pub fn fresh(&mut self, name: &str) -> PathBuf {
        self.runs += 1;
        self.folder.path().join(format!("{}-{name}", self.runs))
    }

    /// Runs the job whole and looks at what both sides say of it.
    ///
    /// # Errors
    /// As [`Lab::observe`], and when the run did other than what the case is about: another number of requests or of
    /// records.
    pub fn run(&mut self, job: &Job) -> Result<Seen> {
        let seen = self.observe(job)?;
        let kept = seen.report.records + seen.report.rejects;
        if seen.stats.answered != job.requests as u64 || kept != job.documents as u64 {
            bail!(
                "the run did other work than it should have: {} answers for {} requests, {kept} records of {}",
                seen.stats.answered,
                job.requests,
                job.documents
            );
        }
        Ok(seen)
    }

    /// Runs the job whole, however many requests it makes of it ([`Job::requests`] is not looked at).
    ///
    /// # Errors
    /// When the run fails, or a request was answered twice.
    pub fn observe(&mut self, job: &Job) -> Result<Seen> {
        let input = self.documents(job.documents)?;
        self.observe_over(job.recipe, input, job.concurrency, &job.teacher)
    }

    /// Runs a recipe over an input.
    ///
    /// # Errors
    /// As [`Lab::observe`].
    pub fn observe_over(
        &mut self,
        yaml: &str,
        input: PathBuf,
        concurrency: usize,
        teacher: &[&str],
    ) -> Result<Seen> {
        let recipe = self.fresh("recipe.yaml");
        std::fs::write(&recipe, yaml).with_context(|| recipe.display().to_string())?;
        let server = Server::start(self.tools, self.seed, teacher)?;
        let arguments = RunArguments {
            recipe: recipe.display().to_string(),
            input,
            out: self.fresh("out"),
            teacher: server.url(),
            concurrency,
        };
        let busy = || Some((load::machine_cpu()?, load::process_cpu(server.pid())?));
        let before = busy();
        let took = client::measured(self.tools, &arguments)?;
        let after = busy();
        let stats = server.stats()?;
        let mut log = server.log()?;
        log.sort_by_key(|exchange| exchange.arrived_us);
        let report = client::run_json(&arguments.out)?;
        if !stats.answered_again.is_empty() {
            bail!("{} requests were answered twice", stats.answered_again.len());
        }
        let others = before.zip(after).map(|((machine, server), (machine_after, server_after))| {
            let cpus = load::Machine::now().cpus;
            load::others(machine_after - machine, took.cpu, server_after - server, took.wall, cpus)
        });
        let usage = Usage {
            cpu: took.cpu,
            peak: took.peak,
            first_request_ms: stats.first_request_unix_ms.map(|first| first - took.started_unix_ms),
            others,
        };
        Ok(Seen { wall: took.wall, usage, stats, log, report, out: arguments.out })
    }
}
