//! `ragstill run rag-data`: RAG data from documents to segments.

use ragstill_testkit::Refusal;
use serde_json::{Value, json};

use crate::support::{MODEL, Running, Sandbox, fake_teacher, json_lines, read_json, requests};

const SEGMENTS: &str = "examples/axolotl_rag_conversations.jsonl";

fn run(sandbox: &Sandbox, teacher: &Running, out: &str, more: &[&str]) -> crate::support::Outcome {
    let url = teacher.url();
    let mut args =
        vec!["run", "rag-data", "--input", "docs", "--out", out, "--teacher", &url, "--model", MODEL];
    args.extend(more);
    sandbox.ragstill(&args)
}

/// The text of the segments with this label.
fn labelled(row: &Value, label: bool) -> String {
    let segments = row["segments"].as_array().unwrap().iter();
    segments.filter(|s| s["label"] == label).map(|s| s["text"].as_str().unwrap()).collect()
}

#[test]
fn from_documents_to_segments() {
    let sandbox = Sandbox::with_corpus(40);
    let teacher = fake_teacher(|config| config);
    run(&sandbox, &teacher, "out", &[])
        .exits(0)
        .says(&["rag-data: complete", "axolotl_rag_conversations.jsonl"]);
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    let rows = json_lines(&sandbox.path("out").join(SEGMENTS));
    let prepared = json_lines(&sandbox.path("out/rag_prepared_data.jsonl"));
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert_eq!(records.len(), rows.len());
    assert!(records.len() > 20 && prepared.len() >= records.len());
    assert!(rejects.iter().any(|reject| reject["reason"] == "the passage is not suitable for questions"));
    for (record, row) in records.iter().zip(&rows) {
        let turn =
            |role: &str, text: &Value| format!("<|im_start|>{role}\n{}<|im_end|>\n", text.as_str().unwrap());
        let pairs = |field: &str| -> String {
            let pairs = record[field].as_array().unwrap().iter();
            pairs.map(|pair| turn("user", &pair["question"]) + &turn("assistant", &pair["answer"])).collect()
        };
        assert_eq!(labelled(row, true), pairs("pairs"), "the current item alone is trained");
        let context = labelled(row, false);
        assert!(context.starts_with("<|im_start|>system\n") && context.ends_with(&pairs("history")));
        let found = record["retrieved"].as_array().unwrap();
        assert_eq!(found.iter().any(|f| f["is_source"] == true), record["retrieval"] == "success");
        for (number, passage) in (1..).zip(found) {
            let shown = format!(
                "Chunk {number}\nSource: {}\n{}",
                passage["source"].as_str().unwrap(),
                passage["text"].as_str().unwrap()
            );
            assert!(context.contains(&shown), "{shown}\nis not in\n{context}");
        }
    }
    // Of both kinds, in groups.
    for retrieval in ["success", "failure"] {
        assert!(prepared.iter().any(|row| row["retrieval"] == retrieval));
    }
    assert!(records.iter().any(|record| !record["history"].as_array().unwrap().is_empty()));
    // What a person wants to look at.
    let usage = read_json(&sandbox.path("out/usage.json"));
    assert_eq!(usage["by_prompt"].as_object().unwrap().len(), 3);
    let calls = json_lines(&sandbox.path("out/calls.jsonl"));
    assert_eq!(calls.len() as u64, requests(&teacher));
    assert!(sandbox.read("out/logs/rag_qa.success.md").contains("# Call 1: record "));
}

#[test]
fn one_at_a_time_and_many_at_a_time_are_the_same() {
    let sandbox = Sandbox::with_corpus(40);
    let files = ["records.jsonl", "rejects.jsonl", "rag_prepared_data.jsonl", "calls.jsonl", SEGMENTS];
    for (out, concurrency) in [("one", "1"), ("many", "64")] {
        let teacher = fake_teacher(|config| config);
        run(&sandbox, &teacher, out, &["--concurrency", concurrency]).exits(0);
    }
    for file in files {
        assert!(sandbox.read(&format!("one/{file}")) == sandbox.read(&format!("many/{file}")), "{file}");
    }
    let offline = ["run", "one/config.yaml", "--out", "one", "--offline"];
    sandbox.ragstill(&offline).exits(0).says(&["0 answered now"]);
    assert!(sandbox.read("one/records.jsonl") == sandbox.read("many/records.jsonl"));
}

