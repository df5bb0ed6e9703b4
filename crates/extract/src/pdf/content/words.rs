//! Glyphs to words, as a page's instructions draw them.

use crate::pdf::font::{Text, Texts, compose, mark_of};

/// A gap of more than this, in sizes of the font, parts words: type sets spaces of a fifth at the least, and kerns by
/// less than a tenth.
const WORD_GAP: f32 = 0.1;

/// So far a glyph may lie from its neighbour's baseline, in sizes.
const SAME_LINE: f32 = 0.15;

/// A glyph that is drawn again this close to itself, in sizes, is meant to look bold.
const SAME_PLACE: f32 = 0.1;

/// Coordinates beyond this are no page's, and sizes.
const FARTHEST: f32 = 1e6;

/// Words of a page that are kept. A page of a newspaper has ten thousand; of more, there is nothing to read.
const MAX_WORDS: usize = 500_000;

/// Points that glyphs may stand beyond a page's edges.
const OUTSIDE: f64 = 2.0;

/// A run of glyphs without a blank.
///
/// Coordinates are such that the text runs to the right and lines follow each other downwards, with y growing upwards:
/// those of the page, turned by the word's `turn`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Word {
    /// Where the word starts in the page's text, and where it ends.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) baseline: f32,
    pub(crate) size: f32,
    /// Quarter turns from upright: 0 upright, 1 running up the page, 2 upside down, 3 running down.
    pub(crate) turn: u8,
    pub(crate) is_bold: bool,
    /// Whether the file says it is a header, a footer or the like.
    pub(crate) is_artifact: bool,
    /// Whether a blank was drawn before it.
    pub(crate) after_blank: bool,
    /// Whether blanks were drawn all the way from the word before it.
    pub(crate) is_bridged: bool,
}

/// The words of a page in the order they were drawn.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// The page's width and height: what is drawn outside nobody sees.
    size: [f64; 2],
    pub(crate) text: String,
    pub(crate) all: Vec<Word>,
    /// Whether the last word goes on.
    is_open: bool,
    after_blank: bool,
    /// Where the last blank ended.
    blank_end: Option<[f32; 2]>,
    /// The last glyph, to see when it is drawn again, and what accents belong to.
    last: Option<Placed>,
}

/// A glyph where its text sees it.
#[derive(Debug, Clone, Copy)]
struct Placed {
    text: Text,
    left: f32,
    right: f32,
    baseline: f32,
    /// Where in the page's text it stands.
    at: usize,
}

/// A glyph on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) text: Text,
    /// Where it starts, and where the next one would.
    pub(super) from: [f64; 2],
    pub(super) to: [f64; 2],
    pub(super) size: f32,
    pub(super) turn: u8,
    pub(super) is_bold: bool,
    pub(super) is_artifact: bool,
}

impl Words {
    /// Of a page of this size.
    pub(super) fn new([width, height]: [f32; 2]) -> Self {
        Self { size: [width.into(), height.into()], ..Self::default() }
    }

    fn is_outside(&self, mark: &Mark) -> bool {
        [0, 1].into_iter().any(|axis| {
            let (from, to) = (mark.from[axis], mark.to[axis]);
            from.max(to) < -OUTSIDE || from.min(to) > self.size[axis] + OUTSIDE
        })
    }

