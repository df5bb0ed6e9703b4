//! Tokens of Chinese text. [`Normalization::Chinese`](crate::Normalization::Chinese) says what they are.

use crate::tokens::Tokens;
use crate::unicode::{Class, class, is_space, lower_sigmas, push_lower};

/// Reads the tokens of an answer.
pub(crate) fn read(answer: &str, tokens: &mut Tokens) {
    tokens.clear();
    // Whether the open token is one character, which no other may join.
    let mut is_single = false;
    for c in lower_sigmas(answer).chars().map(narrow) {
        let class = match c {
            _ if is_space(c) => Class::Separator,
            _ if c.is_ascii_alphanumeric() => Class::Word,
            // Punctuation and control characters.
            _ if c.is_ascii() => Class::Nothing,
            _ => class(c),
        };
        match class {
            Class::Nothing => continue,
            Class::Separator | Class::Single => tokens.close(),
            Class::Word if is_single => tokens.close(),
            Class::Word | Class::Mark => {}
        }
        if class != Class::Separator {
            push_lower(c, &mut tokens.text);
        }
        // A mark leaves the token what it was.
        is_single = class == Class::Single || is_single && class == Class::Mark;
    }
    tokens.end();
}

/// The ASCII letter or digit that a full-width one stands for.
fn narrow(c: char) -> char {
    let is_wide = matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    if is_wide { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c }
}

#[cfg(test)]
mod tests {
    use crate::Normalization;

    #[test]
    fn normalised() {
        for (answer, expected) in [
            ("北京大学", "北 京 大 学"),
            ("北京，上海。", "北 京 上 海"),
            ("2023年5月，GPT-4发布", "2023 年 5 月 gpt4 发 布"),
            ("ＧＰＴ４　１,０２４", "gpt4 1024"),
            ("Python、Java《C++》", "python java c"),
            ("the U.S.", "the us"),
            ("カタカナー が\u{3099} 한국어", "カ タ カ ナ ー が\u{3099} 한국어"),
            ("25℃ ￥3 🚀🚀", "25 ℃ ￥ 3 🚀 🚀"),
            ("葛\u{e0100}城\u{200b}市e\u{301}x", "葛 城 市 e\u{301}x"),
            ("", ""),
            ("，。 \u{301}", "\u{301}"),
            ("Ⓐ京Ж", "ⓐ 京 ж"),
            ("京ΟΔΟΣ", "京 οδος"),
            ("京 \u{301}x K", "京 \u{301}x k"),
        ] {
            assert_eq!(Normalization::Chinese.normalize(answer), expected, "{answer:?}");
        }
    }
}
