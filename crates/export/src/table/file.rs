//! A file of rows while it is written.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::shape::TableShape;
use crate::error::{Error, Result};
use crate::parquet::{Columns, ParquetPart};
use crate::splits::Part;
use crate::whole_file::WholeFile;

/// How rows of any fields are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// An object a line (`.jsonl`).
    JsonLines,
    /// A list of objects (`.json`).
    Json,
    /// Columns (`.parquet`).
    Parquet,
}

impl TableFormat {
    /// The format that the ending of a file's name says, in whatever case.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// A file of rows, which appears whole or not at all. Text is written as it is, in UTF-8.
pub struct TableFile(Kind);

enum Kind {
    Json { file: WholeFile, path: PathBuf, is_list: bool, rows: u64, buffer: Vec<u8> },
    Parquet { part: Box<ParquetPart<Arc<str>>>, shape: TableShape, path: PathBuf },
}

impl TableFile {
    /// Starts the file that will be `path`. Only a Parquet file needs the shape of its rows.
    ///
    /// # Errors
    /// [`Error::Write`] when it cannot be made.
    pub fn create(path: &Path, format: TableFormat, shape: TableShape) -> Result<Self> {
        let path = path.to_owned();
        Ok(Self(match format {
            TableFormat::JsonLines | TableFormat::Json => {
                let is_list = format == TableFormat::Json;
                Kind::Json { file: WholeFile::create(&path)?, path, is_list, rows: 0, buffer: Vec::new() }
            }
            TableFormat::Parquet => {
                let part = Box::new(ParquetPart::create(&path, &Columns::new(shape.columns())?)?);
                Kind::Parquet { part, shape, path }
            }
        }))
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`Error::Write`], for instance when the disk is full, or when a row for a Parquet file is not of the shape that it
    /// was started with.
    pub fn row(&mut self, row: &Map<String, Value>) -> Result<()> {
        match &mut self.0 {
            Kind::Json { file, path, is_list, rows, buffer } => {
                buffer.clear();
                if *is_list {
                    buffer.extend_from_slice(if *rows == 0 { b"[\n" } else { b",\n" });
                }
                serde_json::to_writer(&mut *buffer, row).map_err(|error| Error::write(path, error.into()))?;
                if !*is_list {
                    buffer.push(b'\n');
                }
                *rows += 1;
                file.write(buffer)
            }
            Kind::Parquet { part, shape, path } => match shape.cells(row) {
                Some(cells) => part.row(cells),
                None => {
                    let why =
                        "a row has other fields or values than before; its input changed while it was read";
                    Err(Error::write(path, std::io::Error::other(why)))
                }
            },
        }
    }

