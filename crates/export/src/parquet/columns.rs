//! What columns hold, and the values of a row.

use std::borrow::Cow;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

/// What a column holds; `N` are the names in it. Everything may be null, as in files that pandas and Arrow write: their readers compare schemas,
/// and a column that may not be null is another one to some of them.
#[derive(Debug, Clone)]
pub(crate) enum Kind<N = &'static str> {
    /// UTF-8.
    Text,
    /// True or false.
    Flag,
    /// A whole number of 64 bits.
    Number,
    /// A floating-point number of 64 bits.
    Double,
    /// Any number of values.
    List(Box<Kind<N>>),
    /// Named values.
    Struct(Vec<(N, Kind<N>)>),
}

impl<N: Clone + AsRef<str>> Kind<N> {
    /// A list of this kind.
    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    /// How many columns of plain values it takes.
    pub(crate) fn leaves(&self) -> usize {
        match self {
            Self::Text | Self::Flag | Self::Number | Self::Double => 1,
            Self::List(of) => of.leaves(),
            Self::Struct(fields) => fields.iter().map(|(_, kind)| kind.leaves()).sum(),
        }
    }

    /// The kinds of these columns, in order.
    pub(crate) fn push_leaves(&self, leaves: &mut Vec<Self>) {
        match self {
            Self::Text | Self::Flag | Self::Number | Self::Double => leaves.push(self.clone()),
            Self::List(of) => of.push_leaves(leaves),
            Self::Struct(fields) => fields.iter().for_each(|(_, kind)| kind.push_leaves(leaves)),
        }
    }

    /// The kind as Parquet writes it, lists with the names that the format's specification gives.
    pub(crate) fn schema(&self, name: &str) -> Result<TypePtr> {
        let plain = |physical, logical| {
            Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .build()
        };
        let group = |fields, logical| {
            Type::group_type_builder(name)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .with_fields(fields)
                .build()
        };
        let kind = match self {
            Self::Text => plain(Physical::BYTE_ARRAY, Some(LogicalType::String))?,
            Self::Flag => plain(Physical::BOOLEAN, None)?,
            Self::Number => plain(Physical::INT64, None)?,
            Self::Double => plain(Physical::DOUBLE, None)?,
            Self::List(of) => {
                let items = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![of.schema("element")?])
                    .build()?;
                group(vec![Arc::new(items)], Some(LogicalType::List))?
            }
            Self::Struct(fields) => {
                let fields =
                    fields.iter().map(|(name, kind)| kind.schema(name.as_ref())).collect::<Result<_>>()?;
                group(fields, None)?
            }
        };
        Ok(Arc::new(kind))
    }
}

/// A value, of the shape of its column's [`Kind`].
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    /// None.
    Null,
    /// For [`Kind::Text`].
    Text(Cow<'a, str>),
    /// For [`Kind::Flag`].
    Flag(bool),
    /// For [`Kind::Number`].
    Number(i64),
    /// For [`Kind::Double`].
    Double(f64),
    /// For [`Kind::List`].
    List(Vec<Cell<'a>>),
    /// For [`Kind::Struct`], in the order of its fields.
    Struct(Vec<Cell<'a>>),
}

impl<'a> Cell<'a> {
    /// A text that stands elsewhere.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A list of texts.
    pub(crate) fn texts(texts: &'a [String]) -> Self {
        Self::List(texts.iter().map(|text| Self::text(text)).collect())
    }
}
