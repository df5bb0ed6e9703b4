//! AtomicTaskGenerator, stage by stage.

mod filters;
mod stages;
mod tasks;
mod teacher;
