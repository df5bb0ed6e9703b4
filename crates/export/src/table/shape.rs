//! What columns rows have, found out by looking at them all: a Parquet file says so before its rows.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::parquet::{Cell, Kind};

/// The most columns of a file.
const MAX_COLUMNS: usize = 1000;
/// The most fields of an object in a row. One with more is rather a map, whose keys are data.
const MAX_FIELDS: usize = 100;
/// How deep values may be nested; what is deeper is written as JSON.
const MAX_DEPTH: usize = 8;
/// The whole numbers up to here are floating-point numbers too.
const MAX_EXACT: u64 = 1 << 53;

/// The columns of rows, by what was seen of them.
///
/// A column holds what all its values are: true or false, whole numbers, numbers, texts, lists or objects of these, or
/// nothing. When some of its values are lists it holds lists, and the others are lists of one. One whose values are
/// otherwise not of one kind is of texts: strings as they are, everything else as JSON; so is an object of more than 100
/// fields.
#[derive(Debug, Clone, Default)]
pub struct TableShape {
    columns: Fields,
}

/// Named shapes in the order in which they were seen first.
type Fields = Vec<(Arc<str>, Shape)>;

/// What a column, a field or the items of a list hold.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Nothing but null.
    Nothing,
    Flag,
    /// Whole numbers; `exact` while all of them are floating-point numbers too.
    Whole {
        exact: bool,
    },
    Number,
    Text,
    List(Box<Shape>),
    Object(Fields),
}

impl TableShape {
    /// Looks at a row.
    ///
    /// # Errors
    /// A sentence, when that makes too many columns.
    pub fn add(&mut self, row: &Map<String, Value>) -> Result<(), String> {
        add_fields(&mut self.columns, row, 1);
        if self.columns.len() > MAX_COLUMNS {
            return Err(format!(
                "the rows up to here have more than {MAX_COLUMNS} different fields, too many for columns; write .jsonl"
            ));
        }
        Ok(())
    }

    /// The columns as Parquet has them.
    pub(super) fn columns(&self) -> Vec<(Arc<str>, Kind<Arc<str>>)> {
        self.columns.iter().map(|(name, shape)| (Arc::clone(name), shape.kind())).collect()
    }

    /// A row's cells; none when it is not among those that were looked at.
    pub(super) fn cells<'a>(&self, row: &'a Map<String, Value>) -> Option<Vec<Cell<'a>>> {
        cells(&self.columns, row)
    }
}

fn add_fields(fields: &mut Fields, row: &Map<String, Value>, depth: usize) {
    for (at, (name, value)) in row.iter().enumerate() {
        match place(fields, at, name) {
            Some(known) => fields[known].1.add(value, depth),
            None => {
                let mut shape = Shape::Nothing;
                shape.add(value, depth);
                fields.push((name.as_str().into(), shape));
            }
        }
    }
}

/// Where a field is; most rows have them in the same order.
fn place(fields: &Fields, guess: usize, name: &str) -> Option<usize> {
    match fields.get(guess) {
        Some((known, _)) if **known == *name => Some(guess),
        _ => fields.iter().position(|(known, _)| **known == *name),
    }
}

fn cells<'a>(fields: &Fields, row: &'a Map<String, Value>) -> Option<Vec<Cell<'a>>> {
    let mut cells = vec![Cell::Null; fields.len()];
    for (at, (name, value)) in row.iter().enumerate() {
        let at = place(fields, at, name)?;
        cells[at] = fields[at].1.cell(value)?;
    }
    Some(cells)
}

impl Shape {
    fn add(&mut self, value: &Value, depth: usize) {
        match (&mut *self, value) {
            (_, Value::Null) | (Self::Flag, Value::Bool(_)) => {}
            (Self::List(of), Value::Array(items)) => items.iter().for_each(|item| of.add(item, depth + 1)),
            (Self::List(of), one) => of.add(one, depth + 1),
            (_, Value::Array(_)) if depth <= MAX_DEPTH => {
                *self = Self::List(Box::new(std::mem::replace(self, Self::Nothing)));
                self.add(value, depth);
            }
            (Self::Text, _) => {}
            (Self::Object(fields), Value::Object(object)) => {
                add_fields(fields, object, depth + 1);
                if fields.len() > MAX_FIELDS {
                    *self = Self::Text;
                }
            }
            (Self::Nothing, _) => *self = Self::of(value, depth),
            (Self::Whole { .. } | Self::Number, Value::Number(_)) => {
                *self = match (&*self, Self::of(value, depth)) {
                    (Self::Whole { exact }, Self::Whole { exact: too }) => {
                        Self::Whole { exact: *exact && too }
                    }
                    (Self::Whole { exact: true } | Self::Number, Self::Number)
                    | (Self::Number, Self::Whole { exact: true }) => Self::Number,
                    // As texts nothing is lost of them.
                    _ => Self::Text,
                };
            }
            _ => *self = Self::Text,
        }
    }

    /// The shape of a value that is no list that could be a column of lists.
    fn of(value: &Value, depth: usize) -> Self {
        match value {
            Value::Null => Self::Nothing,
            Value::Bool(_) => Self::Flag,
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Whole { exact: whole.unsigned_abs() <= MAX_EXACT },
                None if number.is_f64() => Self::Number,
                // Beyond what 64 bits with a sign hold.
                None => Self::Text,
            },
            Value::Object(_) if depth <= MAX_DEPTH => {
                let mut shape = Self::Object(Fields::new());
                shape.add(value, depth);
                shape
            }
            Value::String(_) | Value::Array(_) | Value::Object(_) => Self::Text,
        }
    }

    fn kind(&self) -> Kind<Arc<str>> {
        match self {
            Self::Flag => Kind::Flag,
            Self::Whole { .. } => Kind::Number,
            Self::Number => Kind::Double,
            Self::List(of) => Kind::list(of.kind()),
            Self::Object(fields) if !fields.is_empty() => {
                Kind::Struct(fields.iter().map(|(name, shape)| (Arc::clone(name), shape.kind())).collect())
            }
            // A column of nothing has to hold something. Parquet has no objects without fields.
            Self::Nothing | Self::Text | Self::Object(_) => Kind::Text,
        }
    }

    /// The value as a cell of [`Shape::kind`].
    fn cell<'a>(&self, value: &'a Value) -> Option<Cell<'a>> {
        Some(match (self, value) {
            (_, Value::Null) => Cell::Null,
            (Self::Flag, Value::Bool(flag)) => Cell::Flag(*flag),
            (Self::Whole { .. }, Value::Number(number)) => Cell::Number(number.as_i64()?),
            (Self::Number, Value::Number(number)) => Cell::Double(number.as_f64()?),
            (Self::Text, Value::String(text)) => Cell::text(text),
            (Self::Text, other) => Cell::Text(Cow::Owned(other.to_string())),
            (Self::List(of), Value::Array(items)) => {
                Cell::List(items.iter().map(|item| of.cell(item)).collect::<Option<_>>()?)
            }
            (Self::List(of), one) => Cell::List(vec![of.cell(one)?]),
            (Self::Object(fields), Value::Object(object)) if fields.is_empty() => {
                // Nothing else was seen here.
                object.is_empty().then(|| Cell::text("{}"))?
            }
            (Self::Object(fields), Value::Object(object)) => Cell::Struct(cells(fields, object)?),
            _ => return None,
        })
    }
}