    /// Draws a glyph.
    #[inline]
    pub(super) fn push(&mut self, mark: &Mark, texts: &Texts) {
        let ([left, baseline], [right, _]) = (turned(mark.from, mark.turn), turned(mark.to, mark.turn));
        let (left, right) = if right < left { (right, left) } else { (left, right) };
        // Also false for what is not a number.
        if !(left > -FARTHEST
            && right < FARTHEST
            && baseline.abs() < FARTHEST
            && mark.size > 0.0
            && mark.size < FARTHEST)
            || self.is_outside(mark)
            || self.all.len() >= MAX_WORDS
        {
            return;
        }
        let mut placed = Placed { text: mark.text, left, right, baseline, at: self.text.len() };
        if let Some(last) = self.last {
            let near = SAME_PLACE * mark.size;
            if last.text == mark.text
                && (last.left - left).abs() < near
                && (last.baseline - baseline).abs() < near
            {
                return;
            }
            match last.accented(&placed, mark.size) {
                Some(Accented::Before(composed)) => {
                    self.take_back(&last);
                    placed = Placed { text: Text::of(composed), at: self.text.len(), ..placed };
                }
                Some(Accented::After(composed)) => {
                    self.text.truncate(last.at);
                    self.text.push(composed);
                    if let Some(word) = self.all.last_mut() {
                        word.end = self.text.len();
                    }
                    self.last = Some(Placed { text: Text::of(composed), ..last });
                    return;
                }
                None => {}
            }
        }
        self.last = Some(placed);
        let mark = &Mark { text: placed.text, ..*mark };
        if mark.text.char() == Some(' ') {
            self.blank();
            self.blank_end = Some([right, baseline]);
            return;
        }
        let goes_on =
            self.is_open && self.all.last().is_some_and(|word| continues(word, mark, left, baseline));
        if mark.text.is_nothing() {
            // What is not known still takes its room: the word may go on behind it.
            if goes_on && let Some(word) = self.all.last_mut() {
                word.right = right;
            }
            return;
        }
        if !goes_on {
            let start = self.text.len();
            self.all.push(Word {
                start,
                end: start,
                left,
                right,
                baseline,
                size: mark.size,
                turn: mark.turn,
                is_bold: mark.is_bold,
                is_artifact: mark.is_artifact,
                after_blank: self.after_blank,
                is_bridged: self.blank_end.is_some_and(|[x, y]| {
                    (x - left).abs() < 0.3 * mark.size && (y - baseline).abs() < SAME_LINE * mark.size
                }),
            });
            self.blank_end = None;
            (self.is_open, self.after_blank) = (true, false);
        }
        match mark.text.char() {
            Some(c) => self.text.push(c),
            None => self.text.push_str(texts.long(mark.text).unwrap_or_default()),
        }
        if let Some(word) = self.all.last_mut() {
            word.end = self.text.len();
            word.right = right;
        }
    }

    /// Removes the last glyph.
    fn take_back(&mut self, last: &Placed) {
        self.text.truncate(last.at);
        let Some(word) = self.all.last_mut() else { return };
        (word.end, word.right) = (last.at, last.left);
        if word.start >= word.end {
            // It began a word: the next glyph goes on where that one would have.
            (self.is_open, self.after_blank) = (!word.after_blank, word.after_blank);
            self.all.pop();
        }
    }

    /// Ends the word.
    pub(super) fn blank(&mut self) {
        (self.is_open, self.after_blank) = (false, true);
    }

    /// Draws text of its own: the file says what the glyphs within this mark mean.
    pub(super) fn replace(&mut self, text: &str, mark: &Mark, texts: &mut Texts) {
        let mut parts = text.split_whitespace();
        let (Some(first), second) = (parts.next(), parts.next()) else {
            if !text.is_empty() {
                self.blank();
            }
            return;
        };
        if text.starts_with(char::is_whitespace) {
            self.blank();
        }
        let whole = match second {
            None => texts.add(first),
            Some(_) => texts.add(&text.split_whitespace().collect::<Vec<_>>().join(" ")),
        };
        self.push(&Mark { text: whole, ..*mark }, texts);
        if text.ends_with(char::is_whitespace) {
            self.blank();
        }
    }
}

/// A letter and an accent over or under it.
enum Accented {
    /// The accent was drawn first.
    Before(char),
    /// The accent is drawn now.
    After(char),
}

impl Placed {
    /// Whether this glyph and the next are a letter and its accent.
    #[inline]
    fn accented(&self, next: &Self, size: f32) -> Option<Accented> {
        let shared = self.right.min(next.right) - self.left.max(next.left);
        // Most glyphs stand behind the one before.
        if shared <= 0.1 * size || (self.baseline - next.baseline).abs() > 0.6 * size {
            return None;
        }
        let (first, second) = (self.text.char()?, next.text.char()?);
        let overlap = |accent: &Self| shared >= 0.5 * (accent.right - accent.left);
        match (mark_of(first), mark_of(second)) {
            (Some(mark), None) if overlap(self) => compose(second, mark).map(Accented::Before),
            (None, Some(mark)) if overlap(next) => compose(first, mark).map(Accented::After),
            _ => None,
        }
    }
}

/// Whether a glyph that starts here belongs to the word before it.
#[inline]
fn continues(word: &Word, mark: &Mark, left: f32, baseline: f32) -> bool {
    let size = word.size.max(mark.size);
    let gap = left - word.right;
    word.turn == mark.turn
        && word.is_artifact == mark.is_artifact
        && (baseline - word.baseline).abs() <= SAME_LINE * size
        && gap <= WORD_GAP * size
        && gap >= -0.5 * size
        // Small capitals are part of their word, footnote marks and headings beside text are not.
        && mark.size > 0.6 * word.size
        && word.size > 0.6 * mark.size
}

/// A place on the page as text with this turn sees it.
#[inline]
fn turned([x, y]: [f64; 2], turn: u8) -> [f32; 2] {
    let (x, y) = (x as f32, y as f32);
    match turn {
        0 => [x, y],
        1 => [y, -x],
        2 => [-x, -y],
        _ => [-y, x],
    }
}
