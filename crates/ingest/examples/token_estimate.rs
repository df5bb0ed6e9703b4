//! Compares the estimate of tokens with a tokenizer: `token_estimate TOKENIZER FILE…`.
//!
//! Prints for each file how many characters a token has, how far the estimate is off over the whole of it, and the mean
//! of how far it is off for each 2000 characters.

use std::error::Error;
use std::path::Path;

use ragstill_ingest::{ChunkOptions, Chunker, TokenCounter};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let tokenizer = arguments.next().ok_or("usage: token_estimate TOKENIZER FILE…")?;
    let (exact, estimate) = (TokenCounter::load(Path::new(&tokenizer))?, TokenCounter::estimate());
    let chunker = Chunker::new(&ChunkOptions { size: Some(2000), min: 0, ..ChunkOptions::default() })?;
    for path in arguments {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let document = ragstill_core::Document { text, ..Default::default() };
        let chunks = chunker.chunk(&document).chunks;
        let counts: Vec<(f64, f64)> = chunks
            .iter()
            .map(|chunk| document.chunk_text(chunk))
            .map(|text| (exact.count(text) as f64, estimate.count(text) as f64))
            .collect();
        let (exact, estimate) =
            counts.iter().fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        let off = |(exact, estimate): &(f64, f64)| (estimate / exact - 1.0) * 100.0;
        let mean = counts.iter().map(|count| off(count).abs()).sum::<f64>() / counts.len() as f64;
        let characters = document.text.chars().count() as f64;
        println!(
            "{path}: {:.2} characters a token, estimate {:+.1} %, {mean:.1} % a passage",
            characters / exact,
            off(&(exact, estimate))
        );
    }
    Ok(())
}
