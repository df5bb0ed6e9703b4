//! Recipes: a method as data. A YAML file is read into a tree that knows its lines, and checked into a [`Recipe`] in
//! which everything lines up; every fault is listed at once, with its place and the nearest valid name.

mod check;
mod example;
mod export;
mod flow;
mod node;
mod overrides;
mod read;
mod settings;
mod steps;
mod suggest;

pub(crate) use check::no_examples;
pub use check::{Checked, check};
pub use example::{ExampleSpec, Examples, Train, TurnSpec};
pub use export::{ExportSpec, SnapshotSpec, Split};
pub(crate) use node::from_yaml;
pub use node::{Node, NodeKind, Place};
pub use settings::{InputSettings, PromptFolders, Recipe};
pub use steps::StepSpec;
