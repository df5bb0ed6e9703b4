//! Prints the text of PDF files: `pdf_text [--pages] [--furniture] [--about] [--time] FILE…`.
//!
//! `--pages` puts a form feed before each page, as pdftotext does behind it; `--furniture` keeps headers and footers;
//! `--about` prints what the file says of itself, `--time` its pages and the seconds that reading them takes, the best of
//! three.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use ragstill_extract::{Limits, pdf};

fn main() -> ExitCode {
    let (options, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let has = |name: &str| options.iter().any(|option| option == name);
    let mut failed = files.is_empty();
    let mut out = std::io::stdout().lock();
    for file in files {
        let wanted = pdf::Options { keep_furniture: has("--furniture") };
        let mut seconds = f64::MAX;
        let extracted = match std::fs::read(&file) {
            Ok(bytes) => {
                let read = || {
                    let start = Instant::now();
                    let extracted = pdf::extract_with(&bytes, &Limits::default(), &wanted);
                    seconds = seconds.min(start.elapsed().as_secs_f64());
                    extracted.map_err(|error| error.to_string())
                };
                std::iter::repeat_with(read)
                    .take(if has("--time") { 3 } else { 1 })
                    .last()
                    .unwrap_or(Err(String::new()))
            }
            Err(error) => Err(format!("cannot be read: {error}")),
        };
        let written = match extracted {
            Ok(extracted) => {
                let mut text = extracted.text;
                if has("--pages") {
                    for at in extracted.pages.iter().rev() {
                        text.insert(*at, '\u{c}');
                    }
                }
                if has("--time") {
                    writeln!(out, "{} {seconds:.6}", extracted.pages.len())
                } else if has("--about") {
                    writeln!(out, "{:?} {}", extracted.title, serde_json::Value::Object(extracted.metadata))
                } else {
                    writeln!(out, "{text}")
                }
            }
            Err(error) => {
                eprintln!("{file}: {error}");
                failed = true;
                continue;
            }
        };
        if written.is_err() {
            return ExitCode::FAILURE;
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
