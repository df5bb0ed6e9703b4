//! Exact search: every row is scored for every query.
//!
//! Rows go through the cache in blocks of a few, each block once for up to some hundreds of queries. Of the scores of a block
//! only those are looked at one by one that reach the floor of their query, the worst of its best hits so far.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::kernel::{BLOCK, Chunk, Kernel, LANES, QUERIES, Sum};
use super::rows::Rows;
use crate::top_k::TopK;
use crate::{DocId, Hit};

/// Rows that are scored for a single query before the best are taken.
const SPAN: usize = BLOCK << 11;
/// Of those, rows that one thread scores at a time,
const PART: usize = BLOCK << 5;
/// and rows that it scores at a time for many queries.
const UNIT: usize = BLOCK << 6;
/// Queries that go through the rows together take so many bytes at most: half of a core's second cache.
const QUERY_BYTES: usize = 512 << 10;
/// And they are this many at most.
const MOST_QUERIES: usize = 256;

/// Vectors of one file.
pub(super) struct Segment {
    /// The document of its first row.
    pub(super) first: DocId,
    /// The documents of its rows, where they are not in order.
    pub(super) docs: Option<Vec<DocId>>,
    /// How many rows.
    pub(super) count: usize,
    pub(super) rows: Rows,
}

impl Segment {
    /// The document of a row.
    pub(super) fn doc(&self, row: usize) -> DocId {
        match &self.docs {
            Some(docs) => docs[row],
            None => self.first + row as DocId,
        }
    }

    /// The row of a document, if it is here.
    pub(super) fn row(&self, doc: DocId) -> Option<usize> {
        match &self.docs {
            Some(docs) => docs.iter().position(|other| *other == doc),
            None => Some(doc.checked_sub(self.first)? as usize).filter(|row| *row < self.count),
        }
    }
}

/// What is searched, and how.
pub(super) struct Flat<'a> {
    pub(super) segments: &'a [Segment],
    pub(super) dimension: usize,
    pub(super) sum: Sum,
    pub(super) kernel: Kernel,
}

/// A row's place: its segment, and its number there.
type Part = (usize, Range<usize>);

