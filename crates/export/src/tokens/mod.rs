//! From segments to tokens and labels, exactly: a token is trained when its characters are.

mod byte_level;
mod cut;
mod fit;
mod label;
mod load;
mod show;

use std::path::Path;

use tokenizers::{Encoding, Offsets, Tokenizer};

use crate::error::Result;
use crate::render::{Marks, Segment};
use byte_level::ByteLevel;
pub use fit::{Fitted, Fitter, TOO_LONG};
pub use show::{Style, show, show_segments};

/// The label of a token that the loss does not count, as PyTorch's cross entropy ignores it.
pub const IGNORED: i64 = -100;

/// A tokenised conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens.
    pub input_ids: Vec<u32>,
    /// For each token its id when it is trained, or [`IGNORED`].
    pub labels: Vec<i64>,
}

impl Tokens {
    /// How many tokens are trained.
    pub fn trained(&self) -> usize {
        self.labels.iter().filter(|label| **label != IGNORED).count()
    }
}

/// Tokenises conversations.
#[derive(Debug)]
pub struct Encoder {
    tokenizer: Tokenizer,
    /// When it is of this kind.
    byte_level: Option<ByteLevel>,
}

impl Encoder {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`crate::Error::Option`] when it cannot be read or is a file of another kind.
    pub fn load(path: &Path) -> Result<Self> {
        let tokenizer = load::read(path)?;
        let byte_level = ByteLevel::of(&tokenizer);
        Ok(Self { tokenizer, byte_level })
    }

    /// The special tokens, for [`crate::Renderer::guarding`]: what a document must not be able to write.
    pub fn special_tokens(&self) -> Marks {
        let added = self.tokenizer.get_added_vocabulary().get_added_tokens_decoder().values();
        Marks::new(added.filter(|token| token.special).map(|token| token.content.clone()))
    }

    /// The tokens of a rendered conversation. No special token is added; those that stand in the text are recognised,
    /// except over places that [`Segment::plain`] names.
    ///
    /// The whole is tokenised at once. Where a token would lie over a bound between trained and untrained text, the text
    /// is cut there, as it is when a prompt ends there and the model writes on.
    ///
    /// # Errors
    /// A sentence, when no tokens lie on the segments' bounds.
    pub fn encode(&self, segments: &[Segment]) -> Result<Tokens, String> {
        let text: String = segments.iter().map(|segment| segment.text.as_str()).collect();
        let spans = label::Spans::new(segments);
        let plain = spans.plain().is_empty();
        let tokenizer = &self.tokenizer;
        let byte_level = self.byte_level.as_ref().filter(|kind| plain && kind.takes(&text));
        let whole = match byte_level {
            Some(byte_level) => byte_level.encode(tokenizer, &text, &[]),
            None => tokenizer.encode(text.as_str(), false).map(Encoded::from),
        }
        .map_err(failed)?;
        if plain && let Some(trained) = spans.trained(tokenizer, &whole, &text) {
            return Ok(whole.labelled(&trained));
        }
        let cut = match byte_level {
            Some(byte_level) => byte_level.encode(tokenizer, &text, &spans.cuts()).map_err(failed)?,
            None => cut::encode(tokenizer, &text, &whole, &spans)?,
        };
        let trained = spans
            .trained(tokenizer, &cut, &text)
            .ok_or("no tokens end where the trained text begins or ends")?;
        // What was cut otherwise must still say the same; bytes do. Where a mark became plain text it is another text's
        // tokens, and cannot be compared.
        if plain && byte_level.is_none() && self.words(&cut.ids)? != self.words(&whole.ids)? {
            return Err(
                "its tokens say something else when they are cut where the trained text begins or ends"
                    .to_owned(),
            );
        }
        Ok(cut.labelled(&trained))
    }

    /// How many tokens the text has, no special ones added.
    ///
    /// # Errors
    /// A sentence, when the tokenizer has no token for something in it.
    pub fn count(&self, text: &str) -> Result<usize, String> {
        Ok(self.tokenizer.encode_fast(text, false).map_err(failed)?.len())
    }

    /// What the tokens say, white space aside, which decoders make up between words.
    fn words(&self, ids: &[u32]) -> Result<String, String> {
        let text = self.tokenizer.decode(ids, false).map_err(failed)?;
        Ok(text.chars().filter(|c| !c.is_whitespace()).collect())
    }
}

fn failed(error: tokenizers::Error) -> String {
    format!("the tokenizer cannot read it: {error}")
}

/// The tokens of a text, and the bytes of it that each stands for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Encoded {
    ids: Vec<u32>,
    offsets: Vec<Offsets>,
}

impl Encoded {
    fn push(&mut self, id: u32, offsets: Offsets) {
        self.ids.push(id);
        self.offsets.push(offsets);
    }

    fn labelled(self, trained: &[bool]) -> Tokens {
        let label = |(id, trained): (&u32, &bool)| if *trained { i64::from(*id) } else { IGNORED };
        let labels = self.ids.iter().zip(trained).map(label).collect();
        Tokens { input_ids: self.ids, labels }
    }
}

impl From<Encoding> for Encoded {
    fn from(encoding: Encoding) -> Self {
        Self { ids: encoding.get_ids().to_vec(), offsets: encoding.get_offsets().to_vec() }
    }
}
