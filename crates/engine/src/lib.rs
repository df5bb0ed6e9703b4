//! Recipes, the streaming scheduler and the run directory. The engine knows operators only as traits.

mod error;
mod operator;
mod recipe;
mod run;

pub use error::{Error, Kind, Result};
pub use operator::{
    Context, Corpus, Define, Fields, Notes, Operator, OperatorEntry, Outcome, Registry, Teachers,
};
pub use recipe::{
    Checked, ExampleSpec, Examples, InputSettings, Node, NodeKind, Place, Recipe, StepSpec, TurnSpec, check,
};
pub use run::{
    Exported, Failures, Forecast, ForecastLine, Monitor, Phase, Progress, RunDir, RunOptions, Status,
    StepCount, Summary, Times, export_run, first_record, plan, read_records, run,
};
