//! Rows taken apart into columns of plain values, as Parquet stores them: each value with how much of its path is there
//! (the definition level) and at which of its lists a new item begins (the repetition level).
//!
//! The algorithm is that of Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets", 2010.

use parquet::data_type::ByteArray;

use super::columns::{Cell, Kind};

/// The values of a column of plain values.
#[derive(Debug)]
pub(super) enum Values {
    /// UTF-8.
    Text(Vec<ByteArray>),
    /// True or false.
    Flag(Vec<bool>),
    /// Whole numbers.
    Number(Vec<i64>),
    /// Floating-point numbers.
    Double(Vec<f64>),
}

/// A column of plain values.
#[derive(Debug)]
pub(super) struct Leaf {
    /// The values that are there.
    pub(super) values: Values,
    /// For each value, there or not, its definition level.
    pub(super) definitions: Vec<i16>,
    /// For each value, there or not, its repetition level.
    pub(super) repetitions: Vec<i16>,
}

impl Leaf {
    /// An empty column for a kind of plain value.
    pub(super) fn new<N>(kind: &Kind<N>) -> Self {
        let values = match kind {
            Kind::Flag => Values::Flag(Vec::new()),
            Kind::Number => Values::Number(Vec::new()),
            Kind::Double => Values::Double(Vec::new()),
            _ => Values::Text(Vec::new()),
        };
        Self { values, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Takes everything out.
    pub(super) fn clear(&mut self) {
        match &mut self.values {
            Values::Text(values) => values.clear(),
            Values::Flag(values) => values.clear(),
            Values::Number(values) => values.clear(),
            Values::Double(values) => values.clear(),
        }
        self.definitions.clear();
        self.repetitions.clear();
    }

    fn push_levels(&mut self, at: Levels) {
        self.definitions.push(at.definition);
        self.repetitions.push(at.repetition);
    }
}

/// Where in a row a value stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Levels {
    definition: i16,
    repetition: i16,
    /// How many lists it is in.
    depth: i16,
}

/// Appends a value to the columns that its kind takes, which are all of `leaves`. Returns the bytes of what may be long: of
/// its texts, and of the numbers in its lists.
///
/// A cell that is not of its column's kind is a mistake in the format that made it; it becomes null.
pub(super) fn push<N: Clone + AsRef<str>>(
    kind: &Kind<N>,
    cell: Cell<'_>,
    at: Levels,
    leaves: &mut [Leaf],
) -> usize {
    let there = Levels { definition: at.definition + 1, ..at };
    match (kind, cell) {
        (Kind::Struct(fields), Cell::Struct(cells)) => {
            debug_assert_eq!(fields.len(), cells.len(), "a cell for each field");
            let mut rest = leaves;
            let mut bytes = 0;
            for ((_, kind), cell) in fields.iter().zip(cells) {
                let (own, after) = rest.split_at_mut(kind.leaves());
                bytes += push(kind, cell, there, own);
                rest = after;
            }
            bytes
        }
        (Kind::List(of), Cell::List(items)) => {
            if items.is_empty() {
                leaves.iter_mut().for_each(|leaf| leaf.push_levels(there));
                return 0;
            }
            let depth = at.depth + 1;
            let mut item = Levels { definition: there.definition + 1, repetition: at.repetition, depth };
            let mut bytes = 0;
            for cell in items {
                bytes += push(of, cell, item, leaves);
                item.repetition = depth;
            }
            bytes
        }
        (_, cell) => push_plain(cell, at, there, leaves),
    }
}

fn push_plain(cell: Cell<'_>, at: Levels, there: Levels, leaves: &mut [Leaf]) -> usize {
    let mut bytes = 0;
    if let [leaf] = &mut *leaves {
        let known = match (&mut leaf.values, cell) {
            (Values::Text(values), Cell::Text(text)) => {
                bytes = text.len();
                values.push(ByteArray::from(text.into_owned().into_bytes()));
                true
            }
            (Values::Flag(values), Cell::Flag(flag)) => {
                values.push(flag);
                true
            }
            (Values::Number(values), Cell::Number(number)) => {
                bytes = if at.depth > 0 { size_of_val(&number) } else { 0 };
                values.push(number);
                true
            }
            (Values::Double(values), Cell::Double(number)) => {
                bytes = if at.depth > 0 { size_of_val(&number) } else { 0 };
                values.push(number);
                true
            }
            (_, cell) => {
                debug_assert!(matches!(cell, Cell::Null), "{cell:?} is not of its column's kind");
                false
            }
        };
        leaf.push_levels(if known { there } else { at });
    } else {
        debug_assert!(matches!(cell, Cell::Null), "{cell:?} is not of its column's kind");
        leaves.iter_mut().for_each(|leaf| leaf.push_levels(at));
    }
    bytes
}
