//! Full-width and half-width forms, as Lucene's CJKWidthFilter.

/// The full-width forms of the half-width Katakana from U+FF65 on.
const KATAKANA: [char; 57] = [
    '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ',
    'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ',
    'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ',
    'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン',
];

/// The sound marks that follow a half-width letter.
const VOICED: char = '\u{FF9E}';
const SEMI_VOICED: char = '\u{FF9F}';

/// Appends `token` to `out`, full-width ASCII as ASCII and half-width Katakana as Katakana, with its sound marks.
pub(super) fn append(token: &str, out: &mut String) {
    for c in token.chars() {
        let folded = match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
            '\u{FF65}'..='\u{FF9D}' => KATAKANA.get((u32::from(c) - 0xFF65) as usize).copied(),
            VOICED | SEMI_VOICED => {
                let marked = out.chars().next_back().and_then(|letter| with_mark(letter, c));
                if marked.is_some() {
                    out.pop();
                }
                // A mark that fits no letter stands as the combining mark.
                marked.or(Some(if c == VOICED { '\u{3099}' } else { '\u{309A}' }))
            }
            _ => None,
        };
        out.push(folded.unwrap_or(c));
    }
}

/// The letter that `letter` and the sound mark `mark` make.
fn with_mark(letter: char, mark: char) -> Option<char> {
    let offset = match (letter, mark) {
        ('ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ', SEMI_VOICED) => 2,
        (_, SEMI_VOICED) => return None,
        ('ウ', _) => return Some('ヴ'),
        ('ワ', _) => return Some('ヷ'),
        ('ヰ', _) => return Some('ヸ'),
        ('ヱ', _) => return Some('ヹ'),
        ('ヲ', _) => return Some('ヺ'),
        ('ヽ', _) => return Some('ヾ'),
        ('カ'..='チ', _) if (u32::from(letter) - u32::from('カ')) % 2 == 0 => 1,
        ('ツ' | 'テ' | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ', _) => 1,
        _ => return None,
    };
    char::from_u32(u32::from(letter) + offset)
}

#[cfg(test)]
mod tests {
    fn fold(token: &str) -> String {
        let mut out = String::new();
        super::append(token, &mut out);
        out
    }

    #[test]
    fn letters_and_digits() {
        assert_eq!(fold("Ｔｅｓｔ１２３４"), "Test1234");
        assert_eq!(fold("日本 abc カナ"), "日本 abc カナ");
    }

    #[test]
    fn katakana_with_sound_marks() {
        assert_eq!(fold("ｶﾀｶﾅ"), "カタカナ");
        assert_eq!(fold("ｳﾞｨｯﾂ"), "ヴィッツ");
        assert_eq!(fold("ﾊﾟﾅｿﾆｯｸ"), "パナソニック");
        assert_eq!(fold("ｶﾞｷﾞｼﾞﾁﾞﾂﾞﾄﾞﾎﾞﾎﾟﾜﾞｦﾞ"), "ガギジヂヅドボポヷヺ");
        assert_eq!(fold("ﾅﾞ"), "ナ\u{3099}");
    }
}
