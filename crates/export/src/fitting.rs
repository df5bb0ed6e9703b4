//! Conversations of any format made to fit a number of tokens.

use ragstill_core::Example;

use crate::error::Result;
use crate::format::{ExampleWriter, Written};
use crate::options::ExportOptions;
use crate::rows::LeftOut;
use crate::tokens::Fitter;

/// A writer before which conversations are shortened, or left out when they are too long even then.
pub(crate) struct Fitting {
    writer: Box<dyn ExampleWriter>,
    fitter: Fitter,
    left_out: LeftOut,
    shortened: u64,
}

impl Fitting {
    /// # Errors
    /// [`crate::Error::Option`] when the tokenizer or a template cannot be used.
    pub(crate) fn new(writer: Box<dyn ExampleWriter>, options: &ExportOptions) -> Result<Self> {
        Ok(Self { writer, fitter: Fitter::new(options)?, left_out: LeftOut::default(), shortened: 0 })
    }
}

impl ExampleWriter for Fitting {
    fn write(&mut self, example: Example, split: usize) -> Result<()> {
        let Example::Conversation(conversation) = example else { return self.writer.write(example, split) };
        let shortened = match self.fitter.fit(&conversation) {
            Ok(fitted) if fitted.dropped == 0 => None,
            Ok(fitted) => {
                self.shortened += 1;
                Some(fitted.conversation.into_owned())
            }
            Err(why) => {
                self.left_out.count(&why);
                return Ok(());
            }
        };
        self.writer.write(Example::Conversation(shortened.unwrap_or(conversation)), split)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let mut written = self.writer.finish()?;
        written.left_out.extend(self.left_out.into_counts());
        if self.shortened > 0 {
            let told = format!("{} conversations lost passages to fit max_tokens.", self.shortened);
            written.hint = Some(written.hint.map_or_else(|| told.clone(), |hint| format!("{hint}\n{told}")));
        }
        Ok(written)
    }
}
