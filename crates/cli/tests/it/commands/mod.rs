//! What each command prints and writes.

mod agentic;
mod chains;
mod demo;
mod dense;
mod events;
mod export;
mod index;
mod inputs;
mod negatives;
mod negatives_bad_input;
mod negatives_judged;
mod plan;
mod rag_data;
mod rag_data_vectors;
mod recipes;
mod score;
mod screening;
mod search;
mod serve;
mod serve_clients;

/// Text with every digit as `#`: what is left is its form.
fn without_digits(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}
