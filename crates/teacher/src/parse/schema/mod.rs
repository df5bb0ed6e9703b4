//! What an operator asked for, as a checked schema.
//!
//! A small subset of JSON Schema, enough for the answers that prompts ask for, and refused when compiled if it
//! uses anything else: a misspelt keyword would otherwise check nothing, in silence. The keywords:
//!
//! | for | keywords |
//! |---|---|
//! | any value | `type` (a name or a list of names), `enum`, `const`, `title`, `description` (the last two say nothing) |
//! | objects | `properties`, `required`, `additionalProperties` (`true` or `false`; default `true`) |
//! | arrays | `items` (one schema for all), `minItems`, `maxItems` |
//! | strings | `minLength`, `maxLength`, in Unicode characters |
//! | numbers | `minimum`, `maximum`, both inclusive |
//!
//! They mean what JSON Schema says (2020-12, `1.0` is an integer and equals `1`, a keyword for another type of value
//! is not looked at), with one addition: to `minLength`, **a string of nothing but white space has length 0**,
//! since models that have no answer like to answer with blanks.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Number, Value};

use super::excerpt::excerpt;

/// A compiled schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    root: Node,
}

/// Why a schema cannot be used: a mistake in the program or in a prompt file, not in a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schema {path}: {problem}")]
pub struct InvalidSchema {
    /// Where in the schema, from `$`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

/// Why a value does not fit a schema; the first fault in the order of the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct SchemaError {
    /// Where in the value, from `$`, such as `$.pairs[2].question`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// [`InvalidSchema`] if it holds an unknown keyword, a keyword with a bad value, or bounds that nothing can meet.
    pub fn compile(schema: &Value) -> Result<Self, InvalidSchema> {
        Node::compile(schema, &Path::Root).map(|root| Self { root })
    }

