//! Words to fragments of lines.

use crate::pdf::content::Word;

/// Words drawn one after the other in a row belong together up to this gap, in sizes: justified lines have wide blanks,
/// and leaders are dots far apart.
const DRAWN_GAP: f32 = 1.6;

/// Words not drawn one after the other: up to this.
const FOUND_GAP: f32 = 0.5;

/// So far the next word may reach back into the one before: the A of LaTeX stands over the L.
const OVERLAP: f32 = 0.5;

/// Blanks drawn all the way bridge more, but not a page.
const BRIDGED_GAP: f32 = 40.0;

/// Words in a row, without a gap that could part columns.
#[derive(Debug, Clone)]
pub(super) struct Fragment {
    /// Of the page's words, from left to right.
    pub(super) words: Vec<u32>,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    /// When it was drawn.
    pub(super) order: u32,
}

impl Fragment {
    fn new(word: &Word, at: u32) -> Self {
        Self {
            words: vec![at],
            left: word.left,
            right: word.right,
            baseline: word.baseline,
            size: word.size,
            order: at,
        }
    }

    /// Its width in sizes.
    pub(super) fn ems(&self) -> f32 {
        (self.right - self.left) / self.size
    }
}

/// The fragments of the words with this turn, in the order they were drawn.
pub(super) fn fragments(words: &[Word], turn: u8, with_artifacts: bool) -> Vec<Fragment> {
    let mut drawn: Vec<Fragment> = Vec::new();
    for (at, word) in (0_u32..).zip(words) {
        if word.turn != turn || (word.is_artifact && !with_artifacts) {
            continue;
        }
        match drawn.last_mut() {
            Some(last) if follows(last, word) => {
                last.words.push(at);
                last.left = last.left.min(word.left);
                last.right = last.right.max(word.right);
                // A fragment that began with a raised mark stands where its larger words do.
                if word.size > 1.1 * last.size {
                    (last.size, last.baseline) = (word.size, word.baseline);
                }
            }
            _ => drawn.push(Fragment::new(word, at)),
        }
    }
    merge(drawn, words)
}

/// Whether a word continues a fragment it was drawn after.
fn follows(last: &Fragment, word: &Word) -> bool {
    let size = last.size.max(word.size);
    let gap = word.left - last.right;
    let most = if word.is_bridged { BRIDGED_GAP } else { DRAWN_GAP };
    let shift = (last.baseline - word.baseline).abs();
    // The lowered E of TeX is as large as the letters it stands between.
    let is_kerned = gap.abs() < OVERLAP * size && shift < 0.35 * size && !word.after_blank;
    gap >= -OVERLAP * size
        && gap <= most * size
        && (is_kerned || is_same_row(last.baseline, last.size, word.baseline, word.size))
}

/// Whether two baselines are one row's: nearly equal, or the smaller text is a raised or lowered mark of the other.
fn is_same_row(a: f32, a_size: f32, b: f32, b_size: f32) -> bool {
    let (large, small) = (a_size.max(b_size), a_size.min(b_size));
    let raised = if a_size < b_size { a - b } else { b - a };
    if raised.abs() <= 0.15 * large {
        return true;
    }
    small < 0.9 * large && raised > -0.35 * large && raised < 0.6 * large
}

/// Joins fragments that stand close in a row though they were not drawn in turn, and drops what was drawn twice.
fn merge(mut drawn: Vec<Fragment>, words: &[Word]) -> Vec<Fragment> {
    drawn.sort_by(|a, b| b.baseline.total_cmp(&a.baseline).then(a.left.total_cmp(&b.left)));
    let mut merged: Vec<Fragment> = Vec::with_capacity(drawn.len());
    let mut from = 0;
    while from < drawn.len() {
        let first = drawn[from].baseline;
        let reach = 0.2 * drawn[from].size;
        let count = drawn[from..].iter().take_while(|fragment| first - fragment.baseline <= reach).count();
        let row = &mut drawn[from..from + count];
        row.sort_by(|a, b| a.left.total_cmp(&b.left).then(a.order.cmp(&b.order)));
        let start = merged.len();
        for fragment in row {
            match merged[start..].last_mut() {
                Some(last) if repeats(last, fragment, words) => {}
                Some(last) if adjoins(last, fragment) => {
                    last.words.append(&mut fragment.words);
                    last.right = last.right.max(fragment.right);
                    last.size = last.size.max(fragment.size);
                    last.order = last.order.min(fragment.order);
                }
                _ => merged.push(fragment.clone()),
            }
        }
        from += count;
    }
    merged.sort_by_key(|fragment| fragment.order);
    merged
}

fn adjoins(last: &Fragment, next: &Fragment) -> bool {
    let size = last.size.max(next.size);
    let gap = next.left - last.right;
    (-OVERLAP * size..=FOUND_GAP * size).contains(&gap)
        && last.size < 1.7 * next.size
        && next.size < 1.7 * last.size
}

/// Whether a fragment is another drawn again, a little beside it: its words are as wide and as many.
fn repeats(last: &Fragment, next: &Fragment, words: &[Word]) -> bool {
    let near = 0.15 * last.size;
    let same = |a: &u32, b: &u32| {
        let (a, b) = (&words[*a as usize], &words[*b as usize]);
        a.end - a.start == b.end - b.start
            && (a.left - b.left).abs() < near
            && (a.right - b.right).abs() < near
    };
    (last.left - next.left).abs() < near
        && last.words.len() == next.words.len()
        && last.words.iter().zip(&next.words).all(|(a, b)| same(a, b))
}
