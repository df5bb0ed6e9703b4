//! The command line.

use clap::{Parser, ValueEnum};

/// Measures `ragstill` against a fake teacher. Build both first:
/// cargo build --release -p ragstill -p ragstill-testkit
#[derive(Debug, Parser)]
#[command(name = "ragstill-bench", version, max_term_width = 110)]
pub struct Args {
    /// The cases to run; all of them by default
    #[arg(value_name = "CASE")]
    pub cases: Vec<String>,
    /// List the cases and run none
    #[arg(long)]
    pub list: bool,
    /// Run each case this often and judge the median
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// The seed of the documents, the latencies, the faults and the moments of killing
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
    /// The benchmark starts itself again for what must have a process of its own; CASE are then its arguments
    #[arg(long, hide = true)]
    pub child: Option<Child>,
}

/// What a process that the benchmark started of itself is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Child {
    /// Run one program and report what it took.
    Measure,
    /// Run a million rows through the engine.
    Million,
    /// Read a file and do nothing with it.
    Read,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Args, Child};

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_child_gets_its_arguments_unread() {
        let args =
            Args::parse_from(["ragstill-bench", "--child", "measure", "--", "ragstill", "--json", "x"]);
        assert_eq!((args.child, args.json), (Some(Child::Measure), false));
        assert_eq!(args.cases, ["ragstill", "--json", "x"]);
    }
}
