//! Text to terms: in English token for token as Lucene 9.5's `EnglishAnalyzer`, in other languages with Snowball's
//! stemmers, or as bigrams.
//!
//! The chain, one file each: tokenizer (Unicode word boundaries), what is cut off at an apostrophe, lower case, stop
//! words, stemmer.

mod analyzer;
mod ascii;
mod cache;
mod chain;
mod char_class;
mod char_table;
mod cjk;
mod emoji;
mod language;
mod lowercase;
mod numbering;
mod porter;
mod possessive;
mod profile;
mod scan;
mod stop;
mod tokenizer;
mod width;
mod word;

pub use analyzer::{Analyzer, UnknownAnalyzer};
pub use language::{Language, UnknownLanguage};
pub use numbering::Numbering;
pub use tokenizer::{MAX_TOKEN_UNITS, Tokenizer};
