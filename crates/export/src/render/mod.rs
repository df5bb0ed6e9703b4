//! From a conversation to what a model sees of it: pieces of text, each trained or not.
//!
//! There are two ways: by the formats of the turns (`formats`), and by the chat template that comes with a model
//! (`chat`). A document may hold what looks like a mark of the format, `<|im_end|>` for instance; such places are found
//! before anything is rendered (`marks`) and told with the segments, so that they can be tokenised as ordinary text.

mod chat;
mod environment;
mod formats;
mod generation;
mod marks;
mod presence;
mod python;
mod source;
mod spans;

use ragstill_core::Conversation;

use crate::error::Result;
use crate::options::ExportOptions;
use chat::ChatTemplate;
use formats::TurnFormats;
pub use marks::Marks;

/// A piece of a rendered conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The text, exactly as it stands in the rendering.
    pub text: String,
    /// Whether the loss counts it.
    pub train: bool,
    /// Bytes of the text, in order, that lie within what reads like a mark of the format but was written by a document.
    /// No special token may go over them.
    pub plain: Vec<usize>,
}

impl Segment {
    /// A segment without anything that looks like a mark of the format.
    pub fn new(text: impl Into<String>, train: bool) -> Self {
        Self { text: text.into(), train, plain: Vec::new() }
    }
}

/// Renders conversations, all in the same way.
#[derive(Debug)]
pub struct Renderer {
    way: Way,
    marks: Marks,
}

#[derive(Debug)]
enum Way {
    Formats(Box<TurnFormats>),
    Chat(Box<ChatTemplate>),
}

impl Renderer {
    /// A renderer by the formats of the turns, or by the chat template when there is one. What reads like a mark in the
    /// templates themselves is guarded where it stands in a text: see [`Segment::plain`].
    ///
    /// # Errors
    /// [`crate::Error::Option`] when a template cannot be read or compiled, or does not use the text of its turn.
    pub fn new(options: &ExportOptions) -> Result<Self> {
        let (way, marks) = match &options.chat_template {
            Some(path) => {
                let template = ChatTemplate::load(path, options)?;
                let marks = template.marks();
                (Way::Chat(Box::new(template)), marks)
            }
            None => {
                let formats = TurnFormats::new(options)?;
                let marks = formats.marks();
                (Way::Formats(Box::new(formats)), marks)
            }
        };
        Ok(Self { way, marks })
    }

    /// Guards these marks in place of those that the templates write: the special tokens of the tokenizer that will
    /// read the segments.
    #[must_use]
    pub fn guarding(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }

    /// The marks that are guarded.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The conversation as a model sees it. Neighbouring segments differ in whether they are trained; together they are
    /// the whole rendering, without empty ones.
    ///
    /// With the formats of turns, an assistant turn is trained from its text on, with what its format writes after it
    /// and `eos`, but not what the format writes before it, which will stand in the prompt. Any other turn is trained
    /// whole. With a chat template, an assistant turn is trained from the end of the generation prompt to its end of
    /// turn, white space after that left out; or, in a template with `{% generation %}` blocks, exactly its block.
    ///
    /// # Errors
    /// A sentence, when a template cannot render it or drops a turn, or what is to be trained of it.
    pub fn segments(&self, conversation: &Conversation) -> Result<Vec<Segment>, String> {
        let texts = conversation.turns.iter().map(|turn| turn.text.as_str());
        let signs = marks::Signs::unused_in(texts)?;
        let guarded = self.marks.guard(conversation, signs.guard);
        let turns = guarded.as_deref().unwrap_or(&conversation.turns);
        let segments = match &self.way {
            Way::Formats(formats) => formats.segments(turns)?,
            Way::Chat(template) => template.segments(turns, &signs)?,
        };
        Ok(match guarded {
            Some(_) => segments.into_iter().map(|segment| marks::unguard(segment, signs.guard)).collect(),
            None => segments,
        })
    }
}

/// Appends a text that is written in these parts: neighbours that agree become one segment, and empty ones none.
fn append(segments: &mut Vec<Segment>, parts: &[&str], train: bool) {
    let length = parts.iter().map(|part| part.len()).sum();
    if length == 0 {
        return;
    }
    if segments.last().is_none_or(|last| last.train != train) {
        segments.push(Segment::new(String::new(), train));
    }
    if let Some(Segment { text, .. }) = segments.last_mut() {
        text.reserve(length);
        parts.iter().for_each(|part| text.push_str(part));
    }
}
