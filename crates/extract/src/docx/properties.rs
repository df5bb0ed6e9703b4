//! What a document's properties say of it.

use serde_json::{Map, Value};

use crate::markdown::one_line;
use crate::xml::{Part, Parts};
use crate::{Error, Limits};

/// The properties of a document.
#[derive(Debug, Default)]
pub(super) struct Properties {
    pub(super) title: Option<String>,
    pub(super) metadata: Map<String, Value>,
}

/// Reads `docProps/core.xml`, which may be empty.
pub(super) fn read(xml: &str, limits: &Limits) -> Result<Properties, Error> {
    let mut properties = Properties::default();
    let mut parts = Parts::new(xml, limits);
    while let Some(next) = parts.next()? {
        let Part::Start(element) = next else { continue };
        let name = match element.name() {
            "title" => "title",
            "creator" => "author",
            "created" => "date",
            "modified" => "modified",
            "language" => "language",
            "keywords" => "keywords",
            "subject" => "subject",
            "description" => "description",
            _ => continue,
        };
        let text = one_line(&parts.text()?);
        match name {
            _ if text.is_empty() => {}
            "title" => properties.title = Some(text),
            "keywords" => {
                let words = parts_of(&text, &[',', ';']);
                if !words.is_empty() {
                    properties.metadata.insert(name.to_owned(), words.into());
                }
            }
            // Word parts authors by semicolons.
            "author" if text.contains(';') => {
                let mut authors = parts_of(&text, &[';']);
                let author = if authors.len() > 1 { Some(authors.into()) } else { authors.pop() };
                properties.metadata.extend(author.map(|author| (name.to_owned(), author)));
            }
            _ => drop(properties.metadata.insert(name.to_owned(), text.into())),
        }
    }
    Ok(properties)
}

fn parts_of(text: &str, separators: &[char]) -> Vec<Value> {
    text.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
}
