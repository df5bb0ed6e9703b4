//! `ragstill config`.

use std::process::ExitCode;

use ragstill_engine::Result;

use crate::args::ConfigArgs;

/// Prints a recipe as it stands in the binary, comments and all.
pub fn config(args: &ConfigArgs) -> Result<ExitCode> {
    super::print(crate::recipes::text(&args.recipe)?)?;
    Ok(ExitCode::SUCCESS)
}