#[test]
fn a_run_that_is_cut_short_begins_no_groups() {
    let sandbox = Sandbox::with_corpus(20);
    let teacher = fake_teacher(|config| config);
    run(&sandbox, &teacher, "first", &["--limit", "4"]).exits(0);
    // Offline, the rows beyond the first four have no answers: their records are pending, and so is every group.
    std::fs::create_dir_all(sandbox.path("out")).unwrap();
    std::fs::copy(sandbox.path("first/answers.sqlite"), sandbox.path("out/answers.sqlite")).unwrap();
    run(&sandbox, &teacher, "out", &["--offline"]).exits(1).complains(&["answers are missing"]);
    assert_eq!(sandbox.read("out/records.jsonl"), "");
    let exported = sandbox.ragstill(&["export", "out", "--format", "jsonl"]).exits(0);
    assert!(exported.stderr.contains("note: this run is not finished"), "{}", exported.stderr);
    let summary = read_json(&sandbox.path("out/run.json"));
    let (rows, rejects) = (summary["rows"].as_u64().unwrap(), summary["rejects"].as_u64().unwrap());
    assert_eq!(summary["pending"].as_u64().unwrap(), rows - rejects, "{summary}");
    run(&sandbox, &teacher, "out", &[]).exits(0);
    run(&sandbox, &fake_teacher(|config| config), "whole", &[]).exits(0);
    assert_eq!(sandbox.read("out/records.jsonl"), sandbox.read("whole/records.jsonl"));
}

#[test]
fn options_reach_their_steps() {
    let sandbox = Sandbox::with_corpus(20);
    let teacher = fake_teacher(|config| config);
    let set = [
        "--set",
        "chunkfilter.skip_filter_chunks=true",
        "--set",
        "simulatedretrieval.rag_failure_percentage=1",
        "--set",
        "simulatedretrieval.distractors=bm25",
        "--set",
        "ragverify.verify=judge",
        "--set",
        "groupitems.num_items_per_group=1",
        "--set",
        "groupitems.train_on_question=false",
        "--set",
        "meta_datagen=true",
    ];
    let mut set = set.to_vec();
    // The recipe's own way of writing a format goes with it.
    set.extend(["--export", "axolotl-segments", "--export", "jsonl"]);
    run(&sandbox, &teacher, "out", &set).exits(0);
    assert!(sandbox.path("out/examples/jsonl/conversations.jsonl").exists());
    let records = json_lines(&sandbox.path("out/records.jsonl"));
    assert!(records.iter().all(|r| r["retrieval"] == "failure" && r["history"] == json!([])));
    let rejects = json_lines(&sandbox.path("out/rejects.jsonl"));
    assert!(rejects.iter().any(|r| r["operator"] == "ragverify"), "the judge finds some wrong");
    for row in json_lines(&sandbox.path("out").join(SEGMENTS)) {
        let trained = labelled(&row, true);
        assert!(trained.ends_with("<|im_end|>\n") && !trained.contains("<|im_start|>"), "{trained}");
    }
    let meta = json_lines(&sandbox.path("out/meta_datagen/meta_dataset.jsonl"));
    assert_eq!(meta.len() as u64, requests(&teacher));
    let turns = meta[0]["conversations"].as_array().unwrap();
    assert_eq!(turns.last().unwrap()["from"], "gpt");
}

/// A configuration of Augmentoolkit's pipeline.
fn augmentoolkit(teacher: &Running) -> String {
    format!(
        "pipeline: rag-data-pipeline\napi:\n  small_api_key: sk-secret\n  large_api_key: sk-secret\n  small_base_url: {url}\n  large_base_url: {url}\n  small_model: {MODEL}\n  large_model: {MODEL}\n  small_mode: api\n  large_mode: api\npath:\n  input_dir: ./docs\n  output_dir: ./made\nskip:\n  skip_filter_chunks: False\nsystem:\n  subset_size: 6\n  use_subset: True\n  rag_failure_percentage: 0.0\n  final_assistant_prompts: ['Know this. {{data}}']\n  system_format: \"Instruction: {{{{system}}}} **Finished.**\"\n  user_format: \"Human: {{{{user}}}} **Finished.**\"\n  assistant_format: \"AI: {{{{assistant}}}} **Finished.**\"\n  bos: \"<s>\"\ncost:\n  cost_per_million_large_input: 0.23\n  cost_per_million_large_output: 0.40\n",
        url = teacher.url()
    )
}

