//! Which column of a table holds the text.

use ragstill_core::RECORD_ID_FIELD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where the text of a row is found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextColumn {
    /// Rows stay as they are.
    #[default]
    AsIs,
    /// In [`ReadOptions::text_field`](crate::ReadOptions::text_field); where a row has none, in the column that
    /// probably holds it, which is renamed: one of the usual names (`contents` of FlashRAG corpora, `passage`, `body` and
    /// so on), or the only column of text there is.
    Guess,
    /// In the column of this name, which is renamed.
    Named(String),
}

/// Names that columns of text have in published corpora, the most telling first, lower case.
const USUAL: &[&str] = &[
    "text",
    "contents",
    "content",
    "passage",
    "passage_text",
    "document",
    "document_text",
    "doc_text",
    "page_content",
    "body",
    "body_text",
    "full_text",
    "fulltext",
    "raw_content",
    "markdown",
    "plain_text",
    "article",
    "paragraph",
    "chunk",
    "context",
    "abstract",
    "doc",
];

/// Names of columns that hold no text for sure, lower case.
const OTHER: &[&str] = &[
    "id",
    "_id",
    "pid",
    "docid",
    "doc_id",
    "uuid",
    "title",
    "url",
    "link",
    "source",
    "author",
    "date",
    "language",
    "lang",
    RECORD_ID_FIELD,
];

impl TextColumn {
    /// Gives the row's text the name `field`.
    ///
    /// # Errors
    /// What is wrong with the row and what to do, when no column is the one or more than one may be.
    pub(crate) fn rename(&self, fields: &mut Map<String, Value>, field: &str) -> Result<(), String> {
        let name = match self {
            Self::AsIs => return Ok(()),
            Self::Named(name) if name == field => return Ok(()),
            Self::Named(name) if !fields.contains_key(name) => {
                return Err(format!("the row has no column `{name}`; it has {}", listed(fields)));
            }
            Self::Named(name) if fields.contains_key(field) => {
                return Err(format!(
                    "the row has both `{name}`, which is to be its `{field}`, and a `{field}` of its own; rename or remove one"
                ));
            }
            Self::Named(name) => name.clone(),
            Self::Guess if fields.contains_key(field) => return Ok(()),
            Self::Guess => guess(fields).ok_or_else(|| {
                format!(
                    "which column holds the text is not clear; name it with --text-field; the row has {}",
                    listed(fields)
                )
            })?,
        };
        // In the place that it had.
        let renamed = std::mem::take(fields).into_iter();
        *fields = renamed
            .map(|(key, value)| if key == name { (field.to_owned(), value) } else { (key, value) })
            .collect();
        Ok(())
    }
}

/// Whether columns of text often have this name.
pub(crate) fn is_usual_name(name: &str) -> bool {
    USUAL.iter().any(|usual| name.eq_ignore_ascii_case(usual))
}

fn guess(fields: &Map<String, Value>) -> Option<String> {
    let is_text = |name: &str| fields.get(name).is_some_and(Value::is_string);
    let named = |usual: &str| fields.keys().find(|name| name.eq_ignore_ascii_case(usual) && is_text(name));
    if let Some(name) = USUAL.iter().find_map(|usual| named(usual)) {
        return Some(name.clone());
    }
    let is_other = |name: &str| OTHER.iter().any(|other| name.eq_ignore_ascii_case(other));
    // Of a table without names the numbers are no text either.
    let is_number = |value: &Value| value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok());
    let texts =
        fields.iter().filter(|(name, value)| value.is_string() && !is_other(name) && !is_number(value));
    match texts.map(|(name, _)| name).collect::<Vec<_>>()[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn listed(fields: &Map<String, Value>) -> String {
    if fields.is_empty() {
        return "no columns at all".to_owned();
    }
    let names: Vec<String> = fields.keys().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::TextColumn;

    fn renamed(column: &TextColumn, row: Value) -> Result<String, String> {
        let Value::Object(mut fields) = row else { panic!("no row") };
        column.rename(&mut fields, "text")?;
        Ok(Value::Object(fields).to_string())
    }

    #[test]
    fn the_usual_names_are_found_and_keep_their_place() {
        let row = json!({"id": "1", "contents": "a", "more": "b"});
        assert_eq!(renamed(&TextColumn::Guess, row.clone()).unwrap(), r#"{"id":"1","text":"a","more":"b"}"#);
        assert_eq!(renamed(&TextColumn::AsIs, row.clone()).unwrap(), row.to_string());
        let row = json!({"_id": "1", "title": "t", "text": "a", "contents": "b"});
        assert_eq!(renamed(&TextColumn::Guess, row.clone()).unwrap(), row.to_string());
        let row = json!({"Body": "a", "summary": "b"});
        assert_eq!(renamed(&TextColumn::Guess, row).unwrap(), r#"{"text":"a","summary":"b"}"#);
    }

    #[test]
    fn the_only_text_is_the_text() {
        let row = json!({"pid": "7", "column1": "12", "n": 3, "column2": "a b"});
        assert_eq!(
            renamed(&TextColumn::Guess, row).unwrap(),
            r#"{"pid":"7","column1":"12","n":3,"text":"a b"}"#
        );
        let unclear = renamed(&TextColumn::Guess, json!({"left": "a", "right": "b"})).unwrap_err();
        assert!(unclear.contains("--text-field") && unclear.ends_with("`left`, `right`"), "{unclear}");
        assert!(renamed(&TextColumn::Guess, json!({})).unwrap_err().ends_with("no columns at all"));
    }

    #[test]
    fn a_named_column_has_to_be_there() {
        let left = TextColumn::Named("left".into());
        assert_eq!(
            renamed(&left, json!({"left": "a", "right": "b"})).unwrap(),
            r#"{"text":"a","right":"b"}"#
        );
        assert!(
            renamed(&left, json!({"right": "b"})).unwrap_err().contains("no column `left`; it has `right`")
        );
        assert!(
            renamed(&left, json!({"left": "a", "text": "b"})).unwrap_err().contains("rename or remove one")
        );
        let same = TextColumn::Named("text".into());
        assert_eq!(renamed(&same, json!({"text": "a"})).unwrap(), r#"{"text":"a"}"#);
    }
}
