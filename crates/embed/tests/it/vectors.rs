//! What a model from a folder makes of texts.

use ragstill_retrieve::Side;
use serde_json::json;

use crate::model::{Model, SIZES, Sizes, WORDS, safetensors};
use crate::reference::{encode, mean, unit};

/// The tokens of a text of known words.
fn tokens(text: &str) -> Vec<usize> {
    let of = |word: &str| WORDS.iter().position(|known| *known == word).map_or(1, |at| at + 4);
    [2].into_iter().chain(text.split_whitespace().map(of)).chain([3]).collect()
}

fn assert_near(found: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() < tolerance, "{found} and {expected}");
    }
}

const LONG: &str = "the lake mix ##es in spring . cold water in the lake . spring water mix ##es cold . the the the lake in \
                    cold spring water . in the lake cold mix . water water the spring lake cold cold . the end of it , cold";

#[test]
fn vectors_are_those_of_the_reference() {
    // Sizes that fill no vector of the processor, and some that do.
    for sizes in [SIZES, Sizes { hidden: 64, intermediate: 96, layers: 3, heads: 2, positions: 100 }] {
        let model = Model::random(sizes);
        let embedder = model.open(json!({})).unwrap();
        assert_eq!(embedder.dimension(), sizes.hidden);
        let long = LONG.replace(" ##es", "");
        let texts = ["the lake", &long, "", "cold water .", "unknown"];
        let vectors = embedder.embed(&texts, Side::Passage).unwrap();
        for (text, vector) in texts.iter().zip(vectors.chunks(sizes.hidden)) {
            let expected = unit(&mean(&encode(&model, &tokens(text), 0)));
            assert_near(vector, &expected, 5e-6);
        }
        let mixes = embedder.embed(&["the lake mixes"], Side::Query).unwrap();
        let expected = unit(&mean(&encode(&model, &tokens("the lake mix ##es"), 0)));
        assert_near(&mixes, &expected, 5e-6);
    }
}

#[test]
fn a_long_text_is_that_of_the_reference() {
    let model = Model::random(SIZES);
    let embedder = model.open(json!({"normalize": false})).unwrap();
    let text = LONG.replace(" ##es", "");
    let found = embedder.embed(&[&text], Side::Passage).unwrap();
    assert_near(&found, &mean(&encode(&model, &tokens(&text), 0)), 5e-6);
}

