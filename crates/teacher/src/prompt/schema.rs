//! The shape that a prompt demands of its answer.

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::error::{Error, Kind, Result};
use crate::parse::Schema;

/// A prompt's output schema: as written, to be sent to servers that can enforce it, and compiled, to check answers.
#[derive(Debug, Clone)]
pub struct OutputSchema {
    source: Value,
    json: Box<RawValue>,
    compiled: Schema,
}

impl OutputSchema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// [`Kind::Config`] when it uses a keyword outside the supported subset of JSON Schema.
    pub fn new(source: Value) -> Result<Self> {
        let compiled = Schema::compile(&source).map_err(|error| {
            Error::new(Kind::Config, format!("the output schema cannot be used: {error}"))
        })?;
        let json = to_raw_value(&source).map_err(|error| {
            Error::new(Kind::Config, format!("the output schema cannot be written: {error}"))
        })?;
        Ok(Self { source, json, compiled })
    }

    /// The schema as written.
    pub fn source(&self) -> &Value {
        &self.source
    }

    /// The schema as JSON, written once: every request holds it.
    pub fn json(&self) -> &RawValue {
        &self.json
    }

    /// The schema to check answers with.
    pub fn compiled(&self) -> &Schema {
        &self.compiled
    }
}
