//! What a page says of itself in JSON-LD (schema.org). Only strings are taken, and nothing is believed to have the
//! shape that it should have.

use serde_json::Value;

use super::metadata::clean;
use super::tree::{NodeId, Tree};

/// The most bytes of one script that are read.
const MAX_BYTES: usize = 1 << 20;
/// The most objects of one script that are looked at.
const MAX_OBJECTS: usize = 1000;

/// What is read.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) date: Option<String>,
    pub(super) description: Option<String>,
    pub(super) language: Option<String>,
    pub(super) site: Option<String>,
}

/// Reads a script into what other scripts did not say.
pub(super) fn read(tree: &Tree, script: NodeId, linked: &mut Linked) {
    let mut source = String::new();
    for node in tree.subtree(script) {
        source.push_str(tree.text(node));
    }
    if source.len() > MAX_BYTES {
        return;
    }
    let source = source.trim().trim_end_matches(';');
    let Ok(value) = serde_json::from_str::<Value>(source) else { return };
    let mut left = vec![&value];
    let mut seen = 0;
    while let Some(value) = left.pop() {
        seen += 1;
        if seen > MAX_OBJECTS {
            return;
        }
        match value {
            Value::Array(values) => left.extend(values.iter().take(MAX_OBJECTS).rev()),
            Value::Object(object) => {
                if is_article(value) {
                    linked.article(value);
                }
                left.extend(object.get("@graph"));
                left.extend(object.get("mainEntity"));
            }
            _ => {}
        }
    }
}

impl Linked {
    fn article(&mut self, article: &Value) {
        let take = |into: &mut Option<String>, name: &str| {
            if into.is_none() {
                *into = text(&article[name]);
            }
        };
        take(&mut self.headline, "headline");
        take(&mut self.headline, "name");
        take(&mut self.date, "datePublished");
        take(&mut self.description, "description");
        take(&mut self.language, "inLanguage");
        if self.site.is_none() {
            self.site = name(&article["publisher"]);
        }
        if self.authors.is_empty() {
            self.authors = match &article["author"] {
                Value::Array(authors) => authors.iter().take(MAX_OBJECTS).filter_map(name).collect(),
                author => name(author).into_iter().collect(),
            };
        }
    }
}

fn is_article(value: &Value) -> bool {
    let is = |kind: &Value| {
        kind.as_str().is_some_and(|kind| {
            ["Article", "Posting", "Report", "WebPage"].iter().any(|end| kind.ends_with(end))
        })
    };
    match &value["@type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    }
}

/// The name of a person or an organisation, which stands alone or in an object.
fn name(value: &Value) -> Option<String> {
    text(value).or_else(|| text(&value["name"])).filter(|name| !name.contains("://"))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().and_then(clean)
}
