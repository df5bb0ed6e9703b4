//! `ragstill export`.

use std::process::ExitCode;

use ragstill_engine::{Error, Result, export_run};
use ragstill_export::{FORMATS, find_format};

use crate::args::ExportArgs;

/// Writes a run's examples in a format.
pub fn export(args: &ExportArgs) -> Result<ExitCode> {
    let format = find_format(&args.format).ok_or_else(|| {
        let known: Vec<_> =
            FORMATS.iter().map(|format| format!("  {:<10} {}", format.name, format.about)).collect();
        Error::mistake(format!("there is no format `{}`; there is\n{}", args.format, known.join("\n")))
    })?;
    let exported = export_run(&args.run, format, args.out.as_deref())?;
    super::print(&crate::show::exported(&exported))?;
    Ok(ExitCode::SUCCESS)
}
