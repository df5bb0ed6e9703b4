//! Prints how fast each way of chunking goes through a text: `chunk_speed FILE [TOKENIZER]`.
//!
//! The file is cut as one document, plain and Markdown, and as passages of 1000 characters, each a document.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ragstill_core::Document;
use ragstill_ingest::{ChunkBy, ChunkOptions, Chunker};

/// Each way is timed so long; the best time counts.
const TIME: Duration = Duration::from_millis(1500);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().ok_or("usage: chunk_speed FILE [TOKENIZER]")?;
    let tokenizer = arguments.next().map(PathBuf::from);
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    let document =
        |text: &str, is_markdown| Document { text: text.to_owned(), is_markdown, ..Document::default() };
    let whole = Chunker::new(&ChunkOptions { size: Some(1000), ..ChunkOptions::default() })?;
    let plain = document(&text, false);
    let passages: Vec<Document> =
        whole.chunk(&plain).chunks.iter().map(|chunk| document(plain.chunk_text(chunk), false)).collect();
    let inputs = [("passages", passages), ("plain", vec![plain]), ("markdown", vec![document(&text, true)])];
    let ways = [
        ("characters", ChunkBy::Characters, 0, None),
        ("characters, overlap 400", ChunkBy::Characters, 400, None),
        ("sentences", ChunkBy::Sentences, 0, None),
        ("markdown", ChunkBy::Markdown, 0, None),
        ("tokens, estimated", ChunkBy::Tokens, 0, None),
        ("tokens", ChunkBy::Tokens, 0, tokenizer),
    ];
    for (name, by, overlap, tokenizer) in ways {
        if name == "tokens" && tokenizer.is_none() {
            continue;
        }
        let chunker = Chunker::new(&ChunkOptions { by, overlap, tokenizer, ..ChunkOptions::default() })?;
        for (kind, documents) in &inputs {
            let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
            let (chunks, time) = best_time(|| documents.iter().map(|d| chunker.chunk(d).chunks.len()).sum());
            let speed = bytes as f64 / 1e6 / time.as_secs_f64();
            println!("{name:24} {kind:9} {speed:9.0} MB/s {chunks:8} chunks");
        }
    }
    Ok(())
}

/// What the work returns and its shortest time.
fn best_time(work: impl Fn() -> usize) -> (usize, Duration) {
    let began = Instant::now();
    let (mut chunks, mut best) = (0, Duration::MAX);
    while best == Duration::MAX || began.elapsed() < TIME {
        let started = Instant::now();
        chunks = work();
        best = best.min(started.elapsed());
    }
    (chunks, best)
}
