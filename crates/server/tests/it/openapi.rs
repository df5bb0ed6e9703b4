//! The description itself: it is what the server gives, complete, and its examples are true.

use serde_json::{Value, json};

use crate::support::{Description, Served, fits, lakes};

#[tokio::test]
async fn the_server_gives_its_description() {
    let served = Served::of(lakes()).await;
    let given = served.get("/openapi.json").await.with(200);
    assert_eq!(given, Description::built_in().0);
    assert_eq!(given["openapi"], "3.1.0");
}

#[tokio::test]
async fn every_route_is_described_and_every_description_a_route() {
    let served = Served::of(lakes()).await;
    let paths = served.description.0["paths"].as_object().unwrap();
    let described: Vec<_> = paths.keys().map(String::as_str).collect();
    assert_eq!(
        described,
        [
            "/search",
            "/batch_search",
            "/retrieve",
            "/v1/answer",
            "/generate",
            "/health",
            "/openapi.json",
            "/metrics"
        ]
    );
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let url = format!("{}{path}", served.url);
            let request = if method == "get" { served.client.get(url) } else { served.client.post(url) };
            let status = request.send().await.unwrap().status();
            assert!(status != 404 && status != 405, "{method} {path}: {status}");
        }
        // And by no other method.
        let other = if operations.get("get").is_some() {
            served.post(path, &json!({})).await
        } else {
            served.get(path).await
        };
        assert_eq!(other.status, 405, "{path}");
    }
}

#[test]
fn examples_and_references_are_good() {
    let description = Description::built_in();
    let mut examples = 0;
    walk(&description, &description.0, &mut examples);
    assert!(examples >= 9, "{examples}");
}

/// Resolves every reference, and checks every example against its schema.
fn walk(description: &Description, value: &Value, examples: &mut usize) {
    match value {
        Value::Object(object) => {
            description.resolve(value);
            if let (Some(example), Some(schema)) = (object.get("example"), object.get("schema")) {
                fits(description, schema, example).unwrap();
                *examples += 1;
            }
            object.values().for_each(|value| walk(description, value, examples));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(description, value, examples)),
        _ => {}
    }
}

#[test]
fn the_limits_it_names_are_the_defaults() {
    let description = Description::built_in();
    let schemas = &description.0["components"]["schemas"];
    let config = ragstill_server::ServerConfig::default();
    let search = &schemas["SearchRequest"]["properties"];
    assert_eq!(search["query"]["maxLength"], config.max_query_chars);
    assert_eq!(search["top_n"]["maximum"], config.max_top_n);
    assert_eq!(schemas["RetrieveRequest"]["properties"]["queries"]["maxItems"], config.max_queries);
    assert_eq!(schemas["BatchSearchRequest"]["properties"]["query"]["maxItems"], config.max_queries);
}
