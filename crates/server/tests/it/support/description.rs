//! The server's description of itself, and whether a response is what it says.

use serde_json::Value;

use super::Reply;

/// The description.
pub struct Description(pub Value);

impl Description {
    pub fn built_in() -> Self {
        Self(serde_json::from_str(include_str!("../../../src/openapi.json")).unwrap())
    }

    /// What a reference stands for.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(path) => {
                let found = self.0.pointer(path.strip_prefix('#').unwrap());
                self.resolve(found.unwrap_or_else(|| panic!("{path} is not there")))
            }
            None => value,
        }
    }

    /// Checks that a response is described, and as it is.
    #[track_caller]
    pub fn check(&self, method: &str, path: &str, reply: &Reply) {
        let Some(operation) = self.0["paths"].get(path).and_then(|path| path.get(method)) else {
            assert!(matches!(reply.status, 404 | 405), "{method} {path} is not described");
            fits(self, &self.0["components"]["schemas"]["Error"], &reply.json()).unwrap();
            return;
        };
        let response = operation["responses"].get(reply.status.to_string());
        let response = response.unwrap_or_else(|| panic!("{method} {path} is not said to answer {reply:?}"));
        let response = self.resolve(response);
        let content_type = reply.headers["content-type"].to_str().unwrap();
        let kind = content_type.split(';').next().unwrap();
        let schema = &response["content"][kind]["schema"];
        assert!(schema.is_object(), "{method} {path}: {kind} is not described for {}", reply.status);
        if kind != "text/plain" {
            let fault = fits(self, schema, &reply.json()).err();
            assert_eq!(fault, None, "{method} {path} {}: {}", reply.status, reply.text);
        }
        for header in response["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
            assert!(reply.headers.contains_key(header), "{method} {path}: no {header}");
        }
    }
}

/// Whether a value is what a schema says: the keywords that the description uses, and no other.
pub fn fits(description: &Description, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = description.resolve(schema);
    if schema == &Value::Bool(false) {
        return Err(format!("{value} should not be there"));
    }
    let Some(schema) = schema.as_object() else { return Err(format!("{schema} is no schema")) };
    let fault = |what: &str| Err(format!("{value}: {what}"));
    for (keyword, said) in schema {
        let number = || said.as_f64().unwrap();
        let length = value.as_str().map(|text| text.chars().count() as f64);
        let items = value.as_array().map(|items| items.len() as f64);
        match keyword.as_str() {
            "type" => {
                let names = said.as_array().cloned().unwrap_or_else(|| vec![said.clone()]);
                if !names.iter().any(|name| is_of(name.as_str().unwrap(), value)) {
                    return fault(&format!("not {said}"));
                }
            }
            "enum" if !said.as_array().unwrap().contains(value) => return fault(&format!("not in {said}")),
            "const" if said != value => return fault(&format!("not {said}")),
            "anyOf" if !said.as_array().unwrap().iter().any(|one| fits(description, one, value).is_ok()) => {
                return fault("none of several");
            }
            "required" => {
                for name in said.as_array().unwrap() {
                    if value.as_object().is_some_and(|value| !value.contains_key(name.as_str().unwrap())) {
                        return fault(&format!("no {name}"));
                    }
                }
            }
            "properties" => {
                for (name, schema) in said.as_object().unwrap() {
                    value.get(name).map_or(Ok(()), |value| fits(description, schema, value))?;
                }
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                if let Some(extra) =
                    value.as_object().and_then(|v| v.keys().find(|name| !known.contains_key(*name)))
                {
                    return fault(&format!("{extra} should not be there"));
                }
            }
            "prefixItems" => {
                for (schema, item) in
                    said.as_array().unwrap().iter().zip(value.as_array().into_iter().flatten())
                {
                    fits(description, schema, item)?;
                }
            }
            "items" => {
                let first = schema.get("prefixItems").map_or(0, |prefix| prefix.as_array().unwrap().len());
                for item in value.as_array().into_iter().flatten().skip(first) {
                    fits(description, said, item)?;
                }
            }
            "minItems" if items.is_some_and(|items| items < number()) => return fault("too few"),
            "maxItems" if items.is_some_and(|items| items > number()) => return fault("too many"),
            "minLength" if length.is_some_and(|length| length < number()) => return fault("too short"),
            "maxLength" if length.is_some_and(|length| length > number()) => return fault("too long"),
            "minimum" if value.as_f64().is_some_and(|value| value < number()) => return fault("too small"),
            "maximum" if value.as_f64().is_some_and(|value| value > number()) => return fault("too large"),
            "enum" | "const" | "anyOf" | "minItems" | "maxItems" | "minLength" | "maxLength" | "minimum"
            | "maximum" | "default" | "description" => {}
            other => return Err(format!("the keyword `{other}` is not checked")),
        }
    }
    Ok(())
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type `{other}`"),
    }
}
