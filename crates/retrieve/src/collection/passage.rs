//! A passage of a corpus.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A passage of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage<'a> {
    /// The id that its row brought along, or else its record's.
    pub id: Cow<'a, str>,
    /// The title of its document, where it has one of its own.
    pub title: Option<Cow<'a, str>>,
    /// The text that is searched.
    pub text: Cow<'a, str>,
}

impl Passage<'_> {
    /// The same, with texts of its own.
    pub fn into_owned(self) -> Passage<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Passage { id: own(self.id), title: self.title.map(own), text: own(self.text) }
    }

    /// Title, newline, text, as `contents` of a FlashRAG corpus; the text alone where there is no title, or where the text
    /// begins with it already.
    pub fn contents(&self) -> Cow<'_, str> {
        match self.title.as_deref() {
            Some(title) if !self.text.trim_start().trim_start_matches(['#', ' ', '"']).starts_with(title) => {
                format!("{title}\n{}", self.text).into()
            }
            _ => Cow::Borrowed(&self.text),
        }
    }
}

/// The passage of a record's line.
pub(super) fn of_record(line: &str, text_field: &str) -> Option<Passage<'static>> {
    let row: Map<String, Value> = serde_json::from_str(line).ok()?;
    let text = |field: &str| row.get(field)?.as_str().map(|text| Cow::Owned(text.to_owned()));
    Some(Passage {
        id: own_id(&row).map(Cow::Owned).or_else(|| text("record_id"))?,
        title: text("title").filter(|title| !title.trim().is_empty()),
        text: text(text_field)?,
    })
}

/// The id that a row brings along: `id` or `_id`, a text or a number.
pub fn own_id(fields: &Map<String, Value>) -> Option<String> {
    match fields.get("id").or_else(|| fields.get("_id"))? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Passage;

    #[test]
    fn contents_begin_with_the_title_once() {
        let passage = |title: Option<&'static str>, text: &'static str| Passage {
            id: "1".into(),
            title: title.map(Into::into),
            text: text.into(),
        };
        assert_eq!(passage(Some("Lake"), "It is deep.").contents(), "Lake\nIt is deep.");
        assert_eq!(passage(Some("Lake"), "# Lake\nIt is deep.").contents(), "# Lake\nIt is deep.");
        assert_eq!(passage(None, "It is deep.").contents(), "It is deep.");
    }
}
