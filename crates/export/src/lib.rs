//! Examples to the files trainers read: one file of code for each format.

mod error;
mod fitting;
mod format;
mod formats;
mod jsonl;
mod masked;
mod options;
mod parquet;
mod render;
mod rows;
mod splits;
mod table;
#[cfg(test)]
mod testing;
mod tokens;
mod whole_file;

pub use error::{Error, Result};
pub use format::{ExampleWriter, FORMATS, Format, Target, Written, find_format};
pub use options::ExportOptions;
pub use render::{Marks, Renderer, Segment};
pub use table::{TableFile, TableFormat, TableShape};
pub use tokens::{Encoder, Fitted, Fitter, IGNORED, Style, TOO_LONG, Tokens, show, show_segments};
pub use whole_file::WholeFile;