#[test]
fn a_text_has_the_same_vector_in_every_company() {
    let model = Model::random(SIZES);
    let embedder = model.open(json!({})).unwrap();
    let texts: Vec<String> =
        (0..300).map(|n| LONG.split(' ').take(1 + n % 50).collect::<Vec<_>>().join(" ")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = embedder.embed(&texts, Side::Passage).unwrap();
    for (text, vector) in texts.iter().zip(together.chunks(SIZES.hidden)) {
        assert_eq!(embedder.embed(&[text], Side::Passage).unwrap(), vector);
    }
    let few = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(few.install(|| embedder.embed(&texts, Side::Passage).unwrap()), together);
    assert!(embedder.embed(&[], Side::Query).unwrap().is_empty());
}

#[test]
fn pooling_and_length_are_as_the_folder_says() {
    let model = Model::random(SIZES);
    let rows = encode(&model, &tokens("cold water ."), 0);
    let vector = |options| model.open(options).unwrap().embed(&["cold water ."], Side::Query).unwrap();

    model.sentence_transformers(
        &json!({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}),
        false,
    );
    assert_near(&vector(json!({})), &rows[0], 5e-6);
    assert_near(&vector(json!({"pooling": "mean", "normalize": true})), &unit(&mean(&rows)), 2e-6);
    // As newer versions write it.
    model.sentence_transformers(
        &json!({"embedding_dimension": 24, "pooling_mode": "mean", "include_prompt": true}),
        true,
    );
    assert_near(&vector(json!({})), &unit(&mean(&rows)), 2e-6);
    model.sentence_transformers(&json!({"pooling_mode_max_tokens": true}), false);
    let largest: Vec<f64> = (0..24).map(|i| rows.iter().map(|row| row[i]).fold(f64::MIN, f64::max)).collect();
    assert_near(&vector(json!({})), &largest, 5e-6);
}

#[test]
fn prefixes_come_from_options_prompts_or_the_family() {
    let mut model = Model::random(SIZES);
    let expected = |model: &Model, text: &str| unit(&mean(&encode(model, &tokens(text), 0)));
    let check = |model: &Model, options, query: &str, passage: &str| {
        let embedder = model.open(options).unwrap();
        assert_near(&embedder.embed(&["lake"], Side::Query).unwrap(), &expected(model, query), 2e-6);
        assert_near(&embedder.embed(&["lake"], Side::Passage).unwrap(), &expected(model, passage), 2e-6);
    };
    check(&model, json!({}), "lake", "lake");
    model.config["_name_or_path"] = json!("intfloat/e5-small-v2");
    model.write();
    check(&model, json!({}), "query : lake", "passage : lake");
    check(&model, json!({"query_prefix": "cold ", "passage_prefix": ""}), "cold lake", "lake");
    let prompts = json!({"prompts": {"query": "spring ", "document": "water "}, "default_prompt_name": null});
    model.put("config_sentence_transformers.json", &prompts);
    check(&model, json!({}), "spring lake", "water lake");
    let unsaid = json!({"prompts": {"query": "", "document": ""}});
    model.put("config_sentence_transformers.json", &unsaid);
    check(&model, json!({}), "query : lake", "passage : lake");
}

#[test]
fn texts_are_cut_where_the_folder_says() {
    let model = Model::random(SIZES);
    let text = "the lake in spring . cold water";
    let vector = |options| model.open(options).unwrap().embed(&[text], Side::Query).unwrap();
    let of = |text: &str| unit(&mean(&encode(&model, &tokens(text), 0)));
    // The tokenizer's own limit of 4 and its padding are not what the model was trained with.
    assert_near(&vector(json!({})), &of(text), 2e-6);
    assert_near(&vector(json!({"max_tokens": 5})), &of("the lake in"), 2e-6);
    model.put("tokenizer_config.json", &json!({"model_max_length": 1e30}));
    assert_near(&vector(json!({})), &of(text), 2e-6);
    model.put("tokenizer_config.json", &json!({"model_max_length": 7}));
    assert_near(&vector(json!({})), &of("the lake in spring ."), 2e-6);
    model.put("sentence_bert_config.json", &json!({"max_seq_length": 4, "do_lower_case": false}));
    assert_near(&vector(json!({})), &of("the lake"), 2e-6);
    let long = "lake ".repeat(5000);
    let embedder = model.open(json!({"max_tokens": 80})).unwrap();
    let whole = embedder.embed(&[&long], Side::Query).unwrap();
    assert_near(&whole, &of("lake ".repeat(78).trim()), 2e-6);
}

#[test]
fn roberta_counts_positions_from_after_the_padding() {
    let mut model = Model::random(SIZES);
    model.config["model_type"] = json!("xlm-roberta");
    model.config["pad_token_id"] = json!(1);
    // As models with a head have it.
    let renamed =
        model.tensors.iter().map(|(name, tensor)| (format!("roberta.{name}"), tensor.clone())).collect();
    let plain = std::mem::replace(&mut model.tensors, renamed);
    model.write();
    model.tensors = plain;
    let found = model.open(json!({})).unwrap().embed(&["cold water"], Side::Query).unwrap();
    assert_near(&found, &unit(&mean(&encode(&model, &tokens("cold water"), 2))), 2e-6);
}

#[test]
fn numbers_of_two_bytes() {
    let model = Model::random(SIZES);
    let exact = model.open(json!({})).unwrap().embed(&["cold water"], Side::Query).unwrap();
    for (dtype, tolerance) in [("F16", 0.01), ("BF16", 0.05)] {
        std::fs::write(model.path().join("model.safetensors"), safetensors(&model.tensors, dtype)).unwrap();
        let found = model.open(json!({})).unwrap().embed(&["cold water"], Side::Query).unwrap();
        let exact: Vec<f64> = exact.iter().map(|&x| f64::from(x)).collect();
        assert_near(&found, &exact, tolerance);
    }
}

#[test]
fn a_name_is_that_of_what_vectors_depend_on() {
    let mut model = Model::random(SIZES);
    let name = |model: &Model, options| model.open(options).unwrap().name().to_owned();
    let first = name(&model, json!({}));
    assert!(first.starts_with("BertModel-2x24@"), "{first}");
    assert_eq!(name(&Model::random(SIZES), json!({})), first, "another folder is the same model");
    assert_ne!(name(&model, json!({"query_prefix": "x "})), first);
    assert_ne!(name(&model, json!({"pooling": "cls"})), first);
    assert_ne!(name(&model, json!({"max_tokens": 9})), first);
    model.tensors.get_mut("encoder.layer.1.output.dense.bias").unwrap().1[3] += 1.0;
    model.write();
    assert_ne!(name(&model, json!({})), first);
}
