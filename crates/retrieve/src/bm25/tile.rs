//! One query, one tile: which of its documents are among the best.
//!
//! Impacts are rounded up, so the sum of those of a document bounds its score from above. The floor is the score of the
//! worst of the best documents so far. Terms whose largest impacts together stay well below the floor are left out: no
//! document is good enough by them alone, and a document whose sum of the other terms lies further below the floor than
//! they can lift it is not good enough either. All others are scored exactly. The terms that are left out are the
//! frequent ones, which have most of the postings.
//!
//! The idea is that of MaxScore (Turtle and Flood: Query evaluation, 1995); in place of walking through the documents it
//! adds up whole lists of one-byte impacts in the processor's cache (Crane et al.: A comparison of document-at-a-time
//! and score-at-a-time query evaluation, 2017), which needs no branch that cannot be foreseen.

use std::cmp::Reverse;
use std::ops::Range;

use super::Bm25Index;
use super::exact::warm;
use super::lanes::List;
use super::postings::{Run, TILE};
use super::query::Query;
use super::scratch::Scratch;
use super::sums::Impacts;
use crate::top_k::TopK;
use crate::{DocId, Hit};

/// What may be left out, as a share of the floor. More would leave fewer postings to add up and more documents to score.
const SHARE: f64 = 0.35;
/// The same for a query of more than [`LONG`] terms of which the best documents so far have much: few others come near.
const SHARE_NEAR: f64 = 0.5;
const LONG: usize = 16;
/// Much: the floor is at least this share of what all terms together can add.
const NEAR: f64 = 0.3;
/// How many postings take as long to add up as a group of documents takes to be looked through and scored.
const POSTINGS_A_GROUP: usize = 100;
/// How many documents of a dense list are added up in the time of one posting.
const DENSE_SPEED: usize = 24;

/// A term of the query that the tile has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Active {
    /// Its postings in the tile.
    run: Run,
    /// How often the query has the term.
    count: u32,
    /// The most that it adds to a sum.
    max: u32,
    /// How long it takes to add it, in postings.
    cost: u32,
    /// What it may add to a sum for the time that it takes.
    worth: f32,
}

impl Active {
    fn new(run: Run, count: u32, len: usize) -> Self {
        let max = u32::from(run.max).saturating_mul(count);
        let cost = if run.is_dense { (len / DENSE_SPEED) as u32 } else { run.len };
        Self { run, count, max, cost, worth: max as f32 / cost as f32 }
    }
}

/// How far a query has come.
pub(super) struct State<'q> {
    query: &'q Query,
    /// The next run of each term.
    cursors: Vec<u64>,
    best: TopK,
    k: usize,
}

impl<'q> State<'q> {
    /// A query before the first tile, for `k` hits, at least 1.
    pub(super) fn new(index: &Bm25Index, query: &'q Query, k: usize) -> Self {
        let cursors = query.terms.iter().map(|term| index.postings.runs_of(term.term).start).collect();
        Self { query, cursors, best: TopK::new(k), k }
    }

    /// The hits, best first.
    pub(super) fn into_hits(self) -> Vec<Hit> {
        self.best.into_hits()
    }

    /// Moves to the next tile: lists those of its terms that the query has, the worthiest first.
    fn enter(&mut self, index: &Bm25Index, tile: u32, len: usize, active: &mut Vec<Active>) {
        active.clear();
        for (cursor, term) in self.cursors.iter_mut().zip(&self.query.terms) {
            if *cursor == index.postings.runs_of(term.term).end {
                continue;
            }
            let run = index.postings.run(*cursor);
            if run.tile == tile {
                *cursor += 1;
                active.push(Active::new(run, term.count, len));
            }
        }
        active.sort_unstable_by(|a, b| b.worth.total_cmp(&a.worth));
    }
}

/// Offers the documents of a tile that may be among the best. Tiles must come in their order, none left out.
pub(super) fn search_tile(
    index: &Bm25Index,
    tile: u32,
    state: &mut State<'_>,
    scratch: &mut Scratch,
    exclude: &dyn Fn(DocId) -> bool,
) {
    let mut active = std::mem::take(&mut scratch.active);
    let first = tile as usize * TILE;
    let len = (index.forward.len() - first).min(TILE);
    state.enter(index, tile, len, &mut active);
    let total: u64 = active.iter().map(|term| u64::from(term.max)).sum();
    let query = state.query;
    scratch.scorer.enter(query);
    let mut search = Search {
        index,
        first,
        len,
        state,
        scratch,
        exclude,
        rest: total,
        lists: Vec::with_capacity(active.len()),
        gathered: None,
    };
    if total >= search.floor().unwrap_or(1) {
        search.run(&active, total);
        scratch.sums.clear(len);
        scratch.seen.clear();
    }
    scratch.scorer.leave(query);
    scratch.active = active;
}

