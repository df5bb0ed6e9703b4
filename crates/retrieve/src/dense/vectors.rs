//! The vectors of a corpus.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::RowKind;
use super::flat::{Flat, Segment};
use super::kernel::{Kernel, Sum};
use super::rows::{Encoded, Rows};
use crate::storage::{self, Array, Container, IndexFileError, Lists};
use crate::{DocId, Hit};

/// Whatever the numbers are, a search with them ends well, so they are checked only when that is asked for.
const FILE: Container = Container { magic: *b"ragVECT\n", version: 1, checked_to: 0 };

/// How near two vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// By their inner product; of normalised vectors it is the cosine.
    InnerProduct,
    /// By their squared Euclidean distance: a score is the distance with its sign turned.
    L2,
}

/// Vectors of a corpus, one for each document, searched exactly.
pub struct Vectors {
    dimension: usize,
    metric: Metric,
    kernel: Kernel,
    segments: Vec<Segment>,
    /// For every so many rows, the segment of the first.
    pages: Vec<u32>,
    len: usize,
}

/// Rows of a page, whose segment is found at once.
const PAGE: usize = 1 << 12;

/// What a file of vectors says of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    /// The name of the model that made them.
    pub(crate) model: String,
    pub(crate) dimension: usize,
    pub(crate) rows: RowKind,
}

/// A hash of the text that a vector was made of.
pub(crate) type TextHash = u128;

impl Vectors {
    /// Vectors in memory, one after the other.
    ///
    /// # Panics
    /// When `dimension` is 0 or there is a part of a vector.
    pub fn new(dimension: usize, metric: Metric, numbers: Vec<f32>) -> Self {
        let mut vectors = Self::empty(dimension, metric);
        let count = numbers.len() / dimension;
        let rows = Rows::F32(numbers.into());
        assert!(vectors.append(rows, None), "{count} vectors of {dimension} numbers and a part of one");
        vectors
    }

    /// The numbers of a document's vector, as searches see them; `None` outside the corpus.
    pub fn get(&self, doc: DocId) -> Option<Vec<f32>> {
        let (segment, row) = self.segments.iter().find_map(|segment| Some((segment, segment.row(doc)?)))?;
        let mut numbers = vec![0.0; self.dimension];
        segment.rows.read(self.dimension, row..row + 1, self.kernel, &mut numbers, self.dimension);
        Some(numbers)
    }

    /// A copy in memory whose numbers are kept in another way; `None` if a number cannot be.
    pub fn kept_as(&self, kind: RowKind) -> Option<Self> {
        let mut encoded = Encoded::new(kind);
        let docs = 0..DocId::try_from(self.len).ok()?;
        let all_are_kept = docs.into_iter().all(|doc| self.get(doc).is_some_and(|row| encoded.push(&row)));
        let mut vectors = Self::empty(self.dimension, self.metric);
        (all_are_kept && vectors.append(encoded.into_rows(), None)).then_some(vectors)
    }

    /// No vectors yet.
    pub(crate) fn empty(dimension: usize, metric: Metric) -> Self {
        assert!(dimension > 0, "a vector has numbers");
        Self { dimension, metric, kernel: Kernel::best(), segments: Vec::new(), pages: Vec::new(), len: 0 }
    }

    /// Appends rows, whose documents are the next ones or those named; `false` if they do not fit.
    pub(super) fn append(&mut self, rows: Rows, docs: Option<Vec<DocId>>) -> bool {
        let Some(count) = rows.count(self.dimension) else { return false };
        let Ok(first) = DocId::try_from(self.len) else { return false };
        if DocId::try_from(self.len + count).is_err() || docs.as_ref().is_some_and(|docs| docs.len() != count)
        {
            return false;
        }
        self.len += count;
        self.pages.resize(self.len.div_ceil(PAGE), self.segments.len() as u32);
        self.segments.push(Segment { first, docs, count, rows });
        true
    }

    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Numbers in a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// How near two vectors are.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The `k` best documents for a query of [`dimension`](Self::dimension) numbers: score descending, equal scores by id
    /// ascending. Scores may be below 0. `exclude` is asked only about documents that would enter them.
    ///
    /// The threads of the current rayon pool share the work. A score is the same to the bit whatever their number and
    /// whatever is searched together; what is no number is no hit.
    ///
    /// # Panics
    /// When the query has another number of numbers.
    pub fn search(&self, query: &[f32], k: usize, exclude: &dyn Fn(DocId) -> bool) -> Vec<Hit> {
        assert_eq!(query.len(), self.dimension, "numbers of a query");
        self.flat().search(query, k, exclude)
    }

