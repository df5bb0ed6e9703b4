//! What can be said of an answer without a judge: that there is none, or that it is the accepted one letter for letter.

/// What answers say that decline. The prompts ask for the first; models that do not listen say the others.
const DECLINES: &[&str] = &[
    "i don't know",
    "i do not know",
    "i dont know",
    "don't know",
    "unknown",
    "no answer",
    "no idea",
    "not known",
    "not stated",
    "not mentioned",
    "ich weiß es nicht",
    "ich weiß nicht",
    "je ne sais pas",
    "no lo sé",
    "不知道",
    "我不知道",
    "未知",
];

/// Whether an answer is none.
pub(super) fn declines(answer: &str) -> bool {
    let folded = folded(answer);
    folded.is_empty() || DECLINES.contains(&folded.as_str())
}

/// Whether two answers are the same but for case, white space and the marks around them.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (folded(a), folded(b));
    !a.is_empty() && a == b
}

/// An answer without what never matters. Marks within it stay, and signs: `1.5` is not `15`, `-5` is not `5`.
fn folded(answer: &str) -> String {
    let words: Vec<&str> = answer.split_whitespace().collect();
    let folded = words.join(" ").to_lowercase().replace('’', "'");
    folded
        .trim_matches([' ', '"', '\'', '“', '”', '„', '`', '*'])
        .trim_end_matches(['.', '!', '。', '！', ' '])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{declines, is_same};

    #[test]
    fn no_answer_is_told_from_an_answer() {
        for none in [
            "",
            "  \n",
            "I don't know",
            "I don’t know.",
            "\"I DON'T  KNOW\"",
            "我不知道。",
            "Ich weiß es nicht.",
        ] {
            assert!(declines(none), "{none}");
        }
        for some in ["0", "None", "No", "I don't know, perhaps 1963", "Unknown Pleasures"] {
            assert!(!declines(some), "{some}");
        }
    }

    #[test]
    fn the_same_letters_need_no_judge_and_other_ones_do() {
        for (a, b) in [("251 m", "251  M."), ("“Rhine”", "rhine"), ("1963年", "1963年。")] {
            assert!(is_same(a, b), "{a} {b}");
        }
        for (a, b) in [("1.5", "15"), ("-5", "5"), ("251 m", "251"), ("", ""), (".", "."), ("5 %", "5")] {
            assert!(!is_same(a, b), "{a} {b}");
        }
    }
}
