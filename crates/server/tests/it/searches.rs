//! `/search`, `/batch_search`, `/retrieve`, `/health` and what they refuse.

use serde_json::{Value, json};

use crate::support::{Broken, Served, collection, lakes};

fn ids(documents: &Value) -> Vec<&str> {
    documents.as_array().unwrap().iter().map(|document| document["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn search_gives_documents_and_with_scores_a_pair() {
    let served = Served::of(lakes()).await;
    let found = served.post("/search", &json!({"query": "lake", "top_n": 2, "return_score": false})).await;
    let found = found.with(200);
    assert_eq!(ids(&found), ["d", "a"]);
    assert_eq!(found[1], json!({"id": "a", "contents": "A dimictic lake mixes twice a year."}));
    let pair = served.post("/search", &json!({"query": "lake", "top_n": 2, "return_score": true})).await;
    let pair = pair.with(200);
    assert_eq!(pair[0], found);
    let scores: Vec<_> = pair[1].as_array().unwrap().iter().map(|score| score.as_f64().unwrap()).collect();
    let expected = lakes().retriever().search("lake", 2, &|_| false).unwrap();
    assert_eq!(scores.len(), 2);
    for (score, hit) in scores.iter().zip(expected) {
        assert_eq!(*score as f32, hit.score);
    }
    // Quotes are escaped, and a query that nothing fits finds nothing.
    let quoted = served.post("/search", &json!({"query": "Constance"})).await.with(200);
    assert!(quoted[0]["contents"].as_str().unwrap().contains("\"48\""));
    assert_eq!(served.post("/search", &json!({"query": "zzz"})).await.with(200), json!([]));
    let none = served.post("/search", &json!({"query": "zzz", "return_score": true})).await;
    assert_eq!(none.with(200), json!([[], []]));
}

#[tokio::test]
async fn ten_are_found_unless_more_are_asked_for() {
    let texts: Vec<_> = (0..30).map(|number| (number.to_string(), format!("word {number}"))).collect();
    let texts: Vec<_> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let served = Served::of(collection(&texts)).await;
    let count = async |path: &str, body: Value| {
        let found = served.post(path, &body).await.with(200);
        let list = if path == "/retrieve" { &found["result"][0] } else { &found };
        list.as_array().unwrap().len()
    };
    assert_eq!(count("/search", json!({"query": "word"})).await, 10);
    assert_eq!(count("/search", json!({"query": "word", "top_n": 25})).await, 25);
    // As pydantic: a number in a text, and one without a fraction, are numbers; fields that nobody knows are left alone.
    assert_eq!(count("/search", json!({"query": "word", "top_n": "12", "x": 1})).await, 12);
    assert_eq!(count("/search", json!({"query": "word", "top_n": 12.0})).await, 12);
    assert_eq!(count("/retrieve", json!({"queries": ["word"]})).await, 3);
    assert_eq!(count("/retrieve", json!({"queries": ["word"], "topk": null})).await, 3);
    assert_eq!(count("/retrieve", json!({"queries": ["word"], "topk": 0})).await, 3);
    assert_eq!(count("/retrieve", json!({"queries": ["word"], "topk": 5})).await, 5);
}

#[tokio::test]
async fn batch_search_gives_lists_in_the_order_of_the_queries() {
    let served = Served::of(lakes()).await;
    let body = json!({"query": ["steel", "zzz", "lake"], "top_n": 2});
    let found = served.post("/batch_search", &body).await.with(200);
    let lists: Vec<_> = found.as_array().unwrap().iter().map(ids).collect();
    assert_eq!(lists, [vec!["c"], vec![], vec!["d", "a"]]);
    let body = json!({"query": ["steel", "zzz", "lake"], "top_n": 2, "return_score": true});
    let pair = served.post("/batch_search", &body).await.with(200);
    assert_eq!(pair[0], found);
    let lengths: Vec<_> =
        pair[1].as_array().unwrap().iter().map(|scores| scores.as_array().unwrap().len()).collect();
    assert_eq!(lengths, [1, 0, 2]);
    assert_eq!(served.post("/batch_search", &json!({"query": []})).await.with(200), json!([]));
    let pair = served.post("/batch_search", &json!({"query": [], "return_score": true})).await;
    assert_eq!(pair.with(200), json!([[], []]));
}

#[tokio::test]
async fn many_queries_are_answered_as_each_by_itself() {
    let text = |number| format!("w{} w{} w{}", number, number % 7, number % 13);
    let texts: Vec<_> = (0..200).map(|number| (format!("p{number}"), text(number))).collect();
    let texts: Vec<_> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let served = Served::of(collection(&texts)).await;
    // More than several pieces, the last of them not full.
    let queries: Vec<_> = (0..165).map(|number| format!("w{} w{}", number, number % 5)).collect();
    let body = json!({"query": queries, "top_n": 5, "return_score": true});
    let together = served.post("/batch_search", &body).await.with(200);
    for (at, query) in queries.iter().enumerate() {
        let alone = served.post("/search", &json!({"query": query, "top_n": 5, "return_score": true})).await;
        assert_eq!(alone.with(200), json!([together[0][at], together[1][at]]), "{query}");
    }
    served.until("ragstill_searches_total", 330.0).await;
}

#[tokio::test]
async fn retrieve_gives_scored_documents_or_bare_ones() {
    let served = Served::of(lakes()).await;
    let body = json!({"queries": ["lake", "steel"], "topk": 1, "return_scores": true});
    let scored = served.post("/retrieve", &body).await.with(200);
    assert_eq!(scored["result"][0][0]["document"]["id"], "d");
    assert!(scored["result"][1][0]["score"].as_f64().unwrap() > 0.0);
    let bare = served.post("/retrieve", &json!({"queries": ["lake", "steel"], "topk": 1})).await.with(200);
    assert_eq!(bare["result"][0][0], scored["result"][0][0]["document"]);
    // What a model writes in training: nothing between its tags, and steps in which nobody searches.
    let body = json!({"queries": ["", "steel", " "], "topk": 1, "return_scores": true});
    let some = served.post("/retrieve", &body).await.with(200);
    assert_eq!((&some["result"][0], &some["result"][2]), (&json!([]), &json!([])));
    assert_eq!(some["result"][1][0]["document"]["id"], "c");
    let none = served.post("/retrieve", &json!({"queries": [], "topk": 3, "return_scores": true})).await;
    assert_eq!(none.with(200), json!({"result": []}));
}

#[tokio::test]
async fn blank_queries_are_refused() {
    let served = Served::of(lakes()).await;
    for query in ["", "  ", "\n\t\u{3000}"] {
        let detail = served.post("/search", &json!({"query": query})).await.refused(400);
        assert_eq!(detail, "Query content cannot be empty");
    }
    let detail = served.post("/batch_search", &json!({"query": ["lake", " "]})).await.refused(400);
    assert!(detail.contains("number 1"), "{detail}");
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_told_all_at_once() {
    let served = Served::of(lakes()).await;
    let faults = async |path: &str, body: &str| -> Vec<(String, Value)> {
        let detail = served.post_text(path, body.to_owned()).await.with(422)["detail"].clone();
        let of = |fault: &Value| (fault["type"].as_str().unwrap().to_owned(), fault["loc"].clone());
        detail.as_array().unwrap().iter().map(of).collect()
    };
    let fault = |kind: &str, place: Value| (kind.to_owned(), place);
    assert_eq!(faults("/search", "{}").await, [fault("missing", json!(["body", "query"]))]);
    assert_eq!(faults("/search", "{\"query\": ").await[0].0, "json_invalid");
    assert_eq!(faults("/search", "").await[0].0, "json_invalid");
    assert_eq!(faults("/search", "[1]").await[0].0, "model_attributes_type");
    assert_eq!(faults("/search", "\u{feff}{}").await[0].0, "json_invalid");
    assert_eq!(
        faults("/search", r#"{"query": 1, "top_n": -1, "return_score": "perhaps"}"#).await,
        [
            fault("string_type", json!(["body", "query"])),
            fault("greater_than_equal", json!(["body", "top_n"])),
            fault("bool_parsing", json!(["body", "return_score"])),
        ]
    );
    for (top_n, kind) in [
        ("1.5", "int_from_float"),
        ("\"x\"", "int_parsing"),
        ("null", "int_type"),
        ("[]", "int_type"),
        ("1e300", "less_than_equal"),
        ("0", "greater_than_equal"),
        ("99999999999999999999999", "less_than_equal"),
    ] {
        let found = faults("/search", &format!("{{\"query\": \"lake\", \"top_n\": {top_n}}}")).await;
        assert_eq!(found, [fault(kind, json!(["body", "top_n"]))], "{top_n}");
    }
    assert_eq!(
        faults("/batch_search", r#"{"query": ["a", 2, null]}"#).await,
        [
            fault("string_type", json!(["body", "query", 1])),
            fault("string_type", json!(["body", "query", 2])),
        ]
    );
    assert_eq!(faults("/batch_search", r#"{"query": "a"}"#).await[0].0, "list_type");
    assert_eq!(faults("/retrieve", r#"{"query": ["a"]}"#).await[0].0, "missing");
    // Deeper than anything reads.
    assert_eq!(faults("/search", &"[".repeat(100_000)).await[0].0, "json_invalid");
}

#[tokio::test]
async fn what_is_not_there_is_said_as_fastapi_says_it() {
    let served = Served::of(lakes()).await;
    assert_eq!(served.get("/").await.with(404), json!({"detail": "Not Found"}));
    assert_eq!(served.get("/search").await.with(405), json!({"detail": "Method Not Allowed"}));
    assert_eq!(served.post("/health", &json!({})).await.with(405), json!({"detail": "Method Not Allowed"}));
}

#[tokio::test]
async fn health_says_how_many_could_search() {
    let served = Served::of(lakes()).await;
    let health = served.get("/health").await.with(200);
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["retrievers"]["total"], health["retrievers"]["available"]);
    assert!(health["retrievers"]["total"].as_u64().unwrap() >= 1);
}

#[tokio::test]
async fn a_retriever_that_fails_is_told_and_does_not_end_the_server() {
    let served = Served::of(Broken::collection()).await;
    let search = async |query: &str| served.post("/search", &json!({"query": query})).await;
    let busy = search("temporary").await;
    assert_eq!(busy.refused(503), "the embedding server is busy");
    assert_eq!(busy.headers["retry-after"], "1");
    assert_eq!(search("permanent").await.refused(500), "no such model");
    assert!(search("beyond").await.refused(500).contains("cannot be read"));
    for _ in 0..8 {
        assert_eq!(search("panic").await.refused(500), "Internal Server Error");
    }
    assert_eq!(search("well").await.with(200)[0]["id"], "a");
    let together = served.post("/batch_search", &json!({"query": ["well", "temporary"]})).await;
    assert_eq!(together.refused(503), "the embedding server is busy");
    served.until("ragstill_search_threads_busy", 0.0).await;
}