    /// [`search`](Self::search) for queries that lie one after the other; `exclude` is given the query's position too.
    ///
    /// # Panics
    /// When there is a part of a query.
    pub fn search_batch(
        &self,
        queries: &[f32],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Vec<Vec<Hit>> {
        assert!(queries.len().is_multiple_of(self.dimension), "numbers of the queries");
        self.flat().search_batch(queries, k, exclude)
    }

    /// How two vectors are compared.
    pub(super) fn sum(&self) -> Sum {
        match self.metric {
            Metric::InnerProduct => Sum::Products,
            Metric::L2 => Sum::Differences,
        }
    }

    /// What compares them.
    pub(super) fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Where a row lies, of all segments' rows one after the other: its segment, and its number there.
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn place(&self, row: usize) -> (&Segment, usize) {
        let mut segment = self.pages[row / PAGE] as usize;
        while row - self.segments[segment].first as usize >= self.segments[segment].count {
            segment += 1;
        }
        let segment = &self.segments[segment];
        (segment, row - segment.first as usize)
    }

    fn flat(&self) -> Flat<'_> {
        Flat { segments: &self.segments, dimension: self.dimension, sum: self.sum(), kernel: self.kernel }
    }

    /// Appends the vectors of a file; `false` if they do not fit.
    pub(crate) fn append_file(&mut self, file: VectorsFile) -> bool {
        file.about.dimension == self.dimension && self.append(file.rows, None)
    }
}

/// A file of vectors, mapped.
pub(crate) struct VectorsFile {
    pub(crate) about: About,
    /// What each was made of.
    pub(crate) texts: Array<TextHash>,
    rows: Rows,
    lists: Lists,
}

impl VectorsFile {
    /// Maps a file.
    ///
    /// # Errors
    /// When it cannot be read, is no such file, or its head is damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, IndexFileError> {
        let (about, mut lists) = FILE.open::<About>(path)?;
        let rows_of = |lists: &mut Lists| {
            Some(match about.rows {
                RowKind::F32 => Rows::F32(lists.next()?),
                RowKind::F16 => Rows::F16(lists.next()?),
                RowKind::Int8 => Rows::Int8 { codes: lists.next()?, scales: lists.next()? },
            })
        };
        let texts = lists.next::<TextHash>();
        let parts = texts
            .zip(rows_of(&mut lists))
            .filter(|(texts, rows)| about.dimension > 0 && rows.count(about.dimension) == Some(texts.len()));
        let (texts, rows) =
            parts.ok_or_else(|| IndexFileError::damaged(path, "its lists do not fit together"))?;
        Ok(Self { about, texts, rows, lists })
    }

    /// What is in it, as it says itself.
    pub(crate) fn sum(&self) -> storage::Sum {
        self.lists.sum()
    }

    /// Reads the whole file, and checks it.
    ///
    /// # Errors
    /// When it is not as it was written.
    pub(crate) fn verify(&self, path: &Path) -> Result<(), IndexFileError> {
        self.lists.verify(path)
    }
}

impl std::fmt::Debug for Vectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vectors")
            .field("len", &self.len)
            .field("dimension", &self.dimension)
            .field("metric", &self.metric)
            .field("segments", &self.segments.len())
            .finish_non_exhaustive()
    }
}

/// Gathers the vectors of one file.
#[derive(Debug)]
pub(crate) struct VectorsWriter {
    about: About,
    texts: Vec<TextHash>,
    encoded: Encoded,
}

impl VectorsWriter {
    /// A file of these vectors.
    pub(crate) fn new(about: About) -> Self {
        Self { encoded: Encoded::new(about.rows), texts: Vec::new(), about }
    }

    /// Number of vectors.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Appends a vector; `false`, and nothing is appended, if one of its numbers cannot be kept.
    pub(crate) fn push(&mut self, text: TextHash, row: &[f32]) -> bool {
        let is_kept = self.encoded.push(row);
        self.texts.extend(is_kept.then_some(text));
        is_kept
    }

    /// Appends a vector of a file of the same kind.
    pub(crate) fn push_of(&mut self, file: &VectorsFile, row: usize) {
        self.encoded.push_of(&file.rows, self.about.dimension, row);
        self.texts.push(file.texts[row]);
    }

    /// Writes the file, which appears whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(self, path: &Path) -> Result<storage::Sum, IndexFileError> {
        let lists: [&[u8]; 3] = [
            bytemuck::cast_slice(&self.texts),
            &self.encoded.numbers,
            bytemuck::cast_slice(&self.encoded.scales),
        ];
        let count = if self.about.rows == RowKind::Int8 { 3 } else { 2 };
        FILE.write(path, &self.about, &lists[..count])
    }
}
