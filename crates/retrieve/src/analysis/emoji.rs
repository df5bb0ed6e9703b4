//! Emoji sequences of UTS #51: pictographs with what is joined to them, and keycaps.

use super::char_class::{Group, WordBreak};
use super::scan::{Scan, Step};

const ZERO_WIDTH_JOINER: char = '\u{200D}';
const TEXT_SELECTOR: char = '\u{FE0E}';
const EMOJI_SELECTOR: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const LAST_TAG: char = '\u{E007F}';

fn is_pictograph(step: &Step) -> bool {
    step.class.group == Group::Pictograph
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007E}')
}

/// Extends the character before it; the presentation selectors have places of their own.
fn extends(step: &Step) -> bool {
    step.class.word_break == WordBreak::Extend && step.c != TEXT_SELECTOR && step.c != EMOJI_SELECTOR
}

/// What has been read of a pictograph sequence. `joined`: the last character was a joiner. `first`: no
/// other pictograph went before, so that the tags of a regional flag may follow.
#[derive(Clone, Copy)]
enum State {
    /// Joiners before the first pictograph.
    Leading,
    Pictograph {
        first: bool,
        joined: bool,
    },
    /// A skin tone that modifies no pictograph.
    SkinTone {
        joined: bool,
    },
    /// The emoji presentation selector of a pictograph.
    Selected {
        first: bool,
    },
    /// A joiner after `Selected`: a pictograph or a skin tone must follow.
    Joined,
    /// Several joiners after `Selected`: a pictograph must follow.
    JoinedTwice,
    Tags,
    TagsClosed,
}

impl State {
    fn start(step: &Step) -> Option<Self> {
        match step.c {
            ZERO_WIDTH_JOINER => Some(Self::Leading),
            c if is_skin_tone(c) => Some(Self::SkinTone { joined: false }),
            _ if is_pictograph(step) => Some(Self::Pictograph { first: true, joined: false }),
            _ => None,
        }
    }

    fn step(self, step: &Step) -> Option<Self> {
        let joiner = step.c == ZERO_WIDTH_JOINER;
        let next_pictograph = is_pictograph(step).then_some(Self::Pictograph { first: false, joined: false });
        match self {
            Self::Leading if joiner => Some(Self::Leading),
            Self::Leading => Self::start(step).filter(|_| is_pictograph(step)),
            Self::Pictograph { first, .. } if step.c == EMOJI_SELECTOR => Some(Self::Selected { first }),
            Self::Pictograph { first, .. } if extends(step) => {
                Some(Self::Pictograph { first, joined: joiner })
            }
            Self::SkinTone { .. } if extends(step) => Some(Self::SkinTone { joined: joiner }),
            Self::Pictograph { joined: true, .. } | Self::SkinTone { joined: true } => next_pictograph,
            Self::Selected { .. } if joiner => Some(Self::Joined),
            Self::Selected { first: true } | Self::Tags if is_tag(step.c) => Some(Self::Tags),
            Self::Tags if step.c == LAST_TAG => Some(Self::TagsClosed),
            Self::Joined | Self::JoinedTwice if joiner => Some(Self::JoinedTwice),
            Self::Joined if is_skin_tone(step.c) => Some(Self::SkinTone { joined: false }),
            Self::Joined | Self::JoinedTwice => next_pictograph,
            _ => None,
        }
    }

    fn may_end(self) -> bool {
        !matches!(self, Self::Leading | Self::Joined | Self::JoinedTwice | Self::Tags)
    }
}

/// Length in bytes of the longest pictograph sequence that `scan` begins with; 0 if there is none.
pub(super) fn longest(mut scan: Scan<'_>) -> usize {
    let Some(first) = scan.next() else { return 0 };
    let Some(mut state) = State::start(&first) else { return 0 };
    let mut end = if state.may_end() { first.end } else { 0 };
    for step in scan {
        match state.step(&step) {
            Some(next) => state = next,
            None => break,
        }
        if state.may_end() {
            end = step.end;
        }
    }
    end
}

/// Length in bytes of the keycap (digit, `#` or `*`, optional selector, U+20E3) that `scan` begins with;
/// 0 if there is none.
pub(super) fn keycap(mut scan: Scan<'_>) -> usize {
    if !scan.next().is_some_and(|base| base.class.group == Group::KeycapBase) {
        return 0;
    }
    let (mut end, mut capped, mut selected) = (0, false, false);
    for step in scan {
        if selected && !capped {
            // Only the keycap itself may follow the selector.
            if step.c != KEYCAP {
                break;
            }
            capped = true;
        } else if step.c == EMOJI_SELECTOR && !selected {
            // A keycap before the selector was an extending mark of the base.
            (selected, capped) = (true, false);
            continue;
        } else if extends(&step) {
            capped |= step.c == KEYCAP;
        } else {
            break;
        }
        if capped {
            end = step.end;
        }
    }
    end
}
