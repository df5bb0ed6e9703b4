//! The bounds of a Markdown text.

use memchr::memchr;

use super::blocks::{Block, Blocks, Kind};
use crate::chunk::bounds::{Bound, Level};
use crate::chunk::sentence::{self, close, next_mark};

/// The bounds in and between the blocks of a text, in order.
pub(in crate::chunk) struct Bounds<'a> {
    text: &'a str,
    blocks: Blocks<'a>,
    /// The block whose bounds are being told.
    current: Option<Block>,
    /// The next byte of it to look at.
    at: usize,
    /// Whether it is the first after a heading.
    headed: bool,
}

impl<'a> Bounds<'a> {
    pub(in crate::chunk) fn new(text: &'a str) -> Self {
        let mut blocks = Blocks::new(text);
        let current = blocks.next();
        Self { text, blocks, at: current.as_ref().map_or(0, |block| block.start), current, headed: false }
    }

    /// The next bound within a block.
    fn within(&mut self, block: &Block) -> Option<Bound> {
        match block.kind {
            Kind::Heading { .. } | Kind::Rule => None,
            Kind::Prose | Kind::Item => self.sentence_end(block),
            Kind::Code => self.line_end(block).map(|at| Bound { at, level: Level::Line, sentence: false }),
            Kind::Table { head } => self.line_end(block).map(|at| {
                let level = if at < head { Level::Line } else { Level::Sentence };
                Bound { at, level, sentence: false }
            }),
        }
    }

    fn sentence_end(&mut self, block: &Block) -> Option<Bound> {
        let text = &self.text[..block.end];
        while let Some(mark) = next_mark(text, self.at) {
            if sentence::kind(mark.mark) == sentence::Kind::Break {
                self.at = mark.at + mark.mark.len_utf8();
                continue;
            }
            let (at, ends) = close(text, mark);
            self.at = at;
            if ends {
                let whole = self.headed || block.nested || block.kind == Kind::Item;
                let level = if whole { Level::Part } else { Level::Sentence };
                return Some(Bound { at, level, sentence: true });
            }
        }
        None
    }

    /// The end of the next line of a block that is not its last and not blank.
    fn line_end(&mut self, block: &Block) -> Option<usize> {
        while self.at < block.end {
            let start = self.at;
            let length = memchr(b'\n', &self.text.as_bytes()[start..block.end])?;
            self.at = start + length + 1;
            let line = self.text[start..start + length].trim_end();
            if !line.is_empty() {
                return Some(start + line.len());
            }
        }
        None
    }

    /// How good a place between two blocks is; none at all before a thematic break, which ends what stands before it.
    fn between(&self, before: &Block, after: &Block) -> Option<Level> {
        if after.kind == Kind::Rule {
            return None;
        }
        let introduces = matches!(before.kind, Kind::Prose | Kind::Item)
            && matches!(after.kind, Kind::Item | Kind::Code | Kind::Table { .. })
            && self.text[..before.end].ends_with([':', '：']);
        if matches!(before.kind, Kind::Heading { .. }) || after.nested || introduces {
            return Some(Level::Part);
        }
        let in_list = before.kind == Kind::Item || before.nested;
        if after.kind == Kind::Item && (in_list || !after.apart) {
            return Some(Level::Sentence);
        }
        Some(Level::Paragraph)
    }
}

impl Iterator for Bounds<'_> {
    type Item = Bound;

    fn next(&mut self) -> Option<Bound> {
        loop {
            let block = self.current.take()?;
            if let Some(bound) = self.within(&block) {
                self.current = Some(block);
                return Some(bound);
            }
            let after = self.blocks.next()?;
            let level = self.between(&block, &after);
            let is_heading = matches!(block.kind, Kind::Heading { .. });
            self.headed = is_heading;
            self.at = after.start;
            self.current = Some(after);
            if let Some(level) = level {
                return Some(Bound { at: block.end, level, sentence: !is_heading });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Level};

    /// The pieces between the bounds, trimmed, each with the level of the bound that ends it and whether it is a
    /// sentence.
    fn pieces(text: &str) -> Vec<(&str, Level, bool)> {
        let mut from = 0;
        let mut found: Vec<_> = Bounds::new(text)
            .map(|bound| {
                let piece = text[from..bound.at].trim();
                from = bound.at;
                (piece, bound.level, bound.sentence)
            })
            .collect();
        found.push((text[from..].trim(), Level::Paragraph, true));
        found
    }

    #[test]
    fn what_should_stay_whole_has_only_lesser_bounds() {
        use Level::{Line, Paragraph, Part, Sentence};
        let text = "Free. Prose\nwrapped.\n\n# Head\n\nFirst one. Second.\n\n```\na\n\nb\n```\n- item. two\n- more\n\n\
            | a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n\nSo:\n\n1. x\n\n---\nEnd.";
        assert_eq!(
            pieces(text),
            [
                ("Free.", Sentence, true),
                ("Prose\nwrapped.", Paragraph, true),
                ("# Head", Part, false),
                ("First one.", Part, true),
                ("Second.", Paragraph, true),
                ("```", Line, false),
                ("a", Line, false),
                ("b", Line, false),
                ("```", Sentence, true),
                ("- item. two", Sentence, true),
                ("- more", Paragraph, true),
                ("| a |", Line, false),
                ("|---|", Line, false),
                ("| 1 |", Line, false),
                ("| 2 |", Sentence, false),
                ("| 3 |", Paragraph, true),
                ("So:", Part, true),
                ("1. x\n\n---", Paragraph, true),
                ("End.", Paragraph, true),
            ]
        );
    }

    #[test]
    fn abbreviations_are_known_here_too() {
        assert_eq!(pieces("See Fig. 3 of Dr. Lee.\nIt is new.").len(), 2);
    }
}