    /// Puts everything on disk and gives the file its name, replacing what had it.
    ///
    /// # Errors
    /// As [`TableFile::row`]; the file that had the name before is then still there.
    pub fn finish(self) -> Result<()> {
        match self.0 {
            Kind::Json { mut file, is_list, rows, .. } => {
                if is_list {
                    file.write(if rows == 0 { b"[]\n" } else { b"\n]\n" })?;
                }
                file.finish().map(drop)
            }
            Kind::Parquet { part, path, .. } => part.close()?.name(&path),
        }
    }
}

impl fmt::Debug for TableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Kind::Json { path, .. } | Kind::Parquet { path, .. }) = &self.0;
        f.debug_tuple("TableFile").field(path).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::{TableFile, TableFormat};
    use crate::TableShape;
    use crate::testing::read_parquet;

    fn rows(list: Value) -> Vec<Map<String, Value>> {
        serde_json::from_value(list).unwrap()
    }

    fn written(name: &str, rows: &[Map<String, Value>]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut shape = TableShape::default();
        rows.iter().for_each(|row| shape.add(row).unwrap());
        let mut file = TableFile::create(&path, TableFormat::of(&path).unwrap(), shape).unwrap();
        rows.iter().for_each(|row| file.row(row).unwrap());
        file.finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        (folder, path)
    }

    fn from_parquet(list: Value) -> Value {
        let (_folder, path) = written("a.parquet", &rows(list));
        Value::Array(read_parquet(&path))
    }

    #[test]
    fn the_ending_says_the_format() {
        for (name, format) in [
            ("a/b.jsonl", Some(TableFormat::JsonLines)),
            ("b.NDJSON", Some(TableFormat::JsonLines)),
            ("b.json", Some(TableFormat::Json)),
            ("b.x.parquet", Some(TableFormat::Parquet)),
            ("b.csv", None),
            ("json", None),
        ] {
            assert_eq!(TableFormat::of(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn json_is_a_line_or_an_item_for_each_row() {
        let list = rows(json!([{"b": "é\n", "a": [1, null]}, {"b": 1.0}]));
        let (_folder, path) = written("a.jsonl", &list);
        let text = "{\"b\":\"é\\n\",\"a\":[1,null]}\n{\"b\":1.0}\n";
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
        let (_folder, path) = written("a.json", &list);
        let text = "[\n{\"b\":\"é\\n\",\"a\":[1,null]},\n{\"b\":1.0}\n]\n";
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
        let (_folder, path) = written("a.json", &[]);
        assert_eq!(std::fs::read_to_string(path).unwrap(), "[]\n");
    }

    #[test]
    fn columns_are_of_one_kind() {
        let list = json!([
            {"text": "é", "flag": true, "whole": -3, "number": 1, "list": ["a", null], "object": {"x": 1, "y": []}},
            {"text": null, "flag": false, "whole": 9_007_199_254_740_993_i64, "number": 0.5, "list": [], "object": null},
        ]);
        let mut expected = list.clone();
        expected[0]["number"] = json!(1.0);
        assert_eq!(from_parquet(list), expected);
    }

    #[test]
    fn what_is_not_of_one_kind_is_text() {
        let list = json!([
            {"a": "x", "b": 1, "c": 9_007_199_254_740_993_i64, "d": u64::MAX, "e": ["x", 1], "f": {}, "g": 0.5, "h": []},
            {"a": {"x": 1}, "b": true, "c": 0.5, "d": 1, "e": [{"y": 1}], "f": {}, "g": 9_007_199_254_740_993_i64, "h": null},
        ]);
        assert_eq!(
            from_parquet(list),
            json!([
                {"a": "x", "b": "1", "c": "9007199254740993", "d": "18446744073709551615", "e": ["x", "1"], "f": "{}", "g": "0.5", "h": []},
                {"a": "{\"x\":1}", "b": "true", "c": "0.5", "d": "1", "e": ["{\"y\":1}"], "f": "{}", "g": "9007199254740993", "h": null},
            ])
        );
    }

    #[test]
    fn among_lists_what_is_none_is_a_list_of_one() {
        let list = json!([
            {"a": "x", "b": [1], "c": [["x"]], "d": null},
            {"a": ["y", null], "b": 0.5, "c": ["y"], "d": 1},
            {"a": null, "b": [], "c": "z", "d": [true]},
        ]);
        assert_eq!(
            from_parquet(list),
            json!([
                {"a": ["x"], "b": [1.0], "c": [["x"]], "d": null},
                {"a": ["y", null], "b": [0.5], "c": [["y"]], "d": ["1"]},
                {"a": null, "b": [], "c": [["z"]], "d": ["true"]},
            ])
        );
    }

    #[test]
    fn fields_that_some_rows_have_are_null_in_the_others() {
        let list = json!([{"a": 1}, {"b": 2, "a": 3}, {}, {"c": [{"x": 1}, {"y": "z"}]}]);
        assert_eq!(
            from_parquet(list),
            json!([
                {"a": 1, "b": null, "c": null},
                {"a": 3, "b": 2, "c": null},
                {"a": null, "b": null, "c": null},
                {"a": null, "b": null, "c": [{"x": 1, "y": null}, {"x": null, "y": "z"}]},
            ])
        );
    }

    #[test]
    fn maps_and_depths_are_json() {
        let map: Map<String, Value> = (0..101).map(|n| (format!("k{n}"), json!(n))).collect();
        let deep = (0..40).fold(json!(1), |value, _| json!([value]));
        let (_folder, path) = written("a.parquet", &rows(json!([{"map": map, "deep": deep}])));
        let row = &read_parquet(&path)[0];
        assert_eq!(row["map"], Value::Object(map).to_string());
        let nested = (0..8).fold(&row["deep"], |value, _| &value[0]);
        assert_eq!(nested.as_str().unwrap(), (0..32).fold(json!(1), |value, _| json!([value])).to_string());
    }

    #[test]
    fn too_many_columns_are_refused() {
        let row: Map<String, Value> = (0..1001).map(|n| (format!("k{n}"), json!(n))).collect();
        let fault = TableShape::default().add(&row).unwrap_err();
        assert!(fault.contains("more than 1000 different fields") && fault.contains(".jsonl"), "{fault}");
    }

    #[test]
    fn a_row_that_was_not_looked_at_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        for other in [json!({"a": "x"}), json!({"b": 1}), json!({"a": 1, "o": {"x": 1}})] {
            let mut shape = TableShape::default();
            shape.add(json!({"a": 1, "o": {}}).as_object().unwrap()).unwrap();
            let mut file = TableFile::create(&path, TableFormat::Parquet, shape).unwrap();
            let error = file.row(other.as_object().unwrap()).unwrap_err();
            assert!(error.to_string().contains("changed while it was read"), "{error}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            "[a-zé\"\\\\]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[ab]", inner), 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// Whether what came back is what was written: itself, or as a text, a floating-point number, or a list of one.
    fn is_same(wrote: &Value, read: &Value) -> bool {
        match (wrote, read) {
            (Value::Number(wrote), Value::Number(read)) => {
                wrote == read || wrote.as_f64().is_some_and(|number| read.as_f64() == Some(number))
            }
            (Value::Array(wrote), Value::Array(read)) => {
                wrote.len() == read.len() && wrote.iter().zip(read).all(|(wrote, read)| is_same(wrote, read))
            }
            (Value::Object(wrote), Value::Object(read)) => {
                wrote.keys().all(|name| read.contains_key(name))
                    && read.iter().all(|(name, read)| is_same(wrote.get(name).unwrap_or(&Value::Null), read))
            }
            (Value::String(wrote), Value::String(read)) => wrote == read,
            (wrote, Value::Array(read)) if !wrote.is_null() => read.len() == 1 && is_same(wrote, &read[0]),
            (Value::Null, _) => read.is_null(),
            (wrote, Value::String(read)) => {
                serde_json::from_str(read).is_ok_and(|read: Value| read == *wrote)
            }
            (wrote, read) => wrote == read,
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_in_columns(list in prop::collection::vec(("[abc]", value(), "[abc]", value()), 1..6)) {
            let list: Vec<Map<String, Value>> =
                list.into_iter().map(|(a, x, b, y)| Map::from_iter([(a, x), (b, y)])).collect();
            let (_folder, path) = written("a.parquet", &list);
            let read = read_parquet(&path);
            prop_assert_eq!(read.len(), list.len());
            for (wrote, read) in list.iter().zip(&read) {
                prop_assert!(is_same(&Value::Object(wrote.clone()), read), "{:?} {:?}", wrote, read);
            }
        }
    }
}
