//! A record that a step dropped. Rejects are kept, with their reason, so that nothing goes missing unexplained.

use serde_json::{Value, json};

use crate::Record;

/// A dropped record, as `rejects.jsonl` holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// The record as it was when it was dropped.
    pub record: Record,
    /// The step that dropped it (its name in the recipe), or `input` for rows that no step could use.
    pub operator: String,
    /// Why, in a sentence.
    pub reason: String,
}

impl Reject {
    /// The reject as one line of JSON without the line break: `{"id","operator","reason","record"}`.
    pub fn to_json_line(&self) -> String {
        json!({
            "id": self.record.id,
            "operator": self.operator,
            "reason": self.reason,
            "record": Value::Object(self.record.fields.clone()),
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Reject;
    use crate::{Record, RecordId};

    #[test]
    fn line_has_the_four_documented_keys_in_order() {
        let mut record = Record::new(RecordId::given("a/1"), serde_json::Map::new());
        record.set("text", "t");
        let reject = Reject { record, operator: "doc2query".into(), reason: "no JSON".into() };
        assert_eq!(
            reject.to_json_line(),
            r#"{"id":"a/1","operator":"doc2query","reason":"no JSON","record":{"text":"t"}}"#
        );
    }
}
