//! YAML that remembers where everything stood.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;

use crate::error::{Error, Result};

/// Where a part of the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of a file.
    Line(Arc<str>, u64),
    /// A flag of the command line, as it was written.
    Flag(Arc<str>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{file}:{line}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// null, a boolean, a number or a text.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// Names, their places and their values.
    Map(Vec<(String, Place, Node)>),
}

impl Node {
    /// Reads a YAML file's text; `file` names it in messages.
    ///
    /// # Errors
    /// When it is not YAML, with line and reason.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let raw: Spanned<Raw> = from_yaml(text)
            .map_err(|error| Error::mistake(format!("{file}: this is not valid YAML: {error}")))?;
        Ok(raw.place(&file.into()))
    }

    /// A value that a flag of the command line gives.
    pub fn from_flag(flag: &str, value: &Value) -> Self {
        let place = Place::Flag(flag.into());
        let kind = match value {
            Value::Array(items) => {
                NodeKind::List(items.iter().map(|item| Self::from_flag(flag, item)).collect())
            }
            Value::Object(map) => NodeKind::Map(
                map.iter()
                    .map(|(name, value)| (name.clone(), place.clone(), Self::from_flag(flag, value)))
                    .collect(),
            ),
            scalar => NodeKind::Scalar(scalar.clone()),
        };
        Self { place, kind }
    }

    /// The node without its places.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            NodeKind::Scalar(value) => value.clone(),
            NodeKind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            NodeKind::Map(entries) => Value::Object(
                entries.iter().map(|(name, _, node)| (name.clone(), node.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// The value under a name, when this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            NodeKind::Map(entries) => {
                entries.iter().find(|(entry, _, _)| entry == name).map(|(_, _, node)| node)
            }
            _ => None,
        }
    }

    /// Whether nothing was given: a name with a blank after it.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Scalar(Value::Null))
    }

    /// Where a name stands that this map, or a map in it, has.
    pub(super) fn place_of(&self, name: &str) -> Option<&Place> {
        let NodeKind::Map(entries) = &self.kind else { return None };
        let own = entries.iter().find(|(entry, _, _)| entry == name).map(|(_, place, _)| place);
        own.or_else(|| entries.iter().find_map(|(_, _, node)| node.place_of(name)))
    }

    /// Puts a value under a path of names, making maps on the way; what stood there is replaced.
    pub fn set(&mut self, path: &[&str], value: Self) {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self.kind, NodeKind::Map(_)) {
            self.kind = NodeKind::Map(Vec::new());
        }
        let NodeKind::Map(entries) = &mut self.kind else { return };
        let place = value.place.clone();
        let index = entries.iter().position(|(name, _, _)| name == first).unwrap_or_else(|| {
            let empty = Self { place: place.clone(), kind: NodeKind::Scalar(Value::Null) };
            entries.push(((*first).to_owned(), place.clone(), empty));
            entries.len() - 1
        });
        if rest.is_empty() {
            entries[index].1 = place;
        }
        entries[index].2.set(rest, value);
    }

    /// What kind of value this is, for messages.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            NodeKind::Scalar(value) => ragstill_core::kind_name(value),
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

/// Reads YAML in which only `true` and `false` are booleans, as in YAML 1.2: a field called `y` or `no` stays a name.
///
/// # Errors
/// The parser's.
pub(crate) fn from_yaml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
}

/// YAML as the deserializer gives it, lines and all.
enum Raw {
    Scalar(Value),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

trait IntoNode {
    fn place(self, file: &Arc<str>) -> Node;
}

impl IntoNode for Spanned<Raw> {
    fn place(self, file: &Arc<str>) -> Node {
        let place = Place::Line(Arc::clone(file), self.referenced.line());
        let kind = match self.value {
            Raw::Scalar(value) => NodeKind::Scalar(value),
            Raw::List(items) => NodeKind::List(items.into_iter().map(|item| item.place(file)).collect()),
            Raw::Map(entries) => NodeKind::Map(
                entries
                    .into_iter()
                    .map(|(name, node)| {
                        let place = Place::Line(Arc::clone(file), name.referenced.line());
                        (name.value, place, node.place(file))
                    })
                    .collect(),
            ),
        };
        Node { place, kind }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::from(value)))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Raw, E> {
        Number::from_f64(value)
            .map(|number| Raw::Scalar(Value::Number(number)))
            .ok_or_else(|| E::custom("numbers must be finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Node, Place};

    #[test]
    fn everything_knows_its_line() {
        let node =
            Node::parse("r.yaml", "a: 1\nb:\n  - x\n  - {c: true, d: null}\n# note\ne: 'f'\n").unwrap();
        assert_eq!(node.to_json(), json!({"a": 1, "b": ["x", {"c": true, "d": null}], "e": "f"}));
        assert_eq!(node.get("e").unwrap().place, Place::Line("r.yaml".into(), 6));
        let super::NodeKind::List(items) = &node.get("b").unwrap().kind else { panic!("a list") };
        assert_eq!(items[1].get("c").unwrap().place.to_string(), "r.yaml:4");
    }

    #[test]
    fn broken_yaml_and_repeated_names_are_told() {
        assert!(Node::parse("r.yaml", "a: [1\nb: 2").unwrap_err().to_string().contains("r.yaml"));
        assert!(Node::parse("r.yaml", "a: 1\na: 2").unwrap_err().to_string().contains("not valid YAML"));
    }

    #[test]
    fn flags_replace_what_stands_there() {
        let mut node = Node::parse("r.yaml", "a: {b: 1, c: 2}").unwrap();
        node.set(&["a", "b"], Node::from_flag("--set a.b=5", &json!(5)));
        node.set(&["x", "y"], Node::from_flag("--set x.y=6", &json!([6])));
        assert_eq!(node.to_json(), json!({"a": {"b": 5, "c": 2}, "x": {"y": [6]}}));
        assert_eq!(node.get("a").unwrap().get("b").unwrap().place.to_string(), "--set a.b=5");
    }
}