struct Search<'a, 's, 'q> {
    index: &'a Bm25Index,
    /// The tile's first document, and how many it has.
    first: usize,
    len: usize,
    state: &'s mut State<'q>,
    scratch: &'s mut Scratch,
    exclude: &'a dyn Fn(DocId) -> bool,
    /// The most that the terms not added yet can add to a sum.
    rest: u64,
    /// Lists that are yet to be added.
    lists: Vec<List<'a>>,
    /// The least sum of the documents that were gathered, if any were.
    gathered: Option<u16>,
}

impl Search<'_, '_, '_> {
    fn run(&mut self, active: &[Active], total: u64) {
        // Without a floor any document that has a term is good enough: nothing can be left out.
        let mut allowed = self.floor().map_or(0, |floor| {
            let is_near = active.len() > LONG && floor as f64 > total as f64 * NEAR;
            (floor as f64 * if is_near { SHARE_NEAR } else { SHARE }) as u64
        });
        let mut remaining = active.iter();
        let mut next = remaining.next();
        loop {
            while let Some(term) = next.filter(|_| self.rest > allowed) {
                self.add(term, total > u64::from(u16::MAX));
                next = remaining.next();
            }
            self.scratch.sums.find_peaks(self.len, &self.lists);
            self.lists.clear();
            // One more, if it costs less than the documents that it may rule out.
            let Some(term) = next else { break };
            let groups = self.scratch.sums.groups_from(self.least());
            if groups * POSTINGS_A_GROUP <= term.cost as usize + self.len / 16 {
                break;
            }
            allowed = self.rest - 1;
        }
        if self.floor().is_none() {
            self.score_likely();
        }
        self.score_all();
    }

    /// The least sum of all terms with which a document may be good enough, once not all are.
    fn floor(&self) -> Option<u64> {
        let floor = f64::from(self.state.best.floor()?) / f64::from(self.index.postings.unit);
        // A little less: a score is rounded to single precision after its parts are summed.
        Some((floor * (1.0 - 2e-6)).ceil().max(1.0) as u64)
    }

    /// The least sum of the terms added so far with which a document may be good enough, at least 1.
    fn least(&self) -> u16 {
        let least = self.floor().unwrap_or(1).saturating_sub(self.rest);
        u16::try_from(least.max(1)).unwrap_or(u16::MAX)
    }

    fn add(&mut self, term: &Active, saturates: bool) {
        let sums = &mut self.scratch.sums;
        match self.index.postings.impacts_of(term.run, self.len) {
            impacts if saturates => sums.add_saturating(impacts, term.count),
            Impacts::Of(docs, impacts) => sums.add(docs, impacts, term.count),
            Impacts::OfAll(impacts) => {
                self.lists.push(List { impacts, count: term.count as u16, max: term.run.max });
            }
        }
        self.rest -= u64::from(term.max);
    }

    /// Scores the documents with the largest sums, to know a floor.
    fn score_likely(&mut self) {
        let wanted = self.state.k;
        let Scratch { sums, candidates, .. } = &mut *self.scratch;
        let least = sums.reached_by(wanted);
        sums.gather(least, candidates);
        self.gathered = Some(least);
        if candidates.len() > wanted {
            candidates.select_nth_unstable_by_key(wanted, |&candidate| Reverse(candidate));
        }
        self.score_candidates(0..wanted.min(self.scratch.candidates.len()));
    }

    /// Scores every document that may be good enough.
    fn score_all(&mut self) {
        let least = self.least();
        // Those gathered for the first floor are all there are if they had to be no better.
        if self.gathered.is_none_or(|gathered| least < gathered) {
            let Scratch { sums, candidates, .. } = &mut *self.scratch;
            sums.gather(least, candidates);
            candidates.sort_unstable_by_key(|&candidate| Reverse(candidate));
        }
        self.score_candidates(0..self.scratch.candidates.len());
    }

    /// Scores these candidates and offers them, except those that are not good enough or were scored before.
    fn score_candidates(&mut self, which: Range<usize>) {
        let candidates = std::mem::take(&mut self.scratch.candidates);
        let mut least = self.least();
        warm(
            self.index,
            candidates[which.clone()]
                .iter()
                .filter(|(sum, _)| *sum >= least)
                .map(|&(_, local)| self.first + usize::from(local)),
        );
        for &(sum, local) in &candidates[which] {
            if sum >= least && self.scratch.seen.insert(local) {
                let doc = (self.first + usize::from(local)) as DocId;
                let score = self.scratch.scorer.score(self.index, self.state.query, doc);
                self.state.best.offer(Hit { doc, score }, self.exclude);
                least = self.least();
            }
        }
        self.scratch.candidates = candidates;
    }
}
