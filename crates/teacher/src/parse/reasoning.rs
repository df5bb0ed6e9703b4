//! Separates a model's reasoning from its answer.
//!
//! Reasoning models wrap what they think in `<think>…</think>` (or `<thinking>`, `<reasoning>`, in any letter case).
//! Dropping too little lets a draft pass for the answer, dropping too much destroys an answer that merely mentions
//! a tag. The rules:
//!
//! 1. A block starts with an opening tag that begins the reply or a line, and ends with the first closing tag of
//!    the same name. There may be several.
//! 2. A block that is never closed reaches to the end: the reply was cut off while the model was thinking.
//! 3. A closing tag before any block means that the chat template had written the opening one: all before it is
//!    reasoning. That holds for a tag that begins a line, and for one inside a line if no opening tag was
//!    mentioned before.
//! 4. A tag inside a JSON object or array that reads well is content; inside one that does not, such as an answer
//!    that was cut off, only a tag that begins a line is more than content.
//! 5. Any other tag is content.

use std::ops::Range;

use super::json::read_at;
use super::string::is_space;

const NAMES: [&str; 3] = ["think", "thinking", "reasoning"];

/// A reply, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separated {
    /// What the model thought, without the tags; several blocks are joined by an empty line. `None` if there is
    /// none, or nothing but white space.
    pub reasoning: Option<String>,
    /// The answer: all that is not reasoning, trimmed.
    pub text: String,
    /// Whether all reasoning was complete. If `false`, the reply ended inside a block.
    pub closed: bool,
}

/// Takes a reply apart by the rules of this module, in time linear in its length.
pub fn separate(text: &str) -> Separated {
    let mut splitter = Splitter { text, ..Splitter::default() };
    splitter.split();
    let Splitter { reasoning, answer, unclosed, .. } = splitter;
    let reasoning: Vec<&str> = reasoning.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
    Separated {
        reasoning: (!reasoning.is_empty()).then(|| reasoning.join("\n\n")),
        text: answer.concat().trim_matches(is_space).to_owned(),
        closed: !unclosed,
    }
}

/// The reply without its reasoning, trimmed: for steps that want plain text.
pub fn prose(text: &str) -> String {
    separate(text).text
}

#[derive(Default)]
struct Splitter<'a> {
    text: &'a str,
    /// Everything before is decided.
    at: usize,
    /// Start of the text that is neither reasoning nor answer yet.
    kept: usize,
    reasoning: Vec<&'a str>,
    answer: Vec<&'a str>,
    /// Text before this was read as JSON once, and is not read again.
    read_until: usize,
    /// Tags before this stand in text that looked like JSON and could not be read.
    doubtful_until: usize,
    /// An opening tag has occurred inside a line.
    mentioned: bool,
    /// A block has been found.
    found: bool,
    unclosed: bool,
}

impl<'a> Splitter<'a> {
    fn split(&mut self) {
        // Most replies have no tag, and need not be read as JSON here.
        if !self.text.match_indices('<').any(|(at, _)| Tag::parse(&self.text[at..]).is_some()) {
            self.answer.push(self.text);
            return;
        }
        while let Some(ahead) = self.text[self.at..].find(['<', '{', '[']) {
            self.at += ahead;
            if self.text[self.at..].starts_with('<') {
                match Tag::parse(&self.text[self.at..]) {
                    Some(tag) => self.tag(&tag),
                    None => self.at += 1,
                }
            } else {
                self.bracket();
            }
        }
        self.answer.push(&self.text[self.kept..]);
    }

    /// Passes over a JSON value, or else over its first bracket alone.
    fn bracket(&mut self) {
        let start = self.at;
        self.at += 1;
        if start < self.read_until {
            return;
        }
        match read_at(self.text, start) {
            Ok((_, end)) => self.at = end,
            Err(failure) => {
                self.read_until = failure.resume;
                if failure.json_like {
                    self.doubtful_until = failure.resume;
                }
            }
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let (start, end) = (self.at, self.at + tag.length);
        self.at = end;
        let begins_line = self.begins_line(start);
        if !tag.closing && begins_line {
            self.answer.push(&self.text[self.kept..start]);
            let (inner_end, block_end) = find_closing(self.text, end, tag.name).unwrap_or_else(|| {
                self.unclosed = true;
                (self.text.len(), self.text.len())
            });
            self.think(end..inner_end, block_end);
        } else if !tag.closing {
            self.mentioned = true;
        } else if !self.found && (begins_line || (!self.mentioned && start >= self.doubtful_until)) {
            self.think(self.kept..start, end);
        }
    }

    /// Takes `inner` as reasoning, and goes on at `end`.
    fn think(&mut self, inner: Range<usize>, end: usize) {
        self.reasoning.push(&self.text[inner]);
        self.found = true;
        self.kept = end;
        self.at = end;
    }

    /// Whether only white space stands between `at` and the line break, the block or the start before it.
    fn begins_line(&self, at: usize) -> bool {
        let before = &self.text[self.kept..at];
        let gap = &before[before.trim_end_matches(is_space).len()..];
        gap.len() == before.len() || gap.contains(['\n', '\r'])
    }
}

struct Tag {
    name: &'static str,
    closing: bool,
    length: usize,
}

impl Tag {
    /// The tag that `text` starts with.
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('<')?;
        if !inner.starts_with(['/', 't', 'T', 'r', 'R']) {
            return None;
        }
        let named = inner.strip_prefix('/').unwrap_or(inner);
        let closing = named.len() < inner.len();
        NAMES.into_iter().find_map(|name| {
            let (head, tail) = named.split_at_checked(name.len())?;
            let rest = tail.trim_start().strip_prefix('>')?;
            let length = text.len() - rest.len();
            head.eq_ignore_ascii_case(name).then_some(Self { name, closing, length })
        })
    }
}

