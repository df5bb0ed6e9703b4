//! The graph, and the file that holds it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::HnswOptions;
use super::walk::{Layer, View};
use crate::dense::{Metric, Vectors};
use crate::storage::{self, Array, Container, IndexFileError};

/// Links are checked where they are followed, so a large file need not be read whole.
const FILE: Container = Container { magic: *b"ragHNSW\n", version: 1, checked_to: 64 << 20 };
/// Rows by which it is noticed that vectors are others.
const SAMPLE: usize = 64;
/// No graph has so many layers: levels are drawn from 64 bits.
pub(super) const MOST_LEVELS: usize = 32;

/// What is not a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) options: HnswOptions,
    /// The vectors that it is of: how many,
    pub(super) rows: usize,
    /// how long each is,
    pub(super) dimension: usize,
    /// how they are compared,
    pub(super) is_l2: bool,
    /// and a sum over some of them.
    pub(super) sample: u64,
    /// The length of the longest.
    pub(super) radius: f32,
    /// The first row that is a node.
    pub(super) entry: Option<u32>,
    /// Layers above the lowest.
    pub(super) levels: usize,
}

/// A layer above the lowest.
pub(super) struct Level {
    /// The row of each node,
    pub(super) rows: Array<u32>,
    /// its number in the layer below,
    pub(super) down: Array<u32>,
    /// and its links, so many for each.
    pub(super) links: Array<u32>,
}

/// A graph over the rows of [`Vectors`].
pub struct Hnsw {
    pub(super) about: About,
    /// The links of the lowest layer, whose nodes are the rows.
    pub(super) base: Array<u32>,
    pub(super) levels: Vec<Level>,
    /// Rows that are nodes, and rows with the same numbers, pair by pair, in order.
    pub(super) twins: Array<u32>,
}

impl Hnsw {
    /// Number of vectors that it is of.
    pub fn len(&self) -> usize {
        self.about.rows
    }

    /// Whether it is of none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How it was made, and how it is searched if nothing else is said.
    pub fn options(&self) -> HnswOptions {
        self.about.options
    }

    /// Checks that it is of these vectors, by their number and some of their numbers.
    ///
    /// # Errors
    /// When it is of others: what is different.
    pub fn check(&self, vectors: &Vectors) -> Result<(), String> {
        let About { rows, dimension, is_l2, .. } = self.about;
        let of = (vectors.len(), vectors.dimension(), vectors.metric() == Metric::L2);
        if (rows, dimension, is_l2) != of {
            return Err(format!(
                "it is a graph of {rows} vectors of {dimension} numbers, and there are {} of {}",
                of.0, of.1
            ));
        }
        if self.about.sample != sample(vectors, rows) {
            return Err("it is a graph of other vectors".to_owned());
        }
        Ok(())
    }

    /// Writes it to a file, which appears whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), IndexFileError> {
        self.write(path).map(|_| ())
    }

    /// [`save`](Self::save); returns what is in the file.
    pub(crate) fn write(&self, path: &Path) -> Result<storage::Sum, IndexFileError> {
        let mut lists = vec![self.base.as_bytes(), self.twins.as_bytes()];
        for Level { rows, down, links } in &self.levels {
            lists.extend([rows.as_bytes(), down.as_bytes(), links.as_bytes()]);
        }
        FILE.write(path, &self.about, &lists)
    }

    /// Maps a file.
    ///
    /// # Errors
    /// When it cannot be read, is no such file, is of another release, or is damaged as far as that is seen; a file of up to
    /// 64 MB is read whole.
    pub fn open(path: &Path) -> Result<Self, IndexFileError> {
        Self::open_summed(path, false).map(|(graph, _)| graph)
    }

    /// [`open`](Self::open), and if wanted a check of the whole file; returns what is in it, too.
    pub(crate) fn open_summed(path: &Path, whole: bool) -> Result<(Self, storage::Sum), IndexFileError> {
        let (about, mut lists) = FILE.open::<About>(path)?;
        if whole {
            lists.verify(path)?;
        }
        let sum = lists.sum();
        let is_possible = about.options.fault().is_none() && about.levels <= MOST_LEVELS;
        let mut read = || {
            let (base, twins) = (lists.next()?, lists.next()?);
            let mut levels = Vec::new();
            for _ in 0..about.levels {
                levels.push(Level { rows: lists.next()?, down: lists.next()?, links: lists.next()? });
            }
            Some(Self { about: about.clone(), base, levels, twins })
        };
        let graph = if is_possible { read().filter(Self::is_sound) } else { None };
        let graph = graph.ok_or_else(|| IndexFileError::damaged(path, "its lists do not fit together"))?;
        Ok((graph, sum))
    }

    /// Whether lists are as long as they must be. What is in them is looked at where it is used.
    fn is_sound(&self) -> bool {
        let links = self.about.options.links;
        let fits = |level: &Level| {
            !level.rows.is_empty()
                && level.down.len() == level.rows.len()
                && Some(level.links.len()) == level.rows.len().checked_mul(links)
        };
        Some(self.base.len()) == self.about.rows.checked_mul(2 * links)
            && self.twins.len().is_multiple_of(2)
            && self.levels.iter().all(fits)
    }

    /// The layers.
    pub(super) fn view(&self) -> View<'_> {
        let (count, links) = (self.about.rows, self.about.options.links);
        let levels = self.levels.iter().map(|Level { rows, down, links: of_level }| {
            (Layer { rows: Some(rows), links: of_level, degree: links, count }, &**down)
        });
        View {
            base: Layer { rows: None, links: &self.base, degree: 2 * links, count },
            levels: levels.collect(),
            entry: self.about.entry,
        }
    }

    /// Rows with the same numbers as a node's.
    pub(super) fn twins_of(&self, row: u32) -> impl Iterator<Item = u32> {
        let pairs = self.twins.as_chunks::<2>().0;
        let pairs = &pairs[pairs.partition_point(|[node, _]| *node < row)..];
        let count = self.about.rows;
        let twins = pairs.iter().take_while(move |[node, _]| *node == row).map(|[_, twin]| *twin);
        twins.filter(move |twin| (*twin as usize) < count)
    }
}

impl std::fmt::Debug for Hnsw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hnsw").field("about", &self.about).finish_non_exhaustive()
    }
}

/// A sum over some of the first `count` rows: enough to tell other vectors, and read at once.
pub(super) fn sample(vectors: &Vectors, count: usize) -> u64 {
    let mut sum = Xxh3::new();
    let step = count.div_ceil(SAMPLE).max(1);
    let last = count.checked_sub(1);
    for row in (0..count).step_by(step).chain(last) {
        let (segment, row) = vectors.place(row);
        let (bytes, scale) = segment.rows.bytes(vectors.dimension(), row);
        sum.update(bytes);
        sum.update(&scale.to_ne_bytes());
    }
    sum.digest()
}
