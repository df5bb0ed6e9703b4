//! Teachers that fail, talk nonsense, cost too much or talk in another shape: no record is lost.

mod budget;
mod faults;
mod nonsense;
mod shapes;
