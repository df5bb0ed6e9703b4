//! The `ragstill` command.
fn main() {}
