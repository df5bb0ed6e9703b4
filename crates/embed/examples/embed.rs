//! Embeds the texts of a file: JSON lines with `text`, or one text a line.
//!
//! ```console
//! $ cargo run --release -p ragstill-embed --example embed -- MODEL texts.jsonl --out vectors.f32
//! ```
//!
//! MODEL is a folder or an address. The vectors are written as little-endian `f32`, row by row. What was measured goes to
//! standard output as a line of JSON: opening the model, and the fastest of `--rounds`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use ragstill_embed::{EmbedOptions, open};
use ragstill_retrieve::Side;

#[derive(Debug, Parser)]
struct Arguments {
    /// A model's folder, or an address.
    model: String,
    /// The texts.
    texts: PathBuf,
    /// Where to write the vectors.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Whether the texts are queries.
    #[arg(long)]
    queries: bool,
    /// How often to embed them; the fastest time counts.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Options, as JSON.
    #[arg(long, default_value = "{}")]
    options: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let options: EmbedOptions = serde_json::from_str(&arguments.options)?;
    let texts: Vec<String> = fs::read_to_string(&arguments.texts)?
        .lines()
        .map(|line| match serde_json::from_str::<serde_json::Value>(line) {
            Ok(row) if row.is_object() => row["text"].as_str().unwrap_or_default().to_owned(),
            _ => line.to_owned(),
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let side = if arguments.queries { Side::Query } else { Side::Passage };

    let began = Instant::now();
    let model = open(&arguments.model, &options)?;
    let opened = began.elapsed().as_secs_f64();
    let mut vectors = Vec::new();
    let mut fastest = f64::INFINITY;
    for _ in 0..arguments.rounds.max(1) {
        let began = Instant::now();
        vectors = model.embed(&texts, side)?;
        fastest = fastest.min(began.elapsed().as_secs_f64());
    }
    if let Some(out) = &arguments.out {
        fs::write(out, vectors.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?;
    }
    let report = serde_json::json!({
        "model": model.name(), "dimension": model.dimension(), "texts": texts.len(),
        "open_s": opened, "embed_s": fastest,
    });
    println!("{report}");
    Ok(())
}
