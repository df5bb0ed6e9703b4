//! Words and numbers: the rules WB4 to WB13b of UAX #29, as Lucene's grammar writes them.
//!
//! Lucene's differ from the annex in two corners, kept here: after `Hebrew " Hebrew` neither quote joins
//! again, and a Hebrew letter that a middle character joined takes no closing `'`.

use super::char_class::WordBreak;
use super::scan::Scan;

/// What has been read so far; the last four are open: a word may not end there.
#[derive(Clone, Copy)]
enum State {
    Letter,
    Hebrew,
    Number,
    Katakana,
    /// Connectors after at least one of the above.
    Connector,
    /// A Hebrew letter and `'`: part of the word, and may join a further letter.
    HebrewQuote,
    /// `Hebrew " Hebrew`: complete, no middle character joins.
    Closed,
    /// Connectors only.
    OnlyConnector,
    /// A letter and a middle character that waits for a letter.
    AfterLetter,
    /// A number and a middle character that waits for a number.
    AfterNumber,
    /// A Hebrew letter and `"`, which waits for a Hebrew letter.
    AfterHebrew,
}

impl State {
    fn start(class: WordBreak) -> Option<Self> {
        match class {
            WordBreak::Letter => Some(Self::Letter),
            WordBreak::HebrewLetter => Some(Self::Hebrew),
            WordBreak::Numeric => Some(Self::Number),
            WordBreak::Katakana => Some(Self::Katakana),
            WordBreak::Connector => Some(Self::OnlyConnector),
            _ => None,
        }
    }

    fn step(self, class: WordBreak) -> Option<Self> {
        use WordBreak as Wb;
        match (self, class) {
            (state, Wb::Extend) => Some(state),
            (Self::AfterLetter, Wb::Letter | Wb::HebrewLetter) => Some(Self::Letter),
            (Self::AfterNumber, Wb::Numeric) => Some(Self::Number),
            (Self::AfterHebrew, Wb::HebrewLetter) => Some(Self::Closed),
            (Self::AfterLetter | Self::AfterNumber | Self::AfterHebrew, _) => None,
            (Self::OnlyConnector, Wb::Connector) => Some(Self::OnlyConnector),
            (_, Wb::Connector) => Some(Self::Connector),
            (Self::Katakana | Self::Connector | Self::OnlyConnector, Wb::Katakana) => Some(Self::Katakana),
            (Self::Katakana, _) => None,
            (_, Wb::Letter) => Some(Self::Letter),
            (_, Wb::HebrewLetter) => Some(Self::Hebrew),
            (_, Wb::Numeric) => Some(Self::Number),
            (Self::Hebrew, Wb::SingleQuote) => Some(Self::HebrewQuote),
            (Self::Hebrew, Wb::DoubleQuote) => Some(Self::AfterHebrew),
            (Self::Letter | Self::Hebrew, Wb::MidLetter | Wb::MidBoth | Wb::SingleQuote) => {
                Some(Self::AfterLetter)
            }
            (Self::Number, Wb::MidNumber | Wb::MidBoth | Wb::SingleQuote) => Some(Self::AfterNumber),
            _ => None,
        }
    }

    fn may_end(self) -> bool {
        !matches!(self, Self::OnlyConnector | Self::AfterLetter | Self::AfterNumber | Self::AfterHebrew)
    }
}

/// Length in bytes of the longest word or number that `scan` begins with; 0 if there is none.
pub(super) fn longest(mut scan: Scan<'_>) -> usize {
    let Some(first) = scan.next() else { return 0 };
    let Some(mut state) = State::start(first.class.word_break) else { return 0 };
    let mut end = if state.may_end() { first.end } else { 0 };
    for step in scan {
        match state.step(step.class.word_break) {
            Some(next) => state = next,
            None => break,
        }
        if state.may_end() {
            end = step.end;
        }
    }
    end
}
