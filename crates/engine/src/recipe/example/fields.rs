//! What templates see of a record.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Object;
use ragstill_core::{RECORD_ID_FIELD, RecordId};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// What a turn within `each` calls the item.
pub(super) const ITEM: &str = "item";

/// The names of the fields that templates use, in order: no others have to be read.
#[derive(Debug)]
pub(super) struct Names(Arc<[String]>);

impl Names {
    /// Those of these fields that occur anywhere in the templates' sources. A template can look up no other.
    pub(super) fn in_sources(fields: &[String], sources: &[String]) -> Self {
        let used = fields.iter().filter(|field| sources.iter().any(|source| source.contains(*field)));
        let mut names: Vec<String> = used.cloned().collect();
        names.sort();
        names.dedup();
        Self(names.into())
    }

    /// Reads a record from its line.
    pub(super) fn read(&self, line: &[u8]) -> Result<View, String> {
        let mut reader = serde_json::Deserializer::from_slice(line);
        let view = ViewOf(self).deserialize(&mut reader);
        view.and_then(|view| reader.end().map(|()| view)).map_err(|error| error.to_string())
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|known| known.as_str().cmp(name)).ok()
    }
}

/// A record's id and the fields that templates use.
#[derive(Debug)]
pub(crate) struct View {
    pub(super) id: RecordId,
    pub(super) fields: Arc<Fields>,
}

/// The fields that templates use.
#[derive(Debug)]
pub(super) struct Fields {
    names: Arc<[String]>,
    /// One for each name; a record that does not have it has none.
    values: Vec<Option<Value>>,
}

/// What a template is given: the fields and, within `each`, the item, which stands before a field of its name.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) fields: Arc<Fields>,
    pub(super) item: Option<Value>,
}

impl Scope {
    /// The value of this name.
    pub(super) fn find(&self, name: &str) -> Option<Value> {
        if name == ITEM && self.item.is_some() {
            return self.item.clone();
        }
        let at = self.fields.names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
        self.fields.values[at].clone()
    }
}

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.find(key.as_str()?)
    }
}

struct ViewOf<'a>(&'a Names);

impl<'de> DeserializeSeed<'de> for ViewOf<'_> {
    type Value = View;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<View, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ViewOf<'_> {
    type Value = View;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<View, A::Error> {
        let (mut id, mut values) = (None, vec![None; self.0.0.len()]);
        while let Some(key) = map.next_key_seed(KeyOf(self.0))? {
            match key {
                Key::Id => id = Some(map.next_value::<serde_json::Value>()?),
                Key::Used(at) => values[at] = Some(map.next_value::<Value>()?),
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let Some(serde_json::Value::String(id)) = id else {
            return Err(A::Error::custom(format_args!("it has no `{RECORD_ID_FIELD}`")));
        };
        let fields = Arc::new(Fields { names: Arc::clone(&self.0.0), values });
        Ok(View { id: RecordId::given(id), fields })
    }
}

/// What the value after a key is.
enum Key {
    Id,
    Used(usize),
    Other,
}

struct KeyOf<'a>(&'a Names);

impl<'de> DeserializeSeed<'de> for KeyOf<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyOf<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        Ok(match self.0.find(name) {
            _ if name == RECORD_ID_FIELD => Key::Id,
            Some(at) => Key::Used(at),
            None => Key::Other,
        })
    }
}
