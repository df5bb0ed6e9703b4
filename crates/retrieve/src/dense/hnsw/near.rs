//! Scores of single rows, wherever they lie.

use super::super::flat::Room;
use super::super::kernel::{Chunk, LANES, Sum, fetch};
use super::super::vectors::Vectors;

/// Rows that are scored at once.
const TOGETHER: usize = 4;

/// Vectors that are to be found by their inner product differ in length, and then the nearest to a vector need not be
/// itself, which is what a graph of neighbours lives on. Each gets one number more, its lift, that makes all equally long:
/// among themselves they are compared with it. A query has none, so that its scores are as ever.
pub(super) fn lift(radius: f32, square: f32) -> f32 {
    (radius * radius - square).max(0.0).sqrt()
}

/// Scores rows for one query.
pub(super) struct Near<'a> {
    pub(super) vectors: &'a Vectors,
    /// Those of all rows; empty while a query is searched for, and for L2.
    lifts: &'a [f32],
    width: usize,
    query: Room,
    /// The query's own.
    lift: f32,
    room: Room,
}

impl<'a> Near<'a> {
    pub(super) fn new(vectors: &'a Vectors, lifts: &'a [f32]) -> Self {
        let width = vectors.dimension().div_ceil(LANES);
        let (query, room) = (Room::new(width), Room::new(TOGETHER * width));
        Self { vectors, lifts, width, query, lift: 0.0, room }
    }

    /// Chunks of a vector.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Takes a query from outside.
    pub(super) fn query(&mut self, numbers: &[f32]) {
        self.query.numbers()[..numbers.len()].copy_from_slice(numbers);
        self.lift = 0.0;
    }

    /// Takes a row for the query.
    pub(super) fn row(&mut self, row: u32) {
        read(self.vectors, row, self.query.numbers());
        self.lift = self.lifts.get(row as usize).copied().unwrap_or(0.0);
    }

    /// The square of the row's length, if all its numbers are finite and it is, too.
    pub(super) fn square(&self) -> Option<f32> {
        let numbers = self.query.chunks().as_flattened();
        let is_finite = numbers.iter().all(|number| number.is_finite());
        let kernel = self.vectors.kernel();
        let [square, ..] = kernel.four([self.query.chunks(); TOGETHER], self.query.chunks(), Sum::Products);
        (is_finite && square.is_finite()).then_some(square)
    }

    /// The lift of a row.
    pub(super) fn lift_of(&self, row: u32) -> f32 {
        self.lifts.get(row as usize).copied().unwrap_or(0.0)
    }

    /// The scores of these rows, which all are.
    pub(super) fn scores(&mut self, rows: &[u32], scores: &mut Vec<f32>) {
        scores.clear();
        let (vectors, dimension, stride) = (self.vectors, self.vectors.dimension(), self.width * LANES);
        let (kernel, sum) = (vectors.kernel(), vectors.sum());
        let fetch_four = |rows: &[u32]| {
            for row in rows.iter().take(TOGETHER) {
                let (segment, row) = vectors.place(*row as usize);
                fetch(segment.rows.bytes(dimension, row).0);
            }
        };
        fetch_four(rows);
        for (at, four) in rows.chunks(TOGETHER).enumerate() {
            fetch_four(rows.get((at + 1) * TOGETHER..).unwrap_or_default());
            let mut direct: [Option<&[Chunk]>; TOGETHER] = [None; TOGETHER];
            for ((row, direct), room) in
                four.iter().zip(&mut direct).zip(self.room.numbers().chunks_mut(stride))
            {
                let (segment, row) = vectors.place(*row as usize);
                *direct = segment.rows.direct(dimension, row..row + 1);
                if direct.is_none() {
                    segment.rows.read(dimension, row..row + 1, kernel, room, stride);
                }
            }
            let room = self.room.chunks();
            let chunks: [&[Chunk]; TOGETHER] = std::array::from_fn(|at| {
                direct[at].unwrap_or_else(|| &room[at * self.width..(at + 1) * self.width])
            });
            let found = kernel.four(chunks, self.query.chunks(), sum);
            scores.extend(four.iter().zip(found).map(|(row, score)| self.lifted(*row, score)));
        }
    }

    /// The scores of rows that lie one after the other in `room`.
    pub(super) fn scores_in(&self, room: &[Chunk], rows: &[u32], scores: &mut Vec<f32>) {
        scores.clear();
        let (kernel, sum, width) = (self.vectors.kernel(), self.vectors.sum(), self.width);
        for (rows, chunks) in rows.chunks(TOGETHER).zip(room.chunks(TOGETHER * width)) {
            let last = rows.len() - 1;
            let chunks = std::array::from_fn(|at| &chunks[at.min(last) * width..][..width]);
            let found = kernel.four(chunks, self.query.chunks(), sum);
            scores.extend(rows.iter().zip(found).map(|(row, score)| self.lifted(*row, score)));
        }
    }

    fn lifted(&self, row: u32, score: f32) -> f32 {
        match self.lifts.get(row as usize) {
            Some(lift) => score + lift * self.lift,
            None => score,
        }
    }
}

/// Reads a row into room for one, which is 0 where the row has no numbers.
pub(super) fn read(vectors: &Vectors, row: u32, room: &mut [f32]) {
    let dimension = vectors.dimension();
    let (segment, row) = vectors.place(row as usize);
    segment.rows.read(dimension, row..row + 1, vectors.kernel(), room, room.len());
}
