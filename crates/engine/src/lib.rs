//! Recipes, the streaming scheduler and the run directory. The engine knows operators only as traits.

mod error;
mod operator;
mod recipe;
mod run;

pub use error::{Error, Kind, Result};
pub use operator::{
    Asking, Branch, Context, Corpus, Define, Fields, Gather, Gathered, Give, Notes, Operator, OperatorEntry,
    Outcome, Preparation, Registry, Teachers, Work,
};
pub use recipe::{
    Checked, ExampleSpec, Examples, ExportSpec, InputSettings, Node, NodeKind, Place, PromptFolders, Recipe,
    SnapshotSpec, Split, StepSpec, Train, TurnSpec, check,
};
pub use run::{
    Exported, Failures, Forecast, ForecastLine, Monitor, Phase, Progress, RunDir, RunExamples, RunOptions,
    Status, StepCount, Summary, Times, first_record, plan, read_records, run,
};
