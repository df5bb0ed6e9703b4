//! A Parquet file while it is written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::columns::{Cell, Kind};
use super::shred::{Leaf, Levels, Values, push};
use crate::error::{Error, Result};
use crate::splits::Part;
use crate::whole_file::{ClosedFile, WholeFile};

/// The text that is held before it is written as a row group, in bytes: enough for a row group to compress well, little
/// enough that several files at once stay small.
const GROUP_BYTES: usize = 16 << 20;
/// The rows that are held before they are written, of columns that are not more than [`USUAL_LEAVES`]; of more, fewer.
const GROUP_ROWS: usize = 1 << 17;
const USUAL_LEAVES: usize = 32;

/// The columns of a file.
#[derive(Debug, Clone)]
pub(crate) struct Columns<N = &'static str> {
    columns: Arc<[(N, Kind<N>)]>,
    schema: TypePtr,
}

impl<N: Clone + AsRef<str>> Columns<N> {
    /// Columns with these names, in this order.
    pub(crate) fn new(columns: Vec<(N, Kind<N>)>) -> Result<Self> {
        // The library has to accept the names and kinds; those of this crate's own formats it does.
        let schema = || {
            let fields = columns
                .iter()
                .map(|(name, kind)| kind.schema(name.as_ref()))
                .collect::<Result<Vec<_>, ParquetError>>()?;
            Type::group_type_builder("schema").with_fields(fields).build()
        };
        let schema = schema().map_err(|error| failed(Path::new("schema"), error))?;
        Ok(Self { columns: columns.into(), schema: Arc::new(schema) })
    }
}

/// A file of rows in columns.
pub(crate) struct ParquetPart<N = &'static str> {
    path: PathBuf,
    writer: SerializedFileWriter<WholeFile>,
    columns: Columns<N>,
    leaves: Vec<Leaf>,
    bytes: usize,
    rows: usize,
    group_rows: usize,
}

impl<N: Clone + AsRef<str>> ParquetPart<N> {
    /// Appends a row: a cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<Cell<'_>>) -> Result<()> {
        debug_assert_eq!(cells.len(), self.columns.columns.len(), "a cell for each column");
        let mut rest = &mut self.leaves[..];
        for ((_, kind), cell) in self.columns.columns.iter().zip(cells) {
            let (own, after) = rest.split_at_mut(kind.leaves());
            self.bytes += push(kind, cell, Levels::default(), own);
            rest = after;
        }
        self.rows += 1;
        if self.bytes >= GROUP_BYTES || self.rows >= self.group_rows {
            self.write_group().map_err(|error| failed(&self.path, error))?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for leaf in &mut self.leaves {
            let Some(mut column) = group.next_column()? else { break };
            let (definitions, repetitions) = (Some(&leaf.definitions[..]), Some(&leaf.repetitions[..]));
            match &leaf.values {
                Values::Text(values) => {
                    column.typed::<ByteArrayType>().write_batch(values, definitions, repetitions)?
                }
                Values::Flag(values) => {
                    column.typed::<BoolType>().write_batch(values, definitions, repetitions)?
                }
                Values::Number(values) => {
                    column.typed::<Int64Type>().write_batch(values, definitions, repetitions)?
                }
                Values::Double(values) => {
                    column.typed::<DoubleType>().write_batch(values, definitions, repetitions)?
                }
            };
            column.close()?;
            leaf.clear();
        }
        group.close()?;
        (self.bytes, self.rows) = (0, 0);
        Ok(())
    }
}

impl<N: Clone + AsRef<str> + Send + Sync> Part for ParquetPart<N> {
    type Plan = Columns<N>;

