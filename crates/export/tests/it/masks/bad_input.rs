//! Files and options that cannot be used say why.

use ragstill_export::{Encoder, ExportOptions, Fitter, Renderer};

use super::file;

fn refused(options: &ExportOptions) -> String {
    Renderer::new(options).unwrap_err().to_string()
}

#[test]
fn turn_formats() {
    let options = |format: &str| ExportOptions { user_format: format.to_owned(), ..ExportOptions::default() };
    for (format, wanted) in [
        ("{{ user", "user_format: "),
        ("no variable", "put `{{ user }}` where it belongs"),
        ("{{ user }}{{ assistant }}", "no variable `assistant`"),
        ("{{ user | nothing }}", "user_format: "),
        ("{% if user %}x{% endif %}", "does not write the text"),
    ] {
        let message = refused(&options(format));
        assert!(message.starts_with("user_format: ") && message.contains(wanted), "{message}");
    }
}

#[test]
fn chat_templates() {
    for (name, text, wanted) in [
        ("chat_template.jinja", "{% for m in messages %}", "does not compile"),
        ("chat_template.jinja", "Hello", "does not use `messages`"),
        ("tokenizer_config.json", "{\"model_max_length\": 1}", "chat_template.jinja"),
        (
            "tokenizer_config.json",
            "{\"chat_template\": [{\"name\": \"a\", \"template\": \"\"}, {\"name\": \"b\", \"template\": \"\"}]}",
            "(a, b)",
        ),
        ("tokenizer_config.json", "{", "is no JSON"),
        ("tokenizer_config.json", "[]", "no tokenizer_config.json"),
    ] {
        let (_folder, path) = file(name, text);
        let message = refused(&ExportOptions { chat_template: Some(path), ..ExportOptions::default() });
        assert!(message.starts_with("chat_template: ") && message.contains(wanted), "{message}");
    }
    let none = ExportOptions { chat_template: Some("/no/such/file".into()), ..ExportOptions::default() };
    assert!(refused(&none).contains("/no/such/file cannot be read"));
}

#[test]
fn tokenizers() {
    let vocab: serde_json::Map<_, _> = (0..200).map(|at| (format!("t{at}"), serde_json::json!(at))).collect();
    for (text, wanted) in [
        ("{\"tokenizer_class\": \"X\", \"bos_token\": \"<s>\"}", "is a tokenizer_config.json"),
        ("{\"model_type\": \"llama\"}", "is the config.json of a model"),
        (&serde_json::Value::from(vocab).to_string(), "is a vocabulary"),
        ("a b\nc d", "is no tokenizer"),
        // The library panics on this one.
        (
            "{\"version\": \"1.0\", \"decoder\": {\"type\": \"WordPiece\", \"prefix\": \"\\ud800\"}}",
            "is no tokenizer (",
        ),
        (
            "{\"version\": \"1.0\", \"model\": {\"type\": \"Strange\"}}",
            "is a tokenizer.json that cannot be read",
        ),
    ] {
        let (_folder, path) = file("x.json", text);
        let message = Encoder::load(&path).unwrap_err().to_string();
        assert!(message.contains(wanted) && message.contains("give the model's tokenizer.json"), "{message}");
    }
    let (_folder, path) = file("tokenizer.model", "");
    std::fs::write(&path, b"\x0a\x0e\x0a\x05<unk>\x15\x00\x00\xff\xc3").unwrap();
    assert!(Encoder::load(&path).unwrap_err().to_string().contains("SentencePiece"));
    let options = ExportOptions { max_tokens: Some(5), ..ExportOptions::default() };
    assert!(Fitter::new(&options).unwrap_err().to_string().starts_with("max_tokens: needs a tokenizer"));
}
