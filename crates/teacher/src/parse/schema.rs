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
mod tests {
    use serde_json::{Value, json};

    use super::Schema;

    /// What a check says: nothing if the value fits.
    fn says(schema: &Value, value: &Value) -> String {
        Schema::compile(schema)
            .unwrap()
            .check(value)
            .map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn types_are_told_apart() {
        let values = [json!(null), json!(true), json!(1), json!(1.5), json!("x"), json!([]), json!({})];
        let fitting = [
            ("null", vec![0]),
            ("boolean", vec![1]),
            ("integer", vec![2]),
            ("number", vec![2, 3]),
            ("string", vec![4]),
            ("array", vec![5]),
            ("object", vec![6]),
        ];
        for (name, expected) in fitting {
            let schema = Schema::compile(&json!({ "type": name })).unwrap();
            let fits: Vec<_> =
                (0..values.len()).filter(|index| schema.check(&values[*index]).is_ok()).collect();
            assert_eq!(fits, expected, "{name}");
        }
        assert_eq!(says(&json!({"type": "integer"}), &json!(2.0)), "");
        assert_eq!(says(&json!({"type": ["string", "null"]}), &json!(null)), "");
        assert_eq!(
            says(&json!({"type": ["string", "null"]}), &json!([])),
            "$: expected a string or null, found an array"
        );
    }

    #[test]
    fn faults_name_their_place() {
        let pair = json!({"type": "object", "properties": {"R": {"type": "string"}}, "required": ["R"]});
        let schema = json!({
            "title": "pairs", "description": "any",
            "properties": {"pairs": {"items": pair, "minItems": 1, "maxItems": 2}, "a key": {"const": null}},
            "additionalProperties": false,
        });
        for (value, message) in [
            (json!({}), ""),
            (json!([]), ""),
            (json!({"pairs": [{"R": "x", "more": 1}]}), ""),
            (json!({"pairs": [{"R": "x"}, {"R": 2}]}), "$.pairs[1].R: expected a string, found a number"),
            (json!({"pairs": [{}]}), "$.pairs[0].R: missing"),
            (json!({"pairs": []}), "$.pairs: expected at least 1 item, found 0"),
            (json!({"pairs": [1, 1, 1]}), "$.pairs: expected at most 2 items, found 3"),
            (json!({"a key": 0}), "$[`a key`]: expected `null`, found `0`"),
            (json!({"more": 0}), "$.more: a field that was not asked for"),
        ] {
            assert_eq!(says(&schema, &value), message, "{value}");
        }
    }

    #[test]
    fn lengths_count_characters_and_blanks_count_nothing() {
        let schema = json!({"minLength": 2, "maxLength": 3});
        for (text, message) in [
            ("éé", ""),
            ("😀😀😀", ""),
            (" é", ""),
            ("é", "$: expected at least 2 characters, found 1"),
            ("éééé", "$: expected at most 3 characters, found 4"),
            ("", "$: blank"),
            (" \n\u{3000}", "$: blank"),
        ] {
            assert_eq!(says(&schema, &json!(text)), message, "{text:?}");
        }
        assert_eq!(says(&json!({"maxLength": 3}), &json!("   ")), "");
        assert_eq!(says(&json!({"minLength": 0}), &json!(" ")), "");
    }

    #[test]
    fn numbers_compare_by_value() {
        let schema = json!({"minimum": 0, "maximum": 2.5});
        for (value, message) in [
            (json!(0), ""),
            (json!(-0.0), ""),
            (json!(2.5), ""),
            (json!("7"), ""),
            (json!(-1), "$: expected at least 0, found -1"),
            (json!(3), "$: expected at most 2.5, found 3"),
        ] {
            assert_eq!(says(&schema, &value), message, "{value}");
        }
        // Two integers that are one as floating point numbers.
        assert_ne!(says(&json!({ "maximum": u64::MAX - 1 }), &json!(u64::MAX)), "");
        assert_ne!(says(&json!({ "const": i64::MAX - 1 }), &json!(i64::MAX)), "");
    }

    #[test]
    fn choices_compare_as_json_schema_does() {
        let schema = json!({"enum": ["valid", 1, [1.0], {"a": 1, "b": 2}]});
        for value in [json!("valid"), json!(1.0), json!([1]), json!({"b": 2, "a": 1.0})] {
            assert_eq!(says(&schema, &value), "", "{value}");
        }
        for value in [json!("Valid"), json!(true), json!([1, 1]), json!({"a": 1}), json!({"a": 1, "c": 2})] {
            assert_ne!(says(&schema, &value), "", "{value}");
        }
        assert_eq!(
            says(&json!({"enum": ["valid", "invalid"]}), &json!("maybe")),
            "$: expected `\"valid\" or \"invalid\"`, found `\"maybe\"`"
        );
    }

    #[test]
    fn a_mistake_in_a_schema_is_told_with_its_place() {
        for (schema, message) in [
            (json!(true), "schema $: expected an object, found a boolean"),
            (json!({"typo": 1}), "schema $.typo: unknown keyword; known: type, "),
            (json!({"$ref": "#"}), "schema $[`$ref`]: unknown keyword"),
            (json!({"type": "text"}), "schema $.type: unknown type `text`; known: null, "),
            (json!({"type": ["string", 1]}), "schema $.type[1]: expected a string, found a number"),
            (json!({"type": ["string", "text"]}), "schema $.type[1]: unknown type `text`"),
            (json!({"type": []}), "schema $.type: an empty list"),
            (json!({"type": null}), "schema $.type: expected a list, found null"),
            (json!({"enum": []}), "schema $.enum: an empty list"),
            (json!({"enum": "x"}), "schema $.enum: expected a list"),
            (json!({"enum": [1], "const": 1}), "schema $.const: give `enum` or `const`"),
            (json!({"properties": []}), "schema $.properties: expected an object, found an array"),
            (json!({"properties": {"a": {"b": 1}}}), "schema $.properties.a.b: unknown keyword"),
            (json!({"items": {"items": 1}}), "schema $.items.items: expected an object, found a number"),
            (json!({"items": [{}]}), "schema $.items: expected an object, found an array"),
            (json!({"required": "a"}), "schema $.required: expected a list, found a string"),
            (json!({"required": [1]}), "schema $.required[0]: expected a string"),
            (json!({"required": ["a"], "additionalProperties": false}), "schema $: requires `a`, which"),
            (
                json!({"additionalProperties": {}}),
                "schema $.additionalProperties: expected `true` or `false`",
            ),
            (json!({"minLength": -1}), "schema $.minLength: expected a whole number"),
            (json!({"maxItems": 1.5}), "schema $.maxItems: expected a whole number"),
            (json!({"minItems": 2, "maxItems": 1}), "schema $: `minItems` is greater than `maxItems`"),
            (json!({"items": {"minLength": 2, "maxLength": 1}}), "schema $.items: `minLength` is greater"),
            (json!({"minimum": "0"}), "schema $.minimum: expected a number, found a string"),
            (json!({"minimum": 2, "maximum": 1.5}), "schema $: `minimum` is greater than `maximum`"),
        ] {
            let error = Schema::compile(&schema).unwrap_err().to_string();
            assert!(error.starts_with(message), "{schema} said {error}");
        }
    }
}