    fn create(path: &Path, plan: &Columns<N>) -> Result<Self> {
        let properties =
            WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let file = WholeFile::create(path)?;
        let writer = SerializedFileWriter::new(file, Arc::clone(&plan.schema), Arc::new(properties))
            .map_err(|error| failed(path, error))?;
        let mut kinds = Vec::new();
        plan.columns.iter().for_each(|(_, kind)| kind.push_leaves(&mut kinds));
        let leaves: Vec<Leaf> = kinds.iter().map(Leaf::new).collect();
        let group_rows = (GROUP_ROWS * USUAL_LEAVES / leaves.len().max(USUAL_LEAVES)).max(1);
        let (path, columns) = (path.to_owned(), plan.clone());
        Ok(Self { path, writer, columns, leaves, bytes: 0, rows: 0, group_rows })
    }

    fn close(mut self) -> Result<ClosedFile> {
        self.write_group().map_err(|error| failed(&self.path, error))?;
        self.writer.into_inner().map_err(|error| failed(&self.path, error))?.close()
    }
}

/// The file system's own error where there is one: whether a disk is full is asked of it.
fn failed(path: &Path, error: ParquetError) -> Error {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(error) => *error,
            Err(other) => std::io::Error::other(other),
        },
        other => std::io::Error::other(other),
    };
    Error::write(path, source)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Cell, Kind};
    use super::{Columns, GROUP_ROWS, ParquetPart};
    use crate::splits::Part;
    use crate::testing::read_parquet;

    #[test]
    fn what_is_null_empty_and_nested_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let pair = Kind::Struct(vec![("n", Kind::Number), ("words", Kind::list(Kind::Text))]);
        let columns =
            Columns::new(vec![("flag", Kind::Flag), ("pairs", Kind::list(pair)), ("text", Kind::Text)])
                .unwrap();
        let mut part = ParquetPart::create(&path, &columns).unwrap();
        let pair = |number, words: &[&'static str]| {
            Cell::Struct(vec![
                Cell::Number(number),
                Cell::List(words.iter().map(|word| Cell::text(word)).collect()),
            ])
        };
        let pairs = Cell::List(vec![pair(1, &["a", "b"]), pair(2, &[]), pair(3, &["c"])]);
        part.row(vec![Cell::Flag(true), pairs, Cell::text("é\n\"\u{2028}𝄞")]).unwrap();
        part.row(vec![Cell::Null, Cell::Null, Cell::Null]).unwrap();
        part.row(vec![Cell::Flag(false), Cell::List(vec![]), Cell::text("")]).unwrap();
        let last = Cell::List(vec![
            Cell::Null,
            Cell::Struct(vec![Cell::Null, Cell::List(vec![Cell::Null, Cell::text("d")])]),
        ]);
        part.row(vec![Cell::Flag(false), last, Cell::text("z")]).unwrap();
        part.close().unwrap().name(&path).unwrap();
        assert_eq!(
            read_parquet(&path),
            [
                json!({"flag": true, "pairs": [{"n": 1, "words": ["a", "b"]}, {"n": 2, "words": []}, {"n": 3, "words": ["c"]}], "text": "é\n\"\u{2028}𝄞"}),
                json!({"flag": null, "pairs": null, "text": null}),
                json!({"flag": false, "pairs": [], "text": ""}),
                json!({"flag": false, "pairs": [null, {"n": null, "words": [null, "d"]}], "text": "z"}),
            ]
        );
    }

    #[test]
    fn more_rows_than_a_group_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let columns = Columns::new(vec![("n", Kind::Number)]).unwrap();
        let mut part = ParquetPart::create(&path, &columns).unwrap();
        for number in 0..=GROUP_ROWS {
            part.row(vec![Cell::Number(number as i64)]).unwrap();
        }
        part.close().unwrap().name(&path).unwrap();
        let rows = read_parquet(&path);
        assert_eq!(rows.len(), GROUP_ROWS + 1);
        assert_eq!(rows[GROUP_ROWS], json!({"n": GROUP_ROWS}));
    }

    #[test]
    fn a_file_without_rows_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let columns = Columns::new(vec![("n", Kind::Number)]).unwrap();
        ParquetPart::create(&path, &columns).unwrap().close().unwrap().name(&path).unwrap();
        assert!(read_parquet(&path).is_empty());
        assert!(std::fs::read(&path).unwrap().starts_with(b"PAR1"));
    }
}
