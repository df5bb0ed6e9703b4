use ragstill_teacher::extractive::PreviewInput;
use serde_json::{Map, Value, json};

use super::descriptions::descriptions;
use super::{VAGUE, backward, identifier, question, superset};

const BAIKAL: &str = "# Lake Baikal: oxygen at 1,600 metres\n\nLake Baikal in Siberia is the deepest lake of the earth. \
    It reaches a depth of 1,642 m, is 636 km long and holds one fifth of all unfrozen fresh water. It fills a rift that is \
    some 25 million years old. In spite of its depth its water contains oxygen down to the bottom.";

fn asked(preview: fn(&PreviewInput<'_>) -> String, variables: Value) -> String {
    let variables: Map<String, Value> = variables.as_object().cloned().unwrap();
    preview(&PreviewInput { variables: &variables, sample: 0 })
}

fn phrases(text: &str) -> Vec<(String, String)> {
    descriptions(text).into_iter().map(|found| (found.subject, found.phrase)).collect()
}

#[test]
fn what_a_text_says_can_stand_for_a_name() {
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(
        phrases(BAIKAL),
        own(&[
            ("Lake Baikal", "the deepest lake of the earth"),
            ("Lake Baikal", "the lake that reaches a depth of 1,642 m"),
            ("Lake Baikal", "the lake that fills a rift that is some 25 million years old"),
        ])
    );
    assert_eq!(
        phrases(
            "The Silver Bridge carried a highway over the Ohio River. It had been built in 1928 as a chain bridge."
        ),
        own(&[
            ("Silver Bridge", "the bridge that carried a highway over the Ohio River"),
            ("Silver Bridge", "the bridge that had been built in 1928 as a chain bridge"),
        ])
    );
    assert_eq!(phrases("贝加尔湖是世界上最深的湖。它是一座湖。"), own(&[("贝加尔湖", "世界上最深的湖")]));
    assert_eq!(
        phrases("Der Baikalsee ist der tiefste See der Erde. Er ist alt."),
        own(&[("Baikalsee", "der tiefste See der Erde")])
    );
    for nothing in [
        "",
        "It is the end.",
        "One of them is the best.",
        "Why is it so?",
        "This lake is the deepest lake.",
        "一二三。",
    ] {
        assert!(phrases(nothing).is_empty(), "{nothing}: {:?}", phrases(nothing));
    }
}

#[test]
fn two_rounds_over_a_text() {
    let first = "Lake Baikal is how many km long?";
    let step = |identifier: &str, replaced: Value, question: &str| {
        asked(
            backward,
            json!({"identifier": identifier, "replaced": replaced, "question": question, "answer": "636", "text": BAIKAL}),
        )
    };
    let one = step("Lake Baikal", json!([]), first);
    assert!(one.contains(r#""identifier":"the deepest lake of the earth""#), "{one}");
    let made = asked(
        question,
        json!({"question": first, "identifier": "Lake Baikal", "superset": "the deepest lake of the earth"}),
    );
    let second = "The deepest lake of the earth is how many km long?";
    assert_eq!(made, json!({"new_query": second}).to_string());
    let two = step("the deepest lake of the earth", json!(["Lake Baikal"]), second);
    assert!(two.contains(r#""identifier":"the lake that reaches a depth of 1,642 m""#), "{two}");
    let made = asked(
        question,
        json!({"question": second, "identifier": "the deepest lake of the earth", "superset": "the lake that reaches a depth of 1,642 m"}),
    );
    assert_eq!(
        made,
        json!({"new_query": "The lake that reaches a depth of 1,642 m is how many km long?"}).to_string()
    );
}

#[test]
fn names_go_with_their_articles_and_headings_are_understood() {
    let made = |question_text: &str, name: &str, superset: &str| {
        asked(question, json!({"question": question_text, "identifier": name, "superset": superset}))
    };
    assert_eq!(
        made(
            "Regarding the Silver Bridge: the Silver Bridge fell in which year?",
            "The collapse of the Silver Bridge",
            "the bridge over the Ohio"
        ),
        json!({"new_query": "Regarding the bridge over the Ohio: it fell in which year?"}).to_string()
    );
    assert_eq!(
        made("贝加尔湖有多深？", "贝加尔湖", "世界上最深的湖"),
        json!({"new_query": "世界上最深的湖有多深？"}).to_string()
    );
    assert_eq!(
        made("Der Baikalsee ist wie tief?", "Baikalsee", "der tiefste See der Erde"),
        json!({"new_query": "Der tiefste See der Erde ist wie tief?"}).to_string()
    );
    // What cannot be said rightly is not said.
    assert!(!made("What is Lake Baikal's depth?", "Lake Baikal", "the deepest lake").contains('{'));
    assert!(!made("How deep is it?", "Lake Baikal", "the deepest lake").contains('{'));
    assert!(
        !made("Regarding Lake Baikal: Baikal is how deep?", "Lake Baikal", "the deepest lake").contains('{')
    );
}

#[test]
fn answers_are_not_given_away_and_texts_without_more_end_the_rounds() {
    let step = |answer: &str, text: &str| {
        let name = "Lake Baikal";
        asked(
            backward,
            json!({"identifier": name, "replaced": [], "question": "How long is Lake Baikal?", "answer": answer, "text": text}),
        )
    };
    assert!(step("deepest lake", BAIKAL).contains("reaches a depth"));
    for text in ["", "Lake Baikal is old.", "Lake Placid is the coldest lake of the county."] {
        assert!(step("636", text).contains(VAGUE), "{text}");
    }
    // What is left of a name would give it away.
    let half = json!({"identifier": "Lake Baikal", "replaced": [], "question": "Regarding Lake Baikal: Baikal is how long?", "answer": "636", "text": BAIKAL});
    assert!(asked(backward, half).contains(VAGUE));
    assert!(asked(superset, json!({"superset": VAGUE, "text": VAGUE})).contains(r#""invalid""#));
}

#[test]
fn names_and_sets_are_found_in_what_is_given() {
    let name = |question: &str| asked(identifier, json!({"question": question}));
    assert_eq!(
        name("How deep is Lake Baikal in winter?"),
        json!({"content_identifier": "Lake Baikal"}).to_string()
    );
    assert_eq!(name("how deep is it?"), json!({"content_identifier": "deep"}).to_string());
    assert_eq!(name(""), json!({"content_identifier": ""}).to_string());
    let valid = |set: &str| asked(superset, json!({"superset": set, "text": BAIKAL}));
    assert!(valid("the deepest lake of the earth").contains(r#""valid""#));
    assert!(valid("the lakes of Canada").contains(r#""invalid""#));
}
