//! `ragstill serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ragstill_engine::{Error, Result};
use ragstill_retrieve::RetrieverKind;
use ragstill_server::{Address, Answerer, Ended, Server, ServerConfig, Token};
use ragstill_teacher::{Prompts, Stop, TeacherConfig};
use serde_json::{Map, Value};

use super::model::{GraphArgs, ModelArgs, open_index};
use super::search::read_collection;
use crate::args::Bm25Args;
use crate::descriptors;

/// How often a teacher is asked that fails; whoever waits can ask again.
const ATTEMPTS: u32 = 3;

/// `ragstill serve`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill serve <--input PATH...|--index DIR> [OPTIONS]")]
pub struct ServeArgs {
    /// Files and folders of documents, or - for standard input
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "index")]
    pub input: Vec<PathBuf>,
    /// A folder that `ragstill index` made, in place of --input
    #[arg(long, value_name = "DIR", conflicts_with_all = ["input", "text", "k1", "b", "lucene_lengths", "language"])]
    pub index: Option<PathBuf>,
    /// How passages are found; all but bm25 need an index with vectors
    #[arg(long, value_name = "bm25|dense|hybrid", default_value_t, conflicts_with = "input")]
    pub retriever: RetrieverKind,
    #[command(flatten)]
    pub graph: GraphArgs,
    /// The field that holds the text
    #[arg(long, value_name = "FIELD", default_value = "text")]
    pub text: String,
    /// The name or address to listen at; only this machine reaches the default
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// The port to listen at; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 9892)]
    pub port: u16,
    /// The environment variable that holds the token which requests must carry
    #[arg(long, value_name = "VAR")]
    pub token_env: Option<String>,
    /// What writes answers: `extractive` (built in) or the address of an OpenAI-compatible server; several share the load
    #[arg(long, value_name = "extractive|URL", num_args = 1..)]
    pub teacher: Vec<String>,
    /// The model's name as the server knows it
    #[arg(long, value_name = "NAME", requires = "teacher")]
    pub model: Option<String>,
    /// The environment variable that holds the API key
    #[arg(long, value_name = "VAR", requires = "teacher")]
    pub api_key_env: Option<String>,
    /// The most requests to the teacher in flight
    #[arg(long, value_name = "N", default_value_t = 64, requires = "teacher")]
    pub concurrency: usize,
    /// A folder of prompts that replace answer/long.md and answer/short.md
    #[arg(long, value_name = "DIR", requires = "teacher")]
    pub prompts: Option<PathBuf>,
    /// Threads that search; by default one a core
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub threads: usize,
    /// Seconds in which a search must be answered
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub timeout: f64,
    /// Change another limit; docs/serve.md lists them
    #[arg(long, value_name = "LIMIT=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub bm25: Bm25Args,
}

