//! Folders that are not as they should be.

use std::fs;

use serde_json::{Value, json};

use crate::model::{Model, SIZES, safetensors};

/// What is said of a model after something was done to its folder.
fn said(spoil: impl FnOnce(&mut Model)) -> String {
    let mut model = Model::random(SIZES);
    spoil(&mut model);
    model.open(json!({})).expect_err("the folder was spoilt")
}

fn assert_says(fault: &str, parts: &[&str]) {
    for part in parts {
        assert!(fault.contains(part), "`{part}` is not in: {fault}");
    }
}

#[test]
fn missing_files_are_named() {
    for (name, part) in [
        ("config.json", "what kind of model"),
        ("tokenizer.json", "how texts become tokens"),
        ("model.safetensors", "the model's numbers"),
    ] {
        let fault = said(|model| fs::remove_file(model.path().join(name)).unwrap());
        assert_says(&fault, &[name, "there is no such file", part]);
    }
    for (other, part) in
        [("pytorch_model.bin", "save the model anew"), ("model.safetensors.index.json", "in several files")]
    {
        let fault = said(|model| {
            fs::rename(model.path().join("model.safetensors"), model.path().join(other)).unwrap()
        });
        assert_says(&fault, &["model.safetensors: there is no such file", part]);
    }
}

#[test]
fn other_architectures_are_refused() {
    let with = |changes: &[(&str, Value)]| {
        said(|model| {
            for (key, value) in changes {
                model.config[*key] = value.clone();
            }
            model.write();
        })
    };
    let fault = with(&[("model_type", json!("nomic_bert")), ("architectures", json!(["NomicBertModel"]))]);
    assert_says(&fault, &["config.json", "`nomic_bert` (NomicBertModel)", "its address"]);
    assert_says(&with(&[("position_embedding_type", json!("relative_key"))]), &["`relative_key`"]);
    assert_says(&with(&[("hidden_act", json!("mish"))]), &["`mish`"]);
    assert_says(&with(&[("is_decoder", json!(true))]), &["decoder"]);
    assert_says(&with(&[("num_attention_heads", json!(5))]), &["`hidden_size` 24", "5 heads"]);
    assert_says(&with(&[("num_attention_heads", json!(0))]), &["`num_attention_heads` is 0"]);
    assert_says(&with(&[("hidden_size", json!(u64::from(u32::MAX)))]), &["`hidden_size` is 4294967295"]);
    assert_says(&with(&[("max_position_embeddings", json!(2))]), &["`max_position_embeddings` is 2"]);
    assert_says(&with(&[("hidden_size", json!("x"))]), &["config.json", "invalid type"]);
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let fault = said(|model| {
        model.config["intermediate_size"] = json!(48);
        model.write();
    });
    assert_says(
        &fault,
        &["model.safetensors", "`encoder.layer.0.intermediate.dense.weight`", "[40, 24]", "[48, 24]"],
    );
    let fault = said(|model| {
        model.tensors.remove("encoder.layer.1.attention.self.key.bias");
        model.write();
    });
    assert_says(&fault, &["no tensor `encoder.layer.1.attention.self.key.bias`"]);
    let fault = said(|model| {
        model.tensors.get_mut("embeddings.LayerNorm.bias").unwrap().1[2] = f32::NAN;
        model.write();
    });
    assert_says(&fault, &["`embeddings.LayerNorm.bias`", "NaN at place 2"]);
    let fault = said(|model| {
        fs::write(model.path().join("model.safetensors"), safetensors(&model.tensors, "I32")).unwrap();
    });
    assert_says(&fault, &["`embeddings.word_embeddings.weight`", "type I32"]);
}

#[test]
fn damaged_files_of_tensors() {
    let path = |model: &Model| model.path().join("model.safetensors");
    let cut = |bytes: usize| {
        said(|model| {
            let mut whole = fs::read(path(model)).unwrap();
            whole.truncate(bytes);
            fs::write(path(model), whole).unwrap();
        })
    };
    let whole = fs::read(path(&Model::random(SIZES))).unwrap().len();
    assert_says(&cut(whole - 4), &["model.safetensors: tensor `", "ends 4 bytes after the end of the file"]);
    assert_says(&cut(5), &["not a whole safetensors file", "5 bytes"]);
    assert_says(&cut(100), &["its header should have"]);
    assert_says(&cut(0), &["0 bytes"]);
    let written = |content: Vec<u8>| said(|model| fs::write(path(model), content).unwrap());
    assert_says(&written(b"<!doctype html><html>not found</html>".to_vec()), &["header"]);
    let header =
        |header: &str| written([&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 64]].concat());
    assert_says(&header("{\"a\": 1}"), &["the header's entry for tensor `a`"]);
    let word = "embeddings.word_embeddings.weight";
    let entry = |shape: &str, offsets: &str| {
        header(&format!(
            "{{\"{word}\": {{\"dtype\": \"F32\", \"shape\": {shape}, \"data_offsets\": {offsets}}}}}"
        ))
    };
    assert_says(&entry("[16, 24]", "[0, 8]"), &[word, "another length"]);
    assert_says(&entry("[16, 24]", "[8, 0]"), &[word, "another length"]);
    assert_says(
        &entry("[16, 24]", "[18446744073709550080, 18446744073709551615]"),
        &[word, "another length"],
    );
    assert_says(
        &entry("[16, 24]", "[18446744073709550000, 18446744073709551536]"),
        &[word, "after the end of the file"],
    );
    assert_says(&entry("[-1, 24]", "[0, 8]"), &[word, "cannot be read"]);
}

