//! Bigrams of Chinese, Japanese and Korean characters, as Lucene's CJKAnalyzer.

use super::char_class::{CharClass, Group, WordBreak};
use super::lowercase::Lowercase;
use super::tokenizer::Tokenizer;
use super::{profile, width};

/// Calls `each` with the terms of `text`: each two neighbours of a run of Han, Hiragana, Katakana and Hangul
/// characters, one that stands alone, and all other words in lower case without stop words.
pub(super) fn for_each_term(text: &str, mut each: impl FnMut(&str)) {
    let stop_words = profile::cjk_stop_words();
    let mut run = Run::default();
    let mut term = String::new();
    let mut tokens = Tokenizer::new(text);
    while let Some(token) = tokens.next() {
        let end = text.len() - tokens.rest().len();
        let start = end - token.len();
        if start != run.end || !is_cjk(token) {
            run.flush(&mut term, &mut each);
        }
        term.clear();
        width::append(token, &mut term);
        if is_cjk(token) {
            run.characters.extend(term.chars());
            run.end = end;
            continue;
        }
        let folded = std::mem::take(&mut term);
        Lowercase::Plain.append(&folded, &mut term);
        if !stop_words.is_some_and(|words| words.contains(term.as_str())) {
            each(&term);
        }
    }
    run.flush(&mut term, &mut each);
}

/// Characters that stand together.
#[derive(Default)]
struct Run {
    characters: Vec<char>,
    /// Where it ends in the text.
    end: usize,
}

impl Run {
    /// Calls `each` with the bigrams, and empties the run.
    fn flush(&mut self, term: &mut String, each: &mut impl FnMut(&str)) {
        let size = self.characters.len().min(2);
        if size > 0 {
            for pair in self.characters.windows(size) {
                term.clear();
                term.extend(pair);
                each(term);
            }
        }
        self.characters.clear();
    }
}

/// Whether a token is made of characters whose neighbours are looked at.
fn is_cjk(token: &str) -> bool {
    let mut classes = token.chars().map(|c| (c, CharClass::of(c)));
    let Some((first, class)) = classes.next() else { return false };
    let same: fn(char, CharClass) -> bool = match class {
        // The tokenizer takes the iteration mark `々` and its like for letters, so they stand for themselves.
        CharClass { group: Group::Han | Group::Hiragana, word_break: WordBreak::Other } => return true,
        CharClass { word_break: WordBreak::Katakana, .. } => {
            |_, class| class.word_break == WordBreak::Katakana
        }
        _ if is_hangul(first) => |c, _| is_hangul(c),
        _ => return false,
    };
    classes.all(|(c, class)| same(c, class) || class.word_break == WordBreak::Extend)
}

/// The letters of Script=Hangul in Unicode 12.1.
fn is_hangul(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{D7B0}'..='\u{D7C6}' | '\u{D7CB}'..='\u{D7FB}' | '\u{FFA0}'..='\u{FFBE}' | '\u{FFC2}'..='\u{FFC7}'
        | '\u{FFCA}'..='\u{FFCF}' | '\u{FFD2}'..='\u{FFD7}' | '\u{FFDA}'..='\u{FFDC}')
}
