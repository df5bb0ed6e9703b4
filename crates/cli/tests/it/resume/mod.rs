//! What was paid for is never asked again, and the results do not depend on how they came about.

mod incremental;
mod interrupt;
mod kill;
mod offline;
mod same_results;
mod servers;
