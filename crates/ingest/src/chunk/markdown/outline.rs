//! The headings of a Markdown text and what stands under them.

use super::blocks::{Blocks, Kind};
use super::inline;

/// A heading of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chunk) struct Heading {
    /// Its first byte.
    pub at: usize,
    /// 1 to 6, the outermost first.
    pub level: u8,
    /// Whether it follows another heading with nothing between them.
    pub joined: bool,
    /// Its text without marks.
    pub text: String,
}

/// The headings of a text, in order.
pub(in crate::chunk) fn outline(text: &str) -> Vec<Heading> {
    let mut joined = false;
    let mut headings = Vec::new();
    for block in Blocks::new(text) {
        if let Kind::Heading { level, text: range } = block.kind {
            headings.push(Heading { at: block.start, level, joined, text: inline::plain(&text[range]) });
            joined = true;
        } else {
            joined = false;
        }
    }
    headings
}

/// Which headings stand above a place, for places that ascend.
pub(in crate::chunk) struct Paths<'a> {
    headings: std::iter::Peekable<std::slice::Iter<'a, Heading>>,
    above: Vec<&'a Heading>,
}

impl<'a> Paths<'a> {
    pub(in crate::chunk) fn new(headings: &'a [Heading]) -> Self {
        Self { headings: headings.iter().peekable(), above: Vec::new() }
    }

    /// The headings that the text from byte `at` on stands under, the outermost first. A heading that begins there is
    /// none of them, nor one of its own level or deeper.
    pub(in crate::chunk) fn at(&mut self, at: usize) -> Vec<String> {
        while let Some(heading) = self.headings.next_if(|heading| heading.at < at) {
            self.leave(heading.level);
            self.above.push(heading);
        }
        if let Some(heading) = self.headings.peek().filter(|heading| heading.at == at) {
            let level = heading.level;
            self.leave(level);
        }
        self.above.iter().map(|heading| &heading.text).filter(|text| !text.is_empty()).cloned().collect()
    }

    /// Forgets the headings of this level and deeper ones.
    fn leave(&mut self, level: u8) {
        while self.above.pop_if(|above| above.level >= level).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Paths, outline};

    const TEXT: &str = "intro\n# *A*\n## B\ntext\n### C ###\n```\n# no\n```\nD\n--\nmore\n# E\nend";

    #[test]
    fn headings_are_found_with_their_levels() {
        let found: Vec<_> =
            outline(TEXT).into_iter().map(|heading| (heading.level, heading.text, heading.joined)).collect();
        let expected = [(1, "A", false), (2, "B", true), (3, "C", false), (2, "D", false), (1, "E", false)];
        assert_eq!(found, expected.map(|(level, text, joined)| (level, text.to_owned(), joined)));
    }

    #[test]
    fn a_path_names_what_stands_above() {
        let headings = outline(TEXT);
        let mut paths = Paths::new(&headings);
        let at = |mark: &str| TEXT.find(mark).unwrap();
        let found: Vec<_> = ["intro", "# *A*", "## B", "text", "### C", "# no", "D\n", "more", "# E", "end"]
            .map(|mark| paths.at(at(mark)).join(" > "))
            .into();
        assert_eq!(found, ["", "", "A", "A > B", "A > B", "A > B > C", "A", "A > D", "", "E"]);
    }
}
