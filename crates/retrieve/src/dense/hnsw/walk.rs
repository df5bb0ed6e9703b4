//! The walk through a layer of the graph: from the best node that is known to those it links to (algorithm 2).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::near::Near;

/// No link.
pub(super) const NONE: u32 = u32::MAX;

/// A node that was found, the greater the better; of equal scores the lower node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) score: f32,
    pub(super) node: u32,
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.node.cmp(&self.node))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Found {}

/// A layer: nodes with links to others of it. Nothing in it is trusted, for it may lie in a file.
#[derive(Clone, Copy)]
pub(super) struct Layer<'a> {
    /// The rows of its nodes; `None` where a node is its row.
    pub(super) rows: Option<&'a [u32]>,
    /// Of each node so many, those that are first.
    pub(super) links: &'a [u32],
    pub(super) degree: usize,
    /// How many rows there are.
    pub(super) count: usize,
}

impl<'a> Layer<'a> {
    pub(super) fn links(&self, node: u32) -> impl Iterator<Item = u32> + use<'a> {
        let start = node as usize * self.degree;
        let links = self.links.get(start..start + self.degree).unwrap_or_default();
        links.iter().copied().take_while(|link| *link != NONE)
    }

    /// The row of a node, if there is such a node.
    pub(super) fn row(&self, node: u32) -> Option<u32> {
        let row = match self.rows {
            Some(rows) => *rows.get(node as usize)?,
            None => node,
        };
        ((row as usize) < self.count).then_some(row)
    }
}

/// The layers of a graph.
pub(super) struct View<'a> {
    pub(super) base: Layer<'a>,
    /// Those above it, the lowest first, and for each node of them its number in the layer below.
    pub(super) levels: Vec<(Layer<'a>, &'a [u32])>,
    /// Where to begin if there are none.
    pub(super) entry: Option<u32>,
}

impl<'a> View<'a> {
    /// A layer by its number, 0 for the lowest.
    pub(super) fn layer(&self, number: usize) -> Layer<'a> {
        number.checked_sub(1).map_or(self.base, |level| self.levels[level].0)
    }

    /// The number of a node of this layer in the layer below.
    pub(super) fn below(&self, number: usize, node: u32) -> Option<u32> {
        self.levels.get(number.checked_sub(1)?)?.1.get(node as usize).copied()
    }

    /// The best node of a layer that is found by going down from the top, where the layer is not higher.
    pub(super) fn enter(&self, number: usize, near: &mut Near<'_>, room: &mut Room) -> Option<Found> {
        let top = self.levels.len();
        let mut node = if top == 0 { self.entry? } else { 0 };
        let mut scores = Vec::new();
        for number in (number + 1..=top).rev() {
            let layer = self.layer(number);
            near.scores(&[layer.row(node)?], &mut scores);
            let start = Found { score: known(scores[0]), node };
            let best = walk(layer, near, &[start], 1, room, usize::MAX, &mut |_| true)?;
            node = self.below(number, best.first()?.node)?;
        }
        near.scores(&[self.layer(number).row(node)?], &mut scores);
        Some(Found { score: known(scores[0]), node })
    }
}

/// Wherever a walk begins, anything is better than what is no number.
fn known(score: f32) -> f32 {
    if score.is_nan() { f32::NEG_INFINITY } else { score }
}

/// What a walk needs and the next can use again.
#[derive(Default)]
pub(super) struct Room {
    seen: Seen,
    open: BinaryHeap<Found>,
    fresh: Vec<u32>,
    rows: Vec<u32>,
    scores: Vec<f32>,
}

/// The best `most` nodes of a layer that a walk from `starts` finds, best first, of those that `admit` takes; it is asked
/// about rows. `None` if more than `patience` nodes were seen and they are still too few.
pub(super) fn walk(
    layer: Layer<'_>,
    near: &mut Near<'_>,
    starts: &[Found],
    most: usize,
    room: &mut Room,
    patience: usize,
    admit: &mut dyn FnMut(u32) -> bool,
) -> Option<Vec<Found>> {
    let Room { seen, open, fresh, rows, scores } = room;
    seen.clear();
    open.clear();
    let mut best: BinaryHeap<Reverse<Found>> = BinaryHeap::with_capacity(most + 1);
    let mut take = |found: Found, row: u32, best: &mut BinaryHeap<Reverse<Found>>| {
        if !admit(row) {
            return;
        }
        if best.len() < most {
            best.push(Reverse(found));
        } else if let Some(mut worst) = best.peek_mut() {
            *worst = Reverse(found);
        }
    };
    for &start in starts {
        if let Some(row) = layer.row(start.node).filter(|_| seen.insert(start.node)) {
            open.push(start);
            if best.len() < most || best.peek().is_some_and(|worst| start > worst.0) {
                take(start, row, &mut best);
            }
        }
    }
    while let Some(from) = open.pop() {
        if best.len() >= most && best.peek().is_some_and(|worst| from < worst.0) {
            break;
        }
        fresh.clear();
        rows.clear();
        for node in layer.links(from.node) {
            if let Some(row) = layer.row(node).filter(|_| seen.insert(node)) {
                fresh.push(node);
                rows.push(row);
            }
        }
        near.scores(rows, scores);
        for ((&node, &row), &score) in fresh.iter().zip(&*rows).zip(&*scores) {
            let found = Found { score, node };
            let is_good = best.len() < most || best.peek().is_some_and(|worst| found > worst.0);
            if is_good && !score.is_nan() {
                open.push(found);
                take(found, row, &mut best);
            }
        }
        if best.len() < most && seen.len > patience {
            return None;
        }
    }
    Some(best.into_sorted_vec().into_iter().map(|Reverse(found)| found).collect())
}

/// Nodes that were seen. Its size goes by them, not by the corpus, so that it stays in the cache.
#[derive(Default)]
struct Seen {
    /// A node and 1, or 0.
    slots: Vec<u32>,
    len: usize,
}

/// Slots at first.
const SLOTS: usize = 1 << 12;

impl Seen {
    fn clear(&mut self) {
        self.slots.truncate(SLOTS << 2);
        self.slots.fill(0);
        self.slots.resize(self.slots.len().max(SLOTS), 0);
        self.len = 0;
    }

    /// Whether a node is new.
    fn insert(&mut self, node: u32) -> bool {
        if self.len * 2 >= self.slots.len() {
            let more = vec![0; (self.slots.len() * 4).max(SLOTS)];
            for slot in std::mem::replace(&mut self.slots, more) {
                if slot != 0 {
                    self.place(slot);
                }
            }
        }
        let is_new = self.place(node.wrapping_add(1));
        self.len += usize::from(is_new);
        is_new
    }

    fn place(&mut self, slot: u32) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = (slot.wrapping_mul(0x9E37_79B1) >> 7) as usize & mask;
        loop {
            match self.slots[at] {
                0 => {
                    self.slots[at] = slot;
                    return true;
                }
                other if other == slot => return false,
                _ => at = (at + 1) & mask,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SLOTS, Seen};

    #[test]
    fn nodes_are_new_once() {
        let mut seen = Seen::default();
        for round in 0..3 {
            seen.clear();
            let count = SLOTS as u32 * (1 + round * 8);
            assert!((0..count).all(|node| seen.insert(node * 7)));
            assert!((0..count).all(|node| !seen.insert(node * 7)));
            assert_eq!(seen.len, count as usize);
        }
        assert!(seen.insert(u32::MAX - 1));
    }
}
