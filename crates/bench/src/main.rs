//! Measures the `ragstill` command as a user runs it, against a fake teacher over real HTTP, and compares what it
//! reaches with what a perfect client would have reached on the same latencies.
//!
//! Every run is a process of its own and is measured whole: start-up, reading the input, asking, parsing, the answer
//! store, writing the files. The yardsticks come from `ragstill-testkit`; each case has a target and passes or fails.

mod answers;
mod args;
mod cases;
mod check;
mod child;
mod client;
mod files;
mod input;
mod lab;
mod load;
mod logged;
mod reference;
mod server;
mod table;
mod tools;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Child};
use cases::{CASES, Case};
use lab::Lab;

/// That of the command, whose parts are measured here by themselves, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A case missed its target.
const MISSED: u8 = 1;
/// The benchmark could not be run.
const BROKEN: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(MISSED),
        Err(error) => {
            eprintln!("ragstill-bench: {error:#}");
            ExitCode::from(BROKEN)
        }
    }
}

/// Does what the command line asks for; true when every case reached its target.
fn run(args: &Args) -> anyhow::Result<bool> {
    match args.child {
        Some(Child::Measure) => return child::measure(&args.cases).map(|()| true),
        Some(Child::Read) => return cases::read_rows::child(&args.cases).map(|()| true),
        Some(Child::Million) => return cases::million_rows::child(&args.cases).map(|()| true),
        None => {}
    }
    if args.list {
        print!("{}", table::list(CASES));
        return Ok(true);
    }
    let chosen = choose(&args.cases)?;
    let tools = tools::Tools::find()?;
    let machine = load::Machine::now();
    eprintln!("{machine}");
    let mut checks = Vec::new();
    for round in 0..args.repeat {
        let mut lab = Lab::new(&tools, args.seed)?;
        for case in &chosen {
            let turn =
                if args.repeat > 1 { format!(" ({} of {})", round + 1, args.repeat) } else { String::new() };
            eprintln!("{}{turn} …", case.name);
            checks.extend((case.run)(&mut lab).map_err(|error| error.context(case.name))?);
        }
    }
    let checks = check::medians(checks);
    if args.json {
        println!("{}", table::json(&checks, &machine, args.repeat)?);
    } else {
        print!("{}", table::table(&checks, args.repeat));
    }
    Ok(checks.iter().all(check::Summary::passes))
}

/// The cases of these names, in the order in which they are listed; all without names.
fn choose(names: &[String]) -> anyhow::Result<Vec<&'static Case>> {
    let known = || CASES.iter().map(|case| case.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| !CASES.iter().any(|case| case.name == *name)) {
        anyhow::bail!("there is no case `{unknown}`; there is {}", known());
    }
    Ok(CASES.iter().filter(|case| names.is_empty() || names.iter().any(|name| name == case.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn cases_are_chosen_by_name_and_unknown_ones_refused() {
        let names = |chosen: &[&str]| {
            let chosen: Vec<String> = chosen.iter().map(|name| (*name).to_owned()).collect();
            choose(&chosen).map(|cases| cases.iter().map(|case| case.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["faults", "one-step-50"]).unwrap(), ["one-step-50", "faults"]);
        assert_eq!(names(&[]).unwrap().len(), super::CASES.len());
        let refused = names(&["fault"]).unwrap_err().to_string();
        assert!(refused.contains("`fault`") && refused.contains("kill-50"), "{refused}");
    }
}