/// Where the next closing tag of that name starts and ends.
fn find_closing(text: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    text[from..].match_indices("</").find_map(|(ahead, _)| {
        let start = from + ahead;
        let tag = Tag::parse(&text[start..]).filter(|tag| tag.name == name)?;
        Some((start, start + tag.length))
    })
}

#[cfg(test)]
mod tests {
    use super::{prose, separate};

    /// What was thought, and what was answered.
    fn parts(text: &str) -> (Option<String>, String) {
        let separated = separate(text);
        assert!(separated.closed, "{text:?}");
        (separated.reasoning, separated.text)
    }

    #[test]
    fn separates_blocks_from_the_answer() {
        for (text, reasoning, answer) in [
            ("", None, ""),
            (" \n\u{feff} ", None, ""),
            ("plain answer\n", None, "plain answer"),
            ("<think>why</think>so", Some("why"), "so"),
            ("\n <think>\nwhy\n</think>\n\nso\n", Some("why"), "so"),
            ("<THINK>why</Think>so", Some("why"), "so"),
            ("<think >why</think\n>so", Some("why"), "so"),
            ("<thinking>why</thinking>so", Some("why"), "so"),
            ("<reasoning>why</reasoning>so", Some("why"), "so"),
            ("<think>\n\n</think>\n\nso", None, "so"),
            ("<think>a</think><think>b</think> <thinking>c</thinking>so", Some("a\n\nb\n\nc"), "so"),
            ("Sure!\n<think>why</think>\nso", Some("why"), "Sure!\n\nso"),
            ("so\n  <think>why</think>", Some("why"), "so"),
            ("<think>a </thinking> b</think>so", Some("a </thinking> b"), "so"),
            ("<think>a <think> b</think>so", Some("a <think> b"), "so"),
            ("<think>{\"x\": \"</think>so", Some("{\"x\": \""), "so"),
            ("<think>é</think>ü", Some("é"), "ü"),
        ] {
            assert_eq!(parts(text), (reasoning.map(str::to_owned), answer.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_closing_tag_alone_ends_reasoning_whose_start_the_template_wrote() {
        for (text, reasoning, answer) in [
            ("why\n</think>\n\nso", Some("why"), "so"),
            ("why.</think>so", Some("why."), "so"),
            ("</think>so", None, "so"),
            ("why</think><think>more</think>so", Some("why\n\nmore"), "so"),
            (
                "I try {\"q\": \"draft\"}\n</think>\n{\"q\": \"x\"}",
                Some("I try {\"q\": \"draft\"}"),
                "{\"q\": \"x\"}",
            ),
            ("I write {\"q: \n</think>\n{\"q\": 1}", Some("I write {\"q:"), "{\"q\": 1}"),
            ("a {set} of [things]</think>so", Some("a {set} of [things]"), "so"),
            ("they say <think> opens\n</think>\nso", Some("they say <think> opens"), "so"),
        ] {
            assert_eq!(parts(text), (reasoning.map(str::to_owned), answer.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_tag_that_is_content_stays() {
        for text in [
            r#"{"q": "What does <think> do?", "s": "It ends with </think>."}"#,
            r#"{"q": "What does </think> do?"}"#,
            r#"["</think>", "<think>"]"#,
            r#"{"q": "cut off </think> her"#,
            r#"{"q": "no escape \x </think>"}"#,
            "The `<think>` and `</think>` tags wrap it.",
            "It starts with <think>, they say.",
            "x < y, <b>bold</b>, </p> and <thinker> or </thinks>",
        ] {
            assert_eq!(parts(text), (None, text.to_owned()), "{text}");
        }
    }

    #[test]
    fn later_closing_tags_are_content() {
        assert_eq!(parts("<think>a</think>b</think>c"), (Some("a".into()), "b</think>c".into()));
        assert_eq!(parts("a</think>b\n</think>c"), (Some("a".into()), "b\n</think>c".into()));
    }

    #[test]
    fn an_unclosed_block_is_all_reasoning() {
        for (text, reasoning, answer) in [
            ("<think>why", "why", ""),
            ("<think>a</think>\n<think>b {\"q\": 1}", "a\n\nb {\"q\": 1}", ""),
            ("<think>why</thin", "why</thin", ""),
            ("<thinking>why</think>so", "why</think>so", ""),
            ("so\n<think>\nbut", "but", "so"),
        ] {
            let separated = separate(text);
            assert!(!separated.closed, "{text:?}");
            assert_eq!(separated.reasoning.as_deref(), Some(reasoning), "{text:?}");
            assert_eq!(separated.text, answer, "{text:?}");
        }
        assert!(!separate("<think>").closed);
    }

    #[test]
    fn prose_is_the_answer_alone() {
        assert_eq!(prose("<think>why</think>\n so \n"), "so");
    }
}
