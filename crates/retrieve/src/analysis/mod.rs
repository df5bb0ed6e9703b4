//! Text to terms, token for token as Lucene 9.5's `EnglishAnalyzer`.
//!
//! Its chain, one file each: tokenizer (Unicode word boundaries), possessive, lower case, stop words,
//! Porter stemmer.

mod analyzer;
mod char_class;
mod char_table;
mod emoji;
mod lowercase;
mod porter;
mod possessive;
mod scan;
mod stop;
mod tokenizer;
mod word;

pub use analyzer::Analyzer;
pub use tokenizer::{MAX_TOKEN_UNITS, Tokenizer};