#[test]
fn tokenizers_that_do_not_fit() {
    let fault = said(|model| {
        model.config["vocab_size"] = json!(10);
        let (shape, numbers) = model.tensors.get_mut("embeddings.word_embeddings.weight").unwrap();
        shape[0] = 10;
        numbers.truncate(240);
        model.write();
    });
    assert_says(&fault, &["tokenizer.json", "token 15", "10 rows", "another model"]);
    let fault = said(|model| fs::write(model.path().join("tokenizer.json"), "{}").unwrap());
    assert_says(&fault, &["tokenizer.json", "no tokenizer that can be read"]);
    let fault = said(|model| {
        let path = model.path().join("tokenizer.json");
        let mut tokenizer: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let tokens = tokenizer["post_processor"]["special_tokens"].as_object_mut().unwrap();
        assert!(tokens.remove("[CLS]").is_some());
        fs::write(&path, tokenizer.to_string()).unwrap();
    });
    assert_says(&fault, &["tokenizer.json", "it cannot be used", "do not fit together"]);
}

#[test]
fn folders_of_sentence_transformers_that_cannot_be_used() {
    let module = |kind: &str, path: &str| json!({"path": path, "type": format!("sentence_transformers.models.{kind}")});
    let modules = |modules: Value| said(|model| model.put("modules.json", &modules));
    let (transformer, pooling) = (module("Transformer", ""), module("Pooling", "1_Pooling"));
    assert_says(&modules(json!([transformer, pooling])), &["1_Pooling/config.json", "there is no such file"]);
    assert_says(&modules(json!([module("CLIPModel", "")])), &["modules.json", "CLIPModel"]);
    assert_says(&modules(json!([module("Transformer", "../x")])), &["modules.json", "`../x`"]);
    let fault = said(|model| {
        model.sentence_transformers(&json!({"pooling_mode_lasttoken": true}), false);
    });
    assert_says(&fault, &["1_Pooling/config.json", "lasttoken"]);
    let fault = said(|model| {
        model.sentence_transformers(
            &json!({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}),
            false,
        );
    });
    assert_says(&fault, &["mean and cls"]);
    let dense = said(|model| {
        model.sentence_transformers(&json!({"pooling_mode_mean_tokens": true}), false);
        model.put("modules.json", &json!([transformer, pooling, module("Dense", "2_Dense")]));
    });
    assert_says(&dense, &["module 2 is", "Dense"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// A file with some bytes other than they were is refused, or read; nothing else happens.
    #[test]
    fn spoilt_bytes_do_no_harm(file in 0..3_usize, bytes in proptest::collection::vec((0.0..1.0, proptest::prelude::any::<u8>()), 1..4)) {
        let model = Model::random(SIZES);
        let path = model.path().join(["config.json", "tokenizer.json", "model.safetensors"][file]);
        let mut content = fs::read(&path).unwrap();
        // Of the tensors' file the header is what is read with care.
        let end = if file == 2 { 3000 } else { content.len() };
        for (at, byte) in bytes {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
            let at = (at * end as f64) as usize;
            content[at] = byte;
        }
        fs::write(&path, content).unwrap();
        if let Ok(embedder) = model.open(json!({})) {
            let _ = embedder.embed(&["the cold lake", ""], ragstill_retrieve::Side::Query);
        }
    }
}

#[test]
fn options_that_do_not_fit() {
    let model = Model::random(SIZES);
    let fault = model.open(json!({"max_tokens": 81})).unwrap_err();
    assert_says(&fault, &["max_tokens: 81", "which is 80"]);
    assert_says(&model.open(json!({"max_tokens": 2})).unwrap_err(), &["max_tokens: must be at least 3"]);
}