    /// Checks a value.
    ///
    /// # Errors
    /// [`SchemaError`], the first fault found.
    pub fn check(&self, value: &Value) -> Result<(), SchemaError> {
        self.root.check(value, &Path::Root)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    const ALL: [(&'static str, Self); 7] = [
        ("null", Self::Null),
        ("boolean", Self::Boolean),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("string", Self::String),
        ("array", Self::Array),
        ("object", Self::Object),
    ];

    fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Integer, Value::Number(number)) => {
                whole(number).is_some() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            (Self::Null, Value::Null)
            | (Self::Boolean, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String, Value::String(_))
            | (Self::Array, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            _ => false,
        }
    }

    fn with_article(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// Inclusive bounds on a count.
#[derive(Debug, Clone, Default, PartialEq)]
struct Bounds {
    least: Option<u64>,
    most: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Node {
    types: Vec<Type>,
    allowed: Option<Vec<Value>>,
    properties: Vec<(String, Node)>,
    required: Vec<String>,
    closed: bool,
    items: Option<Box<Node>>,
    count: Bounds,
    length: Bounds,
    minimum: Option<Number>,
    maximum: Option<Number>,
}

impl Node {
    fn compile(schema: &Value, path: &Path<'_>) -> Result<Self, InvalidSchema> {
        let mut node = Self::default();
        for (keyword, value) in object(schema, path)? {
            let path = &Path::Key(path, keyword);
            match keyword.as_str() {
                "title" | "description" => {}
                "type" => node.types = types(value, path)?,
                "enum" => {
                    let allowed = list(value, path)?;
                    if allowed.is_empty() {
                        return Err(path.invalid("an empty list allows nothing"));
                    }
                    node.allow(allowed.clone(), path)?;
                }
                "const" => node.allow(vec![value.clone()], path)?,
                "properties" => {
                    for (name, schema) in object(value, path)? {
                        node.properties.push((name.clone(), Self::compile(schema, &Path::Key(path, name))?));
                    }
                }
                "required" => node.required = names(value, path)?,
                "additionalProperties" => {
                    let open = value.as_bool().ok_or_else(|| path.invalid("expected `true` or `false`"))?;
                    node.closed = !open;
                }
                "items" => node.items = Some(Box::new(Self::compile(value, path)?)),
                "minItems" => node.count.least = Some(size(value, path)?),
                "maxItems" => node.count.most = Some(size(value, path)?),
                "minLength" => node.length.least = Some(size(value, path)?),
                "maxLength" => node.length.most = Some(size(value, path)?),
                "minimum" => node.minimum = Some(number(value, path)?),
                "maximum" => node.maximum = Some(number(value, path)?),
                _ => {
                    return Err(path.invalid(
                        "unknown keyword; known: type, enum, const, title, description, properties, required, \
                         additionalProperties, items, minItems, maxItems, minLength, maxLength, minimum, maximum",
                    ));
                }
            }
        }
        node.satisfiable(path)?;
        Ok(node)
    }

    /// `const` is an `enum` of one; nobody needs both.
    fn allow(&mut self, values: Vec<Value>, path: &Path<'_>) -> Result<(), InvalidSchema> {
        match self.allowed.replace(values) {
            None => Ok(()),
            Some(_) => Err(path.invalid("give `enum` or `const`, not both")),
        }
    }

    fn satisfiable(&self, path: &Path<'_>) -> Result<(), InvalidSchema> {
        for (bounds, names) in [(&self.count, "Items"), (&self.length, "Length")] {
            if matches!((bounds.least, bounds.most), (Some(least), Some(most)) if least > most) {
                return Err(path.invalid(format!("`min{names}` is greater than `max{names}`")));
            }
        }
        if let (Some(minimum), Some(maximum)) = (&self.minimum, &self.maximum)
            && order(minimum, maximum) == Ordering::Greater
        {
            return Err(path.invalid("`minimum` is greater than `maximum`"));
        }
        let known = |name: &String| self.properties.iter().any(|(property, _)| property == name);
        match self.required.iter().find(|name| self.closed && !known(name)) {
            Some(name) => Err(path
                .invalid(format!("requires {}, which `additionalProperties: false` forbids", excerpt(name)))),
            None => Ok(()),
        }
    }

    fn check(&self, value: &Value, path: &Path<'_>) -> Result<(), SchemaError> {
        if !self.types.is_empty() && !self.types.iter().any(|expected| expected.fits(value)) {
            let expected: Vec<_> = self.types.iter().map(|expected| expected.with_article()).collect();
            return Err(path.misfit(format!("expected {}, found {}", expected.join(" or "), kind(value))));
        }
        if let Some(allowed) = &self.allowed
            && !allowed.iter().any(|allowed| same(allowed, value))
        {
            let shown: Vec<_> = allowed.iter().map(Value::to_string).collect();
            let (shown, found) = (excerpt(&shown.join(" or ")), excerpt(&value.to_string()));
            return Err(path.misfit(format!("expected {shown}, found {found}")));
        }
        match value {
            Value::Object(fields) => self.check_object(fields, path),
            Value::Array(items) => self.check_array(items, path),
            Value::String(text) => self.check_string(text, path),
            Value::Number(number) => self.check_number(number, path),
            Value::Null | Value::Bool(_) => Ok(()),
        }
    }

    fn check_object(&self, fields: &Map<String, Value>, path: &Path<'_>) -> Result<(), SchemaError> {
        if let Some(name) = self.required.iter().find(|name| !fields.contains_key(*name)) {
            return Err(Path::Key(path, name).misfit("missing"));
        }
        for (name, node) in &self.properties {
            if let Some(value) = fields.get(name) {
                node.check(value, &Path::Key(path, name))?;
            }
        }
        let known = |name: &String| self.properties.iter().any(|(property, _)| property == name);
        match fields.keys().find(|name| self.closed && !known(name)) {
            Some(name) => Err(Path::Key(path, name).misfit("a field that was not asked for")),
            None => Ok(()),
        }
    }

    fn check_array(&self, items: &[Value], path: &Path<'_>) -> Result<(), SchemaError> {
        self.count.check(items.len(), "item", path)?;
        let Some(node) = &self.items else { return Ok(()) };
        items.iter().enumerate().try_for_each(|(index, item)| node.check(item, &Path::Index(path, index)))
    }

    fn check_string(&self, text: &str, path: &Path<'_>) -> Result<(), SchemaError> {
        if text.trim().is_empty() && self.length.least.is_some_and(|least| least > 0) {
            return Err(path.misfit("blank"));
        }
        self.length.check(text.chars().count(), "character", path)
    }

    fn check_number(&self, number: &Number, path: &Path<'_>) -> Result<(), SchemaError> {
        let outside =
            |bound: &Option<Number>, wrong| bound.clone().filter(|bound| order(number, bound) == wrong);
        if let Some(minimum) = outside(&self.minimum, Ordering::Less) {
            return Err(path.misfit(format!("expected at least {minimum}, found {number}")));
        }
        match outside(&self.maximum, Ordering::Greater) {
            Some(maximum) => Err(path.misfit(format!("expected at most {maximum}, found {number}"))),
            None => Ok(()),
        }
    }
}

impl Bounds {
    fn check(&self, count: usize, unit: &str, path: &Path<'_>) -> Result<(), SchemaError> {
        let found = u64::try_from(count).unwrap_or(u64::MAX);
        let (word, bound) = match (self.least, self.most) {
            (Some(least), _) if found < least => ("least", least),
            (_, Some(most)) if found > most => ("most", most),
            _ => return Ok(()),
        };
        let plural = if bound == 1 { "" } else { "s" };
        Err(path.misfit(format!("expected at {word} {bound} {unit}{plural}, found {found}")))
    }
}

fn object<'a>(value: &'a Value, path: &Path<'_>) -> Result<&'a Map<String, Value>, InvalidSchema> {
    value.as_object().ok_or_else(|| path.invalid(format!("expected an object, found {}", kind(value))))
}

fn list<'a>(value: &'a Value, path: &Path<'_>) -> Result<&'a Vec<Value>, InvalidSchema> {
    value.as_array().ok_or_else(|| path.invalid(format!("expected a list, found {}", kind(value))))
}

fn names(value: &Value, path: &Path<'_>) -> Result<Vec<String>, InvalidSchema> {
    let name = |(index, name): (usize, &Value)| match name {
        Value::String(name) => Ok(name.clone()),
        other => Err(Path::Index(path, index).invalid(format!("expected a string, found {}", kind(other)))),
    };
    list(value, path)?.iter().enumerate().map(name).collect()
}

fn types(value: &Value, path: &Path<'_>) -> Result<Vec<Type>, InvalidSchema> {
    let named = |name: &str, path: &Path<'_>| {
        let known = Type::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, found)| *found).ok_or_else(|| {
            let known = Type::ALL.map(|(known, _)| known).join(", ");
            path.invalid(format!("unknown type {}; known: {known}", excerpt(name)))
        })
    };
    if let Value::String(name) = value {
        return Ok(vec![named(name, path)?]);
    }
    let names = names(value, path)?;
    if names.is_empty() {
        return Err(path.invalid("an empty list allows nothing"));
    }
    names.iter().enumerate().map(|(index, name)| named(name, &Path::Index(path, index))).collect()
}

fn size(value: &Value, path: &Path<'_>) -> Result<u64, InvalidSchema> {
    value.as_u64().ok_or_else(|| path.invalid("expected a whole number, 0 or more"))
}

fn number(value: &Value, path: &Path<'_>) -> Result<Number, InvalidSchema> {
    value
        .as_number()
        .cloned()
        .ok_or_else(|| path.invalid(format!("expected a number, found {}", kind(value))))
}

fn kind(value: &Value) -> &'static str {
    let named = match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::Array(_) => Type::Array,
        Value::Object(_) => Type::Object,
    };
    named.with_article()
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// Order by value, whatever the representation. Numbers of JSON are finite.
fn order(left: &Number, right: &Number) -> Ordering {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// Equality of JSON Schema: numbers by value, objects whatever the order of their fields.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right) == Ordering::Equal,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let equal =
                |(name, left): (&String, &Value)| right.get(name).is_some_and(|right| same(left, right));
            left.len() == right.len() && left.iter().all(equal)
        }
        _ => left == right,
    }
}

/// A place in a schema or value, linked to its parent so that a check that succeeds allocates nothing.
enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn invalid(&self, problem: impl Into<String>) -> InvalidSchema {
        InvalidSchema { path: self.to_string(), problem: problem.into() }
    }

    fn misfit(&self, problem: impl Into<String>) -> SchemaError {
        SchemaError { path: self.to_string(), problem: problem.into() }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Self::Key(parent, key)
                if key.len() <= 60 && key.chars().all(|c| c.is_alphanumeric() || c == '_') =>
            {
                write!(f, "{parent}.{key}")
            }
            Self::Key(parent, key) => write!(f, "{parent}[{}]", excerpt(key)),
        }
    }
}

#[cfg(test)]
mod tests;
