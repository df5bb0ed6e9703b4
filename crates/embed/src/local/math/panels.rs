//! The right-hand side of a product, as the product reads it.

use super::Level;

/// A matrix of `depth` rows and `columns` columns, cut into panels: so many neighbouring columns as are computed together,
/// row after row of them. The last panel is filled up with zeros.
#[derive(Debug, Clone)]
pub(crate) struct Panels {
    level: Level,
    depth: usize,
    columns: usize,
    data: Vec<f32>,
}

impl Panels {
    /// An empty one, to be filled.
    pub(crate) fn new(level: Level) -> Self {
        Self { level, depth: 0, columns: 0, data: Vec::new() }
    }

    /// Takes the matrix whose columns are these, each of the same length: the transpose of a matrix that is there row by
    /// row. Memory that it had is used again.
    pub(crate) fn fill_columns<'a>(
        &mut self,
        depth: usize,
        columns: impl ExactSizeIterator<Item = &'a [f32]>,
    ) {
        let lanes = self.reset(depth, columns.len());
        for (number, column) in columns.enumerate() {
            let panel = &mut self.data[number / lanes * lanes * depth..];
            for (row, &value) in panel.chunks_exact_mut(lanes).zip(column) {
                row[number % lanes] = value;
            }
        }
    }

    /// Takes the matrix whose rows are these. Memory that it had is used again.
    pub(crate) fn fill_rows<'a>(&mut self, columns: usize, rows: impl ExactSizeIterator<Item = &'a [f32]>) {
        let depth = rows.len();
        let lanes = self.reset(depth, columns);
        for (number, row) in rows.enumerate() {
            for (panel, part) in row.chunks(lanes).enumerate() {
                let at = (panel * depth + number) * lanes;
                self.data[at..at + part.len()].copy_from_slice(part);
            }
        }
    }

    fn reset(&mut self, depth: usize, columns: usize) -> usize {
        let lanes = self.level.lanes();
        (self.depth, self.columns) = (depth, columns);
        self.data.clear();
        self.data.resize(columns.next_multiple_of(lanes) * depth, 0.0);
        lanes
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Columns of the matrix.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The panels, each of `depth` rows.
    pub(super) fn panels(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact((self.level.lanes() * self.depth).max(1))
    }
}