#[test]
fn a_configuration_of_augmentoolkit_runs() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = fake_teacher(|config| config);
    let config = augmentoolkit(&teacher);
    sandbox.write("config.yaml", &config);
    sandbox
        .ragstill(&["run", "config.yaml"])
        .exits(0)
        .says(&["./made/examples/axolotl_rag_conversations.jsonl"]);
    let rows = json_lines(&sandbox.path("made").join(SEGMENTS));
    assert!((1..=6).contains(&rows.len()));
    for row in &rows {
        assert!(labelled(row, false).starts_with("<s>Instruction: Know this. Chunk 1\nSource: "), "{row}");
        assert!(
            labelled(row, true).starts_with("Human: ") && labelled(row, true).ends_with(" **Finished.**")
        );
    }
    assert!(!sandbox.read("made/config.yaml").contains("sk-secret"));
    // Another teacher from the command line is asked for everything, and gets nobody's key.
    let other = fake_teacher(|config| config.refuse(Refusal::UnauthorizedUnless("sk-secret".into())));
    let before = requests(&teacher);
    let url = other.url();
    let mut args = vec!["run", "config.yaml", "--out", "other", "--teacher", &url, "--model", MODEL];
    sandbox
        .ragstill(&args)
        .exits(1)
        .complains(&["note: --teacher answers in place of the small and the large model", "401"]);
    args.extend(["--api-key-env", "OTHER"]);
    sandbox.ragstill_with_env(&args, &[("OTHER", "sk-secret")]).exits(0);
    assert_eq!(requests(&teacher), before);
    sandbox.ragstill(&["run", "config.yaml", "--out", "tried", "--teacher", "extractive"]).exits(0);
    sandbox.write("config.yaml", &config.replace("sk-secret", "!!PLACEHOLDER!!"));
    sandbox.ragstill(&["run", "config.yaml"]).exits(2).complains(&[
        "config.yaml:3: `small_api_key` still has !!PLACEHOLDER!!; fill it in",
        "config.yaml:4: `large_api_key` still has !!PLACEHOLDER!!; fill it in",
    ]);
}

