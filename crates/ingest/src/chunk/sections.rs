//! The sections of a Markdown document, and how many of them a chunk takes.

use super::characters::forward;
use super::cut::trim_end;
use super::markdown::Heading;

/// A heading and the text up to the next one. Headings that follow each other with nothing between them are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Section {
    at: usize,
    /// The level of its outermost heading.
    level: u8,
    /// The index of the next section that does not stand under it.
    after: usize,
}

/// The sections of a text, in order.
#[derive(Debug)]
pub(super) struct Sections {
    sections: Vec<Section>,
    text_end: usize,
}

/// How far a chunk reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To this section bound.
    To(usize),
    /// Its first section does not fit.
    Within,
}

impl Sections {
    pub(super) fn new(headings: &[Heading], text: &str) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        for heading in headings {
            match sections.last_mut().filter(|_| heading.joined) {
                Some(section) => section.level = section.level.min(heading.level),
                None => sections.push(Section { at: heading.at, level: heading.level, after: 0 }),
            }
        }
        let mut open: Vec<usize> = Vec::new();
        for index in 0..sections.len() {
            let level = sections[index].level;
            while let Some(done) = open.pop_if(|section| sections[*section].level >= level) {
                sections[done].after = index;
            }
            open.push(index);
        }
        for index in open {
            sections[index].after = sections.len();
        }
        Self { sections, text_end: text.len() }
    }

    /// How many sections a chunk takes that starts at `start` and must not pass `limit` (`None`: the text's end): as
    /// many as fit, up to the first heading of a higher rank than its first one. A section with all that stands under
    /// it goes to the next chunk when it fits only there.
    pub(super) fn reach(&self, text: &str, start: usize, limit: Option<usize>, size: usize) -> Reach {
        // White space at the end does not count, unless it is part of a grapheme that stays.
        let fits = |at: usize| limit.is_none_or(|limit| trim_end(text, start, at) <= limit);
        let mut next = self.sections.partition_point(|section| section.at <= start);
        // What stands before the first heading has the rank of a title.
        let rank = next.checked_sub(1).map_or(1, |first| self.sections[first].level);
        if !fits(self.at(next)) {
            return Reach::Within;
        }
        while let Some(section) = self.sections.get(next).filter(|section| section.level >= rank) {
            let after = self.at(section.after);
            if fits(after) {
                next = section.after;
            } else if fits(self.at(next + 1)) && !fits_alone(&text[section.at..after], size) {
                next += 1;
            } else {
                break;
            }
        }
        Reach::To(self.at(next))
    }

    /// Whether a section begins at this byte.
    pub(super) fn begins_at(&self, at: usize) -> bool {
        self.sections.binary_search_by_key(&at, |section| section.at).is_ok()
    }

    /// Where this section begins, or the text's end.
    fn at(&self, index: usize) -> usize {
        self.sections.get(index).map_or(self.text_end, |section| section.at)
    }
}

/// Whether these characters fit a chunk of their own.
fn fits_alone(text: &str, size: usize) -> bool {
    forward(&text[..trim_end(text, 0, text.len())], 0, size).is_none()
}
