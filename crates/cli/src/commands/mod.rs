//! One file for each command.

mod ask;
mod config;
mod corpus;
mod demo;
mod eval;
mod export;
mod formats;
mod index;
mod model;
mod negatives;
mod plan;
mod recipes;
mod run;
mod score;
mod search;
mod serve;
mod tokens;

pub use ask::AskArgs;
pub use eval::EvalArgs;
pub use index::IndexArgs;
pub use model::{GraphArgs, ModelArgs};
pub use search::SearchArgs;
pub use serve::ServeArgs;

use std::process::ExitCode;

use ragstill_engine::{Error, Result};

use crate::args::Command;

/// Does what the command line says.
pub fn dispatch(command: Command) -> Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::demo(&args),
        Command::Run(args) => run::run(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Export(args) => export::export(&args),
        Command::Formats => formats::formats(),
        Command::Tokens(args) => tokens::tokens(&args),
        Command::Negatives(args) => negatives::negatives(&args),
        Command::Score(args) => score::score(&args),
        Command::Ask(args) => ask::ask(&args),
        Command::Eval(args) => eval::eval(&args),
        Command::Search(args) => search::search(&args),
        Command::Index(args) => index::index(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::Corpus(args) => corpus::corpus(&args),
        Command::Recipes => recipes::recipes(),
        Command::Config(args) => config::config(&args),
    }
}

/// The runtime that runs and plans use.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("the threads cannot be started: {error}")))
}

/// Prints to standard output.
fn print(text: &str) -> Result<()> {
    use std::io::Write as _;
    told(std::io::stdout().lock().write_all(text.as_bytes()))
}

/// What came of writing to standard output: a reader that has gone away (`| head`) is no error.
fn told(written: std::io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
