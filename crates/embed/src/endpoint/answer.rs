//! What a server answers.

use ragstill_retrieve::EmbedError;
use ragstill_teacher::{Error, Kind};
use serde::Deserialize;

/// The embeddings of one request.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    data: Vec<Entry>,
    /// What the server calls the model.
    #[serde(default)]
    pub(super) model: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// Reads an answer.
///
/// # Errors
/// [`Kind::Malformed`] when it is none.
pub(super) fn read(body: &[u8]) -> Result<Answer, Error> {
    serde_json::from_slice(body).map_err(|error| {
        let start: String = String::from_utf8_lossy(&body[..body.len().min(120)])
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        Error::new(Kind::Malformed, format!("the response has no embeddings: {error}; it starts `{start}`"))
    })
}

impl Answer {
    /// The vectors in the order of the `texts` texts that were sent. `dimension` is how many numbers each must have, if that
    /// is known.
    ///
    /// # Errors
    /// When a vector is missing, there twice or of another length, or is not made of finite numbers.
    pub(super) fn vectors(self, texts: usize, dimension: Option<usize>) -> Result<Vec<Vec<f32>>, EmbedError> {
        let wrong =
            |what: String| Err(EmbedError::permanent(format!("the server's answer cannot be used: {what}")));
        if self.data.len() != texts {
            return wrong(format!("it has {} vectors for {texts} texts", self.data.len()));
        }
        // Some servers give no index; what they give is in order.
        let in_order = self.data.iter().all(|entry| entry.index.is_none());
        let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts];
        let mut expected = dimension;
        for (number, entry) in self.data.into_iter().enumerate() {
            let Some(index) = entry.index.or(in_order.then_some(number)) else {
                return wrong(format!("vector {number} has no `index`, and others have one"));
            };
            let length = entry.embedding.len();
            let wanted = *expected.get_or_insert(length);
            if length != wanted || length == 0 {
                return wrong(format!(
                    "the vector of text {index} has {length} numbers where {wanted} were expected; is it the same model?"
                ));
            }
            if let Some(at) = entry.embedding.iter().position(|value| !value.is_finite()) {
                return wrong(format!(
                    "the vector of text {index} has {} at place {at}",
                    entry.embedding[at]
                ));
            }
            match vectors.get_mut(index) {
                Some(place @ None) => *place = Some(entry.embedding),
                Some(Some(_)) => return wrong(format!("it has two vectors with the index {index}")),
                None => return wrong(format!("it has the index {index}, and {texts} texts were sent")),
            }
        }
        // As many as there are places, and none twice: none is empty.
        Ok(vectors.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    fn vectors(body: &Value, texts: usize, dimension: Option<usize>) -> Result<Vec<Vec<f32>>, String> {
        read(body.to_string().as_bytes())
            .map_err(|error| error.context)?
            .vectors(texts, dimension)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn vectors_come_in_the_order_of_the_texts() {
        let swapped =
            json!({"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2.5]}]});
        assert_eq!(vectors(&swapped, 2, None).unwrap(), [[1.0, 2.5], [3.0, 4.0]]);
        let without = json!({"data": [{"embedding": [1]}, {"embedding": [2]}], "model": null});
        assert_eq!(vectors(&without, 2, Some(1)).unwrap(), [[1.0], [2.0]]);
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let one = |index: usize, embedding: Value| json!({"index": index, "embedding": embedding});
        let cases = [
            (json!({"data": [one(0, json!([1]))]}), "it has 1 vectors for 2 texts"),
            (json!({"data": [one(0, json!([1])), one(0, json!([1]))]}), "two vectors with the index 0"),
            (json!({"data": [one(0, json!([1])), one(9, json!([1]))]}), "index 9"),
            (json!({"data": [one(0, json!([1, 2])), one(1, json!([1]))]}), "text 1 has 1 numbers where 2"),
            (json!({"data": [one(0, json!([])), one(1, json!([]))]}), "text 0 has 0 numbers"),
            (json!({"data": [one(0, json!([1e39])), one(1, json!([1]))]}), "number out of range"),
            (json!({"data": [one(0, json!([1])), {"embedding": [1]}]}), "vector 1 has no `index`"),
            (json!({"data": [one(0, json!([null])), one(1, json!([1]))]}), "has no embeddings"),
            (json!({"data": [one(0, json!("AACAPw==")), one(1, json!([1]))]}), "has no embeddings"),
            (json!({"object": "list"}), "has no embeddings"),
            (json!([]), "has no embeddings"),
        ];
        for (body, part) in cases {
            let fault = vectors(&body, 2, None).unwrap_err();
            assert!(fault.contains(part), "{body}: {fault}");
        }
        let other = json!({"data": [one(0, json!([1, 2, 3]))]});
        assert!(vectors(&other, 1, Some(2)).unwrap_err().contains("has 3 numbers where 2 were expected"));
        assert!(read(b"{\"data\": [{\"index\": 0, \"embedding\": [NaN]}]}").is_err());
    }
}