#[test]
fn prompts_of_augmentoolkit_stand_in_for_ours() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = fake_teacher(|config| config);
    let paths = "path:\n  prompts: ./mine\n  default_prompts: ./prompts\n";
    let config = augmentoolkit(&teacher)
        .replace("path:\n", paths)
        .replace("rag_failure_percentage: 0.0", "rag_failure_percentage: 0.5");
    // Beside the configuration, as they are beside Augmentoolkit's pipeline.
    sandbox.write("conf/config.yaml", &config);
    sandbox.ragstill(&["run", "conf/config.yaml", "--out", "none"]).exits(0).complains(&[
        "note: conf/config.yaml:12: `prompts`: there is none of filter.yaml, rag_success_conversation.yaml, rag_failed_conversation.yaml in ./mine, here or beside the configuration, so ragstill's own prompts are used",
        "note: conf/config.yaml:13: `default_prompts`: there is none of",
    ]);
    let filter = "- role: system\n  content: |\n    End with \"Suitable\" or \"Not suitable\".\n- role: user\n  content: |\n    Text:\n    {text}\n";
    let success = "- role: user\n  content: 'Chunks about {topic}: {{}}'\n- role: assistant\n  content: '**QUESTION:** a **ANSWER:** b'\n- role: user\n  content: |\n    {stringified_retrieved_chunks}\n    File: {metadata}\n    {text}\n    Write **QUESTION:** and **ANSWER:**.\n";
    sandbox.write("conf/prompts/filter.yaml", filter);
    sandbox.write("conf/prompts/rag_success_conversation.yaml", success);
    sandbox.write("conf/prompts/judge_paragraph.yaml", "of another pipeline");
    sandbox.write("conf/mine/filter.yaml", &filter.replace("End with", "Do end with"));
    sandbox.ragstill(&["run", "conf/config.yaml", "--set", "log_calls=true"]).exits(0).complains(&[
        "note: conf/config.yaml:12: `prompts`: from conf/mine, in place of ragstill's own prompts: filter.yaml",
        "`default_prompts`: from conf/prompts, in place of ragstill's own prompts: filter.yaml, rag_success_conversation.yaml",
    ]);
    let prepared = json_lines(&sandbox.path("made/rag_prepared_data.jsonl"));
    let calls = json_lines(&sandbox.path("made/calls.jsonl"));
    let asked = |prompt: &str| -> Vec<Vec<&str>> {
        let calls = calls.iter().filter(|call| call["prompt"] == prompt);
        calls
            .map(|call| {
                call["messages"].as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap()).collect()
            })
            .collect()
    };
    for messages in asked("chunk_filter/suitability") {
        assert_eq!(messages[0], "Do end with \"Suitable\" or \"Not suitable\".");
        assert!(messages[1].starts_with("Text:\n") && messages.len() == 2);
    }
    let successes = asked("rag_qa/success");
    assert_eq!(successes.len(), prepared.iter().filter(|row| row["retrieval"] == "success").count());
    for (messages, row) in successes.iter().zip(prepared.iter().filter(|row| row["retrieval"] == "success")) {
        assert_eq!(messages[..2], ["Chunks about {topic}: {}", "**QUESTION:** a **ANSWER:** b"]);
        let field = |name: &str| row[name].as_str().unwrap();
        let chunks: String = (0..)
            .zip(row["retrieved"].as_array().unwrap())
            .map(|(at, chunk)| {
                let of = |name: &str| chunk[name].as_str().unwrap();
                format!("Chunk {at}\nSource: {}\n---\n{}\n---\n\n", of("source"), of("text"))
            })
            .collect();
        let rest =
            format!("\nFile: {}\n{}\nWrite **QUESTION:** and **ANSWER:**.", field("source"), field("text"));
        assert_eq!(messages[2], chunks + &rest);
    }
    assert!(asked("rag_qa/failure").iter().all(|messages| messages[1].contains("<knowledge>")), "ours");
    // The run's own configuration says where they are.
    sandbox
        .ragstill(&["run", "made/config.yaml", "--out", "made", "--offline"])
        .exits(0)
        .says(&["0 answered now"]);
    let before = requests(&teacher);
    sandbox.write("conf/mine/filter.yaml", "- role: user\n  content: Is it suitable?\n");
    sandbox.ragstill(&["run", "conf/config.yaml", "--out", "not"]).exits(2).complains(&[
        "conf/mine/filter.yaml: nothing is filled into any message; put `{text}` where it belongs",
    ]);
    assert_eq!(requests(&teacher), before);
}

#[test]
fn faults_are_told_before_anything_is_spent() {
    let sandbox = Sandbox::with_corpus(4);
    let teacher = fake_teacher(|config| config);
    for (set, fault) in [
        ("groupitems.final_assistant_prompts=[no place]", "prompt 1 has no `{data}`"),
        ("export=[{format: axolotl-segments, user_format: '{{ usr }}'}]", "user_format"),
        ("export=[{format: axolotl-segments, assistant_format: '{% if %}'}]", "assistant_format"),
        ("export=[{format: axolotl-segments, file: ../x}]", "within the run's `examples`"),
        ("export=[{format: axolotl-segments, tokenizer: no.json}]", "no.json"),
        ("export=[tokens]", "tokenizer: is needed"),
        ("export=[{format: axolotl-chat, shard_rows: 0}]", "shard_rows"),
        ("export=[{format: axolotl-segments, split: 'a=0.3'}]", "add up to 1"),
    ] {
        run(&sandbox, &teacher, "out", &["--set", set]).exits(2).complains(&[fault]);
    }
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn a_format_that_cannot_hold_the_examples_costs_nothing_but_itself() {
    let sandbox = Sandbox::with_corpus(6);
    let teacher = fake_teacher(|config| config);
    let formats = ["--export", "openai", "--export", "jsonl"];
    run(&sandbox, &teacher, "out", &formats).exits(1).complains(&["turn 2 is trained and is the user's"]);
    assert_eq!(read_json(&sandbox.path("out/run.json"))["status"], "complete");
    assert!(sandbox.path("out/examples/jsonl/conversations.jsonl").exists(), "the other format is written");
    sandbox.ragstill(&["export", "out", "--format", "openai", "--assistant-only"]).exits(0);
}
