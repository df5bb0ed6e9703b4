//! `{"query","pos":[…],"neg":[…]}`: for training retrievers.
//!
//! FlagEmbedding divides by the number of negatives, so a triplet without any cannot be held; it is counted as left
//! out.

use std::path::Path;

use ragstill_core::{Example, ExampleKind};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::format::ExampleWriter;

#[derive(Serialize)]
struct Row<'a> {
    query: &'a str,
    pos: &'a [String],
    neg: &'a [String],
}

pub(crate) fn create(path: &Path) -> Result<Box<dyn ExampleWriter>> {
    crate::jsonl::create(path, line)
}

fn line(example: &Example) -> Result<Result<String, &'static str>> {
    let triplet = match example {
        Example::Triplet(triplet) => triplet,
        Example::Conversation(conversation) => {
            return Err(Error::Kind {
                format: "triplets",
                wants: ExampleKind::Triplet.as_str(),
                record: conversation.id.to_string(),
            });
        }
    };
    if triplet.negatives.is_empty() {
        return Ok(Err("they have no negatives, which trainers of this format cannot read"));
    }
    let row = Row { query: &triplet.query, pos: &triplet.positives, neg: &triplet.negatives };
    // Plain structures with string keys always serialise.
    Ok(Ok(serde_json::to_string(&row).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use ragstill_core::{Example, RecordId, Triplet};

    use super::create;

    #[test]
    fn triplets_without_negatives_are_counted_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        let mut writer = create(&path).unwrap();
        for negatives in [vec!["n1".to_owned(), "n2".to_owned()], vec![]] {
            let triplet = Triplet {
                id: RecordId::given("r"),
                query: "q".into(),
                positives: vec!["p".into()],
                negatives,
            };
            writer.write(&Example::Triplet(triplet)).unwrap();
        }
        let written = writer.finish().unwrap();
        assert_eq!((written.rows, written.left_out.map(|(count, _)| count)), (1, Some(1)));
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\"query\":\"q\",\"pos\":[\"p\"],\"neg\":[\"n1\",\"n2\"]}\n"
        );
    }
}
