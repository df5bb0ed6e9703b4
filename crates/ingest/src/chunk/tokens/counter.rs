//! Counting the tokens of texts.

use std::fmt;
use std::path::Path;

use super::estimate;
use crate::error::{Error, ErrorKind, Fault};

/// The most bytes that a tokenizer is given at once: what it makes of them takes some hundred times their memory.
pub(super) const PIECE: usize = 64 << 10;

/// A text that no vocabulary has whole: letters of dead scripts, and characters that nobody has assigned.
#[cfg(feature = "tokenizer")]
const STRANGE: &str = "A first text: \u{10b40}\u{12345} \u{e0fff}\u{10fffd}.";

/// Counts the tokens of texts, with a model's tokenizer or by estimate. Special tokens that a model adds (the start of
/// a text) are not counted.
#[derive(Clone)]
pub struct TokenCounter(Kind);

#[derive(Clone)]
enum Kind {
    Estimate,
    #[cfg(feature = "tokenizer")]
    Tokenizer(std::sync::Arc<tokenizers::Tokenizer>),
}

impl TokenCounter {
    /// A counter that estimates from the words, numbers and marks of a text. It is off by a few percent for English and
    /// numbers, by about a tenth for code, and for other languages by as much as models differ among themselves, up to
    /// a third. `cargo run --release --example token_estimate -- TOKENIZER FILE…` compares it with a tokenizer.
    pub fn estimate() -> Self {
        Self(Kind::Estimate)
    }

    /// A counter that uses the `tokenizer.json` at this path, as Hugging Face's tokenizers write it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidOption`] for a file that cannot be read or is no tokenizer, and where tokenizers were left
    /// out of the build.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::open(path).map_err(|wrong| {
            let message = format!("chunk.tokenizer: {} {wrong}", path.display());
            Fault::new(ErrorKind::InvalidOption, None, message).into()
        })
    }

    #[cfg(feature = "tokenizer")]
    fn open(path: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| {
            format!("cannot be read ({error}); give the path of a model's tokenizer.json, or leave it out to estimate")
        })?;
        let wrong = |error: &dyn std::fmt::Display| {
            format!(
                "is no tokenizer ({error}); give a tokenizer.json as Hugging Face's tokenizers write it, or leave it out to estimate"
            )
        };
        // The library panics on some files that are no JSON.
        serde_json::from_slice::<serde_json::Value>(&bytes).map_err(|error| wrong(&error))?;
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(&bytes).map_err(|error| wrong(&error))?;
        // Files often say how a model's input is cut and filled up, which would hide the length of a text.
        tokenizer.with_truncation(None).map_err(|error| wrong(&error))?;
        tokenizer.with_padding(None);
        // Some have no token for what they do not know, and then fail at the first text that has any of it.
        tokenizer.encode_fast(STRANGE, false).map_err(|error| {
            format!("has no token for what it does not know ({error}); give one that has, or leave it out to estimate")
        })?;
        Ok(Self(Kind::Tokenizer(std::sync::Arc::new(tokenizer))))
    }

    #[cfg(not(feature = "tokenizer"))]
    fn open(_path: &Path) -> Result<Self, String> {
        Err("cannot be used: this build has no tokenizers; leave it out to estimate, or build with the feature `tokenizer`"
            .to_owned())
    }

    /// How many tokens the text has. One of more than 64 KiB is counted in pieces that end before white space, where a
    /// token or two may come out otherwise. They are estimated where a tokenizer cannot encode the text.
    pub fn count(&self, text: &str) -> usize {
        self.try_count(text).unwrap_or_else(|estimate| estimate)
    }

    /// How many tokens the text has.
    ///
    /// # Errors
    /// An estimate, where a tokenizer cannot encode some of it.
    pub(super) fn try_count(&self, text: &str) -> Result<usize, usize> {
        let (mut count, mut is_estimated) = (0, false);
        let mut at = 0;
        while at < text.len() {
            let end = piece_end(text, at);
            count += match self.count_piece(&text[at..end]) {
                Ok(tokens) => tokens,
                Err(estimate) => {
                    is_estimated = true;
                    estimate
                }
            };
            at = end;
        }
        if is_estimated { Err(count) } else { Ok(count) }
    }

    fn count_piece(&self, text: &str) -> Result<usize, usize> {
        let estimate = || {
            let mut count = 0;
            estimate::token_ends(text, |_| count += 1);
            count
        };
        match &self.0 {
            Kind::Estimate => Ok(estimate()),
            #[cfg(feature = "tokenizer")]
            Kind::Tokenizer(tokenizer) => match tokenizer.encode_fast(text, false) {
                Ok(encoding) => Ok(encoding.len()),
                Err(_) => Err(estimate()),
            },
        }
    }

    /// Tells the byte at which each token of the text ends, in order. False when they had to be estimated, because a
    /// tokenizer cannot encode the text.
    pub(super) fn token_ends(&self, text: &str, mut tell: impl FnMut(usize)) -> bool {
        match &self.0 {
            Kind::Estimate => {
                estimate::token_ends(text, tell);
                true
            }
            #[cfg(feature = "tokenizer")]
            Kind::Tokenizer(tokenizer) => match tokenizer.encode(text, false) {
                Ok(encoding) => {
                    // The tokens of one character may share its place, or have none.
                    let mut last = 0;
                    for end in clear_ends(encoding.get_offsets()) {
                        last = last.max(end).min(text.len());
                        tell(last);
                    }
                    true
                }
                Err(_) => {
                    estimate::token_ends(text, tell);
                    false
                }
            },
        }
    }

    /// Whether tokens are estimated.
    pub(super) fn is_estimate(&self) -> bool {
        matches!(self.0, Kind::Estimate)
    }
}

/// Where tokens end by their places: one that a later token reaches into, such as a space that a tokenizer puts before
/// the text, ends where that one does.
#[cfg(feature = "tokenizer")]
fn clear_ends(places: &[(usize, usize)]) -> Vec<usize> {
    let mut ends = vec![0; places.len()];
    let (mut later_start, mut later_end) = (usize::MAX, 0);
    for (&(start, end), clear) in places.iter().zip(&mut ends).rev() {
        *clear = if later_start < end { later_end.max(end) } else { end };
        (later_start, later_end) = (later_start.min(start), *clear);
    }
    ends
}

impl fmt::Debug for TokenCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Estimate => "TokenCounter(estimate)",
            #[cfg(feature = "tokenizer")]
            Kind::Tokenizer(_) => "TokenCounter(tokenizer)",
        })
    }
}

/// Where the piece of a text ends that begins at `at`: before white space if there is any in its second half, so that
/// words stay whole and keep the space before them.
pub(super) fn piece_end(text: &str, at: usize) -> usize {
    if text.len() - at <= PIECE {
        return text.len();
    }
    let most = text.floor_char_boundary(at + PIECE);
    let half = text.floor_char_boundary(at + PIECE / 2);
    text[half..most].rfind(char::is_whitespace).map_or(most, |space| half + space)
}