/// Serves passages, and answers from them, over HTTP.
pub fn serve(args: &ServeArgs) -> Result<ExitCode> {
    let config = config(args)?;
    let token = args.token_env.as_deref().map(token).transpose()?;
    let teacher = teacher(args);
    descriptors::make_room(
        config.max_connections + teacher.as_ref().map_or(0, |teacher| teacher.concurrency),
    )?;
    let runtime = super::runtime()?;
    let ended = runtime.block_on(async {
        // What may fail at once comes before what takes long.
        let address = Address::take(&args.host, args.port).await.map_err(unserved)?;
        if !address.is_loopback() && token.is_none() {
            eprintln!(
                "warning: {} is not this machine alone, and there is no token: whoever reaches it can search and read every passage{}; give a token with --token-env VAR, or leave --host away",
                args.host,
                if teacher.is_some() { " and spend the teacher's tokens" } else { "" }
            );
        }
        let stop = Stop::default();
        let answerer = match &teacher {
            Some(teacher) => Some(answerer(teacher, args, &config, &stop).await?),
            None => None,
        };
        let collection = match &args.index {
            Some(folder) => open_index(folder, args.retriever, &ModelArgs::default(), args.graph)?,
            None => read_collection(&args.input, &args.text, &args.bm25)?,
        };
        let passages = collection.len();
        let server = Server::new(config, collection, answerer, token).map_err(unserved)?;
        // From here on a signal is heard, and before anybody is told that there is a server to stop.
        let mut interrupts = Interrupts::listen()?;
        let listener = address.listen().map_err(unserved)?;
        let at = listener.address();
        eprintln!("{passages} passages; Ctrl-C finishes what has begun and ends");
        super::print(&format!("serving at http://{at}\n"))?;
        let ended = server.serve(listener, async move {
            interrupts.next().await;
            eprintln!("\nstopping: requests that have begun are finished (interrupt again to stop now)");
            tokio::spawn(async move {
                interrupts.next().await;
                std::process::exit(i32::from(crate::FAILED));
            });
        });
        Ok::<_, Error>(ended.await)
    })?;
    runtime.shutdown_background();
    if ended == Ended::GaveUp {
        return Err(Error::failed("some requests took longer than they may and were given up"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The limits that the command line asks for.
fn config(args: &ServeArgs) -> Result<ServerConfig> {
    let mut settings = Map::from_iter([
        ("search_threads".to_owned(), args.threads.into()),
        ("timeout_seconds".to_owned(), args.timeout.into()),
    ]);
    let mut faults = Vec::new();
    for given in &args.set {
        let Some((name, value)) = given.split_once('=') else {
            faults.push(format!("--set {given}: write it LIMIT=VALUE"));
            continue;
        };
        match serde_json::from_str::<Value>(value.trim()) {
            Ok(value @ Value::Number(_)) => drop(settings.insert(name.trim().to_owned(), value)),
            _ => faults.push(format!("--set {given}: `{value}` is not a number")),
        }
    }
    match serde_json::from_value::<ServerConfig>(Value::Object(settings)) {
        Ok(config) => {
            faults.extend(config.faults());
            if faults.is_empty() { Ok(config) } else { Err(Error::mistakes(faults)) }
        }
        Err(error) => {
            faults.push(format!("--set: {error}"));
            Err(Error::mistakes(faults))
        }
    }
}

/// The token that a variable of the environment holds.
fn token(variable: &str) -> Result<Token> {
    let value = std::env::var(variable).map_err(|_| {
        Error::mistake(format!(
            "the environment variable {variable}, which should hold the token, is not set; set it, or name another with --token-env"
        ))
    })?;
    Token::new(&value).ok_or_else(|| {
        Error::mistake(format!(
            "the environment variable {variable} does not hold a usable token: at least 8 characters, without spaces and accents"
        ))
    })
}

fn teacher(args: &ServeArgs) -> Option<TeacherConfig> {
    (!args.teacher.is_empty()).then(|| TeacherConfig {
        url: args.teacher.clone(),
        model: args.model.clone(),
        api_key_env: args.api_key_env.clone(),
        concurrency: args.concurrency,
        max_attempts: ATTEMPTS,
        ..TeacherConfig::default()
    })
}

/// The answerer, once its servers have said that they are there.
async fn answerer(
    teacher: &TeacherConfig,
    args: &ServeArgs,
    config: &ServerConfig,
    stop: &Stop,
) -> Result<Answerer> {
    let faults = teacher.faults();
    if !faults.is_empty() {
        return Err(Error::mistakes(faults.into_iter().map(|fault| format!("teacher: {fault}")).collect()));
    }
    let prompts = match &args.prompts {
        Some(folder) => Prompts::with_overrides(std::slice::from_ref(folder))
            .map_err(|error| Error::mistake(error.to_string()))?,
        None => Prompts::built_in(),
    };
    let answerer = Answerer::new(teacher, &prompts, config, stop).map_err(unserved)?;
    answerer.probe().await.map_err(|error| {
        Error::mistake(format!(
            "the teacher cannot be asked: {error}; start it first, or serve without --teacher"
        ))
    })?;
    Ok(answerer)
}

/// A server that does not start.
fn unserved(error: ragstill_server::Error) -> Error {
    match error {
        ragstill_server::Error::Config { faults } => Error::mistakes(faults),
        ragstill_server::Error::Thread(_) => Error::failed(error.to_string()),
        _ => Error::mistake(error.to_string()),
    }
}

/// The signals that ask a server to end.
struct Interrupts {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Interrupts {
    /// Hears them from now on, not only once it waits for them.
    fn listen() -> Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let heard = |kind| {
                signal(kind).map_err(|error| Error::failed(format!("signals cannot be heard: {error}")))
            };
            Ok(Self { signals: [heard(SignalKind::interrupt())?, heard(SignalKind::terminate())?] })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next.
    async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
