//! Recipes: a method as data. A YAML file is read into a tree that knows its lines, and checked into a [`Recipe`] in
//! which everything lines up; every fault is listed at once, with its place and the nearest valid name.

mod check;
mod example;
mod flow;
mod node;
mod overrides;
mod steps;
mod suggest;

pub use check::{Checked, InputSettings, Recipe, check};
pub use example::{ExampleSpec, Examples, TurnSpec};
pub(crate) use node::from_yaml;
pub use node::{Node, NodeKind, Place};
pub use steps::StepSpec;
