//! AtomicTaskGenerator, stage by stage.

mod built_in;
mod filters;
mod stages;
mod tasks;
mod teacher;
