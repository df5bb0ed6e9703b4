//! `ragstill corpus`.

use std::fmt::Write as _;
use std::process::ExitCode;

use ragstill_engine::{Error, Result};
use ragstill_ingest::{
    ChunkOptions, CorpusReport, Input, ReadOptions, RepeatedDocument, TextColumn, TextCount, TokenCounter,
};

use crate::args::CorpusArgs;
use crate::show::number;

/// Columns of the longest bar of the lengths.
const BAR: u64 = 40;

/// Documents that repeat others and are listed.
const REPEATED: usize = 20;

/// Shows what is in files and folders.
pub fn corpus(args: &CorpusArgs) -> Result<ExitCode> {
    let options = ReadOptions {
        column: args.files.text_field.clone().map_or(TextColumn::Guess, TextColumn::Named),
        chunk: ChunkOptions { size: args.chunk_size, ..ChunkOptions::default() },
        glob: args.files.glob.clone(),
        no_ignore: args.files.no_ignore,
        ..ReadOptions::default()
    };
    let (counter, tokens_by) = match &args.tokenizer {
        Some(path) => (TokenCounter::load(path)?, path.display().to_string()),
        None => (TokenCounter::estimate(), "estimated".to_owned()),
    };
    let input = Input::open(&args.paths, &options)?;
    let report = CorpusReport::of(&input, &options.text_field, &counter, &tokens_by);
    if args.json {
        let json = serde_json::to_string(&report).map_err(|error| Error::failed(error.to_string()))?;
        super::print(&format!("{json}\n"))?;
    } else {
        super::print(&table(&report))?;
    }
    if report.total.records == 0 {
        return Err(Error::mistake("the input has no records: no file has any text in it"));
    }
    if args.files.strict && report.failed > 0 {
        return Err(Error::mistake(format!("{} files or rows could not be read (--strict)", report.failed)));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(report: &CorpusReport) -> String {
    let mut out = String::new();
    let estimated = if report.tokens_by == "estimated" { "~tokens" } else { "tokens" };
    let _ = writeln!(
        out,
        "{:<10}{:>10}{:>12}{:>12}{:>16}{:>14}",
        "format", "files", "megabytes", "records", "characters", estimated
    );
    let mut row = |name: &str, files: u64, bytes: u64, count: &TextCount| {
        let _ = writeln!(
            out,
            "{name:<10}{:>10}{:>12.1}{:>12}{:>16}{:>14}",
            number(files),
            bytes as f64 / 1e6,
            number(count.records),
            number(count.characters),
            number(count.tokens)
        );
    };
    let (mut files, mut bytes) = (0, 0);
    for (format, found) in &report.inventory.formats {
        let count = report.formats.get(format.as_str()).copied().unwrap_or_default();
        row(format.as_str(), found.files, found.bytes, &count);
        files += found.files;
        bytes += found.bytes;
    }
    if report.inventory.formats.len() > 1 {
        row("together", files, bytes, &report.total);
    }
    out.push('\n');
    if !report.languages.is_empty() {
        let shown: Vec<String> = report
            .languages
            .iter()
            .take(8)
            .map(|(code, share)| format!("{code} {:.1} %", share * 100.0))
            .collect();
        let _ = writeln!(out, "languages        {}", shown.join(", "));
    }
    let share = |count: u64| count as f64 * 100.0 / report.total.records.max(1) as f64;
    let _ = writeln!(
        out,
        "duplicates       {} exact ({:.1} %), {} near ({:.1} %)",
        number(report.duplicates),
        share(report.duplicates),
        number(report.near_duplicates),
        share(report.near_duplicates)
    );
    let documents = &report.duplicate_documents;
    if documents.exact + documents.near > 0 {
        let _ = writeln!(
            out,
            "whole documents  {} exact, {} near",
            number(documents.exact),
            number(documents.near)
        );
    }
    for (name, count) in [("blank", report.blank), ("short, dropped", report.short_chunks)] {
        if count > 0 {
            let _ = writeln!(out, "{name:<17}{}", number(count));
        }
    }
    if report.inventory.skipped() > 0 || report.inventory.repeated > 0 {
        let skipped: Vec<String> =
            report.inventory.skipped.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let _ = writeln!(out, "passed over      {}", skipped.join(", "));
    }
    let _ = writeln!(out, "\ncharacters       records");
    let most = report.lengths.iter().map(|class| class.records).max().unwrap_or(0).max(1);
    for class in &report.lengths {
        let range = match class.to {
            Some(to) => format!("{}–{}", class.from, to - 1),
            None => format!("{} and more", class.from),
        };
        let bar = "█".repeat((class.records * BAR).div_ceil(most) as usize);
        let _ = writeln!(out, "{range:<14}{:>10}  {bar}", number(class.records));
    }
    if !documents.listed.is_empty() {
        out.push_str("\ndocuments that repeat others\n");
        for repeated in documents.listed.iter().take(REPEATED) {
            let RepeatedDocument { document, of, similarity } = repeated;
            let _ = writeln!(out, "  {document} repeats {of} ({similarity})");
        }
        let more = (documents.exact + documents.near).saturating_sub(REPEATED as u64);
        if more > 0 {
            let _ = writeln!(out, "  and {} more", number(more));
        }
    }
    if report.failed > 0 {
        let _ = writeln!(out, "\n{} could not be read:", number(report.failed));
        for failure in &report.failures {
            let _ = writeln!(out, "  {failure}");
        }
        let more = report.failed - report.failures.len() as u64;
        if more > 0 {
            let _ = writeln!(out, "  and {} more", number(more));
        }
    }
    out
}
