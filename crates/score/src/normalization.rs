//! What is made of an answer before it is compared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::tokens::Tokens;
use crate::{chinese, squad};

/// What is made of an answer before it is compared with another: the tokens that count, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// That of SQuAD's evaluation script (Rajpurkar et al., 2016), for languages that put spaces between words. In this
    /// order:
    ///
    /// 1. lower case, as Python's `str.lower()`: `İ` becomes two characters, a final `Σ` becomes `ς`, `ß` stays;
    /// 2. ASCII punctuation is dropped and separates nothing: `U.S.` is `us`, `3.14` is `314`. Other punctuation (`–`, `’`,
    ///    `。`) stays;
    /// 3. the words `a`, `an` and `the` are dropped where Python's `\b` finds them: words are letters and digits of every
    ///    script (categories L and N). Marks are none, so of `a` with a combining accent the accent remains;
    /// 4. tokens are what stands between white space as Python's `str.split()` sees it, U+001C to U+001F included.
    ///
    /// Characters are those of Unicode 16 or later, and Python's those of its release (3.11: Unicode 14). A letter that is
    /// newer is lower-cased here, and is a word beside an article, where an older Python does neither. Of the characters
    /// that Unicode 14 has, only U+0295 and U+1171E are treated otherwise, and only beside a capital `Σ`, which they make
    /// final or not.
    #[default]
    Squad,
    /// By character, for Chinese and Japanese, which put no spaces between words.
    ///
    /// Lower case as [`Normalization::Squad`]; then a token is
    ///
    /// - one Chinese character, kana or bopomofo;
    /// - a whole run of other letters and digits: `GPT-4` is `gpt4`, `1,024` is `1024`, `2023年` is `2023` and `年`.
    ///   Full-width letters and digits are the ASCII ones;
    /// - one symbol that is no punctuation and not of ASCII: `℃`, `￥`, an emoji.
    ///
    /// White space and punctuation outside ASCII (`，`, `。`, `《`) separate and are dropped; ASCII punctuation is dropped
    /// and separates nothing; invisible characters (U+200B, variation selectors) are dropped. Marks belong to the character
    /// before them. Articles stay, and traditional characters are not simplified.
    ///
    /// F1 is over these tokens in any order, as LongBench counts it for Chinese. (CMRC 2018 cuts into the same tokens, but
    /// counts the longest common run of them.)
    Chinese,
}

impl Normalization {
    /// Every normalisation.
    pub const ALL: [Self; 2] = [Self::Squad, Self::Chinese];

    /// Its name: `squad`, `chinese`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Squad => "squad",
            Self::Chinese => "chinese",
        }
    }

    /// The tokens of an answer with a space between them; empty when nothing of it counts.
    ///
    /// Two answers match exactly when these are equal and not empty. To compare many, a
    /// [`Scorer`](crate::Scorer) takes less time.
    pub fn normalize(self, answer: &str) -> String {
        let mut tokens = Tokens::default();
        self.read(answer, &mut tokens);
        tokens.into_text()
    }

    /// Reads the tokens of an answer.
    pub(crate) fn read(self, answer: &str, tokens: &mut Tokens) {
        match self {
            Self::Squad => squad::read(answer, tokens),
            Self::Chinese => chinese::read(answer, tokens),
        }
    }
}

impl fmt::Display for Normalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Normalization {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| "give squad or chinese".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Normalization;

    #[test]
    fn names_are_the_same_everywhere() {
        for normalization in Normalization::ALL {
            let name = normalization.to_string();
            assert_eq!(name.parse(), Ok(normalization));
            assert_eq!(serde_json::to_value(normalization).unwrap(), name);
        }
        assert_eq!("Squad".parse::<Normalization>().unwrap_err(), "give squad or chinese");
        assert_eq!(Normalization::default(), Normalization::Squad);
    }
}
