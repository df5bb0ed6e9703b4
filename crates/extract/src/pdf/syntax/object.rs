//! The objects a PDF file is made of.

use std::ops::Range;
use std::rc::Rc;

/// An object. Cloning one is cheap.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Object {
    #[default]
    Null,
    Bool(bool),
    /// Whole or not: PDF's integers fit a double.
    Number(f64),
    Name(Rc<[u8]>),
    String(Rc<[u8]>),
    Array(Rc<[Object]>),
    Dict(Rc<Dict>),
    Stream(Rc<Stream>),
    Ref(Id),
}

/// An object's number and generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) number: u32,
    pub(crate) generation: u16,
}

/// A dictionary and where in the file its data stand, as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    pub(crate) dict: Rc<Dict>,
    pub(crate) data: Range<usize>,
    pub(crate) id: Id,
}

impl Object {
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A whole number that fits; what stands behind the point is cut off.
    pub(crate) fn unsigned(&self) -> Option<usize> {
        self.number().filter(|number| *number >= 0.0 && *number < 9e15).map(|number| number as usize)
    }

    pub(crate) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn array(&self) -> Option<&Rc<[Object]>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// A dictionary, or that of a stream.
    pub(crate) fn dict(&self) -> Option<&Rc<Dict>> {
        match self {
            Self::Dict(dict) => Some(dict),
            Self::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    pub(crate) fn stream(&self) -> Option<&Rc<Stream>> {
        match self {
            Self::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    pub(crate) fn id(&self) -> Option<Id> {
        match self {
            Self::Ref(id) => Some(*id),
            _ => None,
        }
    }
}

/// A dictionary: entries sorted by key, of which each stands once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Dict(Vec<(Rc<[u8]>, Object)>);

impl Dict {
    /// Of entries in the order of the file: the last of a key counts.
    pub(crate) fn new(mut entries: Vec<(Rc<[u8]>, Object)>) -> Self {
        entries.reverse();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|later, kept| later.0 == kept.0);
        Self(entries)
    }

    /// The value as it stands: perhaps a reference.
    pub(crate) fn raw(&self, key: &[u8]) -> &Object {
        match self.0.binary_search_by(|(name, _)| (**name).cmp(key)) {
            Ok(at) => &self.0[at].1,
            Err(_) => &Object::Null,
        }
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        *self.raw(key) != Object::Null
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }
}