impl Flat<'_> {
    /// Chunks of a vector, the last one filled up.
    fn width(&self) -> usize {
        self.dimension.div_ceil(LANES)
    }

    /// Cuts the rows of all segments into parts.
    fn parts(&self, most: usize) -> Vec<Part> {
        let segments = self.segments.iter().enumerate();
        segments
            .flat_map(|(segment, Segment { count, .. })| {
                (0..*count).step_by(most).map(move |start| (segment, start..(start + most).min(*count)))
            })
            .collect()
    }

    /// The `k` best rows for one query. Threads share the scoring; `exclude` is called on this one.
    pub(super) fn search(&self, query: &[f32], k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
        if k == 0 {
            return Vec::new();
        }
        let query = Room::of(query.chunks(self.dimension), self.width(), 1);
        let mut best = TopK::new(k);
        let mut floor = f32::NEG_INFINITY;
        let mut scores = vec![0.0; SPAN];
        for (segment, rows) in self.parts(SPAN) {
            let segment = &self.segments[segment];
            let scores = &mut scores[..rows.len().next_multiple_of(BLOCK)];
            let score = |room: &mut Room, (part, scores): (usize, &mut [f32])| {
                let start = rows.start + part * PART;
                for (at, scores) in scores.chunks_mut(BLOCK).enumerate() {
                    let start = start + at * BLOCK;
                    self.score(segment, start..(start + BLOCK).min(rows.end), query.chunks(), room, scores);
                }
            };
            let room = || Room::new(BLOCK * self.width());
            if rows.len() <= PART || rayon::current_num_threads() == 1 {
                let mut room = room();
                scores.chunks_mut(PART).enumerate().for_each(|part| score(&mut room, part));
            } else {
                scores.par_chunks_mut(PART).enumerate().for_each_init(room, score);
            }
            for (scores, start) in scores[..rows.len()].chunks(LANES).zip(rows.step_by(LANES)) {
                // Not a number is never good enough.
                if scores.iter().fold(false, |any, &score| any | (score >= floor)) {
                    for (row, &score) in (start..).zip(scores).filter(|(_, score)| **score >= floor) {
                        best.offer(Hit { doc: segment.doc(row), score }, exclude);
                    }
                    floor = best.floor().unwrap_or(floor);
                }
            }
        }
        best.into_hits()
    }

    /// The `k` best rows for each query, on the threads of the current rayon pool.
    pub(super) fn search_batch(
        &self,
        queries: &[f32],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Vec<Vec<Hit>> {
        if k == 0 {
            return vec![Vec::new(); queries.len() / self.dimension];
        }
        let fit = QUERY_BYTES / (self.width() * size_of::<Chunk>());
        let together = (fit / QUERIES * QUERIES).clamp(16, MOST_QUERIES);
        let parts = self.parts(UNIT);
        let mut found = Vec::new();
        for (number, queries) in queries.chunks(together * self.dimension).enumerate() {
            let exclude = |at: usize, doc| exclude(number * together + at, doc);
            found.extend(self.search_together(queries, k, &parts, &exclude));
        }
        found
    }

    /// The best rows for queries that go through them together. Which thread scores what does not matter: what the best
    /// ones are does not depend on the order in which they are offered.
    fn search_together(
        &self,
        queries: &[f32],
        k: usize,
        parts: &[Part],
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Vec<Vec<Hit>> {
        let count = queries.len() / self.dimension;
        let multiple = if count == 1 { 1 } else { QUERIES };
        let padded = Room::of(queries.chunks(self.dimension), self.width(), multiple);
        let next = AtomicUsize::new(0);
        let work = |_| {
            let mut best: Vec<TopK> = (0..count).map(|_| TopK::new(k)).collect();
            let mut floors = vec![f32::NEG_INFINITY; count];
            let mut room = Room::new(BLOCK * self.width());
            let stride = count.next_multiple_of(multiple);
            let mut scores = vec![0.0; BLOCK * stride];
            while let Some((segment, rows)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                let segment = &self.segments[*segment];
                for start in rows.clone().step_by(BLOCK) {
                    let rows = start..(start + BLOCK).min(rows.end);
                    self.score(segment, rows.clone(), padded.chunks(), &mut room, &mut scores);
                    for (row, scores) in rows.zip(scores.chunks(stride)) {
                        let doc = segment.doc(row);
                        select(&scores[..count], doc, &mut best, &mut floors, exclude);
                    }
                }
            }
            best
        };
        let tasks = rayon::current_num_threads().min(parts.len()).max(1);
        let found: Vec<Vec<TopK>> = if tasks == 1 {
            vec![work(0)]
        } else {
            (0..tasks).into_par_iter().with_max_len(1).map(work).collect()
        };
        let merge = |mut all: Vec<TopK>, more: Vec<TopK>| {
            for (best, more) in all.iter_mut().zip(more) {
                // What is excluded was left out before.
                more.into_hits().into_iter().for_each(|hit| best.offer(hit, &|_| false));
            }
            all
        };
        let best = found.into_iter().reduce(merge).unwrap_or_default();
        best.into_iter().map(TopK::into_hits).collect()
    }

    /// The scores of at most [`BLOCK`] rows.
    fn score(
        &self,
        segment: &Segment,
        rows: Range<usize>,
        queries: &[Chunk],
        room: &mut Room,
        scores: &mut [f32],
    ) {
        let (width, stride) = (self.width(), self.width() * LANES);
        if queries.len() == width {
            // Row by row, into room that stays in the nearest cache. Where rows lie as a kernel takes them the copy is for
            // nothing, and measures faster all the same: it reads memory as processors expect it.
            for (row, score) in rows.zip(scores.chunks_mut(1)) {
                let room_of_row = &mut room.numbers()[..stride];
                segment.rows.read(self.dimension, row..row + 1, self.kernel, room_of_row, stride);
                self.kernel.scores(&room.chunks()[..width], queries, width, self.sum, score);
            }
            return;
        }
        let direct =
            if rows.len() == BLOCK { segment.rows.direct(self.dimension, rows.clone()) } else { None };
        let rows = direct.unwrap_or_else(|| {
            segment.rows.read(self.dimension, rows, self.kernel, room.numbers(), stride);
            room.chunks()
        });
        self.kernel.scores(rows, queries, width, self.sum, scores);
    }
}

/// Offers a row's scores for some queries to those for which they are good enough.
fn select(
    scores: &[f32],
    doc: DocId,
    best: &mut [TopK],
    floors: &mut [f32],
    exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
) {
    for (number, (scores, floors)) in scores.chunks(LANES).zip(floors.chunks_mut(LANES)).enumerate() {
        // Few are. Not a number never is.
        if !scores.iter().zip(&*floors).fold(false, |any, (score, floor)| any | (score >= floor)) {
            continue;
        }
        for (at, (&score, floor)) in scores.iter().zip(floors).enumerate() {
            if score >= *floor {
                let query = number * LANES + at;
                best[query].offer(Hit { doc, score }, &|doc| exclude(query, doc));
                *floor = best[query].floor().unwrap_or(*floor);
            }
        }
    }
}

/// Room for numbers, from a multiple of 64 bytes on, so that no chunk lies in two lines of the cache.
pub(super) struct Room {
    numbers: Vec<f32>,
    start: usize,
    len: usize,
}

impl Room {
    /// Room for so many chunks, all 0.
    pub(super) fn new(chunks: usize) -> Self {
        let len = chunks * LANES;
        let numbers = vec![0.0; len + LANES];
        let start = numbers.as_ptr().align_offset(size_of::<Chunk>());
        // `align_offset` may give up.
        Self { numbers, start: if start < LANES { start } else { 0 }, len }
    }

    /// Vectors of `width` chunks, filled up with 0, to a multiple of `multiple` of them.
    pub(super) fn of<'a>(
        vectors: impl ExactSizeIterator<Item = &'a [f32]>,
        width: usize,
        multiple: usize,
    ) -> Self {
        let mut room = Self::new(vectors.len().next_multiple_of(multiple) * width);
        for (vector, room) in vectors.zip(room.numbers().chunks_mut(width * LANES)) {
            room[..vector.len()].copy_from_slice(vector);
        }
        room
    }

    pub(super) fn numbers(&mut self) -> &mut [f32] {
        &mut self.numbers[self.start..self.start + self.len]
    }

    pub(super) fn chunks(&self) -> &[Chunk] {
        self.numbers[self.start..self.start + self.len].as_chunks().0
    }
}
