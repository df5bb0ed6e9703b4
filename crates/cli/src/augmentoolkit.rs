//! A `config.yaml` of Augmentoolkit's RAG data pipeline, as the recipe `rag-data`.

use std::path::{Path, PathBuf};

use ragstill_engine::{Error, Node, NodeKind, Place, Result};
use ragstill_teacher::ApiKey;
use serde_json::{Value, json};

/// The files of its prompts, which stand in for ours.
const PROMPTS: [&str; 3] = ["filter.yaml", "rag_success_conversation.yaml", "rag_failed_conversation.yaml"];

/// What its authors write where a user has to fill something in, `!!PLACEHOLDER!!`, now and then without its end.
const PLACEHOLDER: &str = "!!PLACEHOLDER";

/// What such a configuration gives beside the recipe.
#[derive(Debug, Default)]
pub struct Imported {
    /// Whether there was one.
    pub is_config: bool,
    /// Keys that it holds, by the teacher's role. They are used and never written down.
    pub keys: Vec<(&'static str, ApiKey)>,
    /// Its `path.output_dir`.
    pub out: Option<PathBuf>,
    /// What was read and has no effect here, a sentence each.
    pub remarks: Vec<String>,
}

/// Where a setting goes.
enum To {
    /// A setting of the recipe, by its path.
    Recipe(&'static [&'static str]),
    /// An option of a step.
    Step(&'static str, &'static str),
    /// An option of the export.
    Export,
    /// Looked at apart.
    Apart,
    /// Nowhere, for this reason.
    Nowhere(&'static str),
}

/// The sections, their settings, and where each goes.
const SETTINGS: &[(&str, &[(&str, To)])] = &[
    (
        "path",
        &[
            ("input_dir", To::Apart),
            ("output_dir", To::Apart),
            ("prompts", To::Apart),
            ("default_prompts", To::Apart),
        ],
    ),
    ("skip", &[("skip_filter_chunks", To::Step("chunkfilter", "skip_filter_chunks"))]),
    (
        "system",
        &[
            ("rag_failure_percentage", To::Step("simulatedretrieval", "rag_failure_percentage")),
            ("rag_max_chunks", To::Step("simulatedretrieval", "rag_max_chunks")),
            ("final_assistant_prompts", To::Step("groupitems", "final_assistant_prompts")),
            ("num_items_per_group", To::Step("groupitems", "num_items_per_group")),
            ("system_format", To::Export),
            ("user_format", To::Export),
            ("assistant_format", To::Export),
            ("bos", To::Export),
            ("chunk_size", To::Recipe(&["input", "chunk", "size"])),
            ("concurrency_limit", To::Apart),
            ("use_subset", To::Apart),
            ("subset_size", To::Apart),
            ("completion_mode", To::Apart),
            ("use_stop", To::Nowhere("teachers are asked through chat, which ends answers by itself")),
            ("shared_instruction", To::Nowhere("none of the prompts has a place for it")),
        ],
    ),
    (
        "api",
        &[
            ("small_model", To::Recipe(&["teachers", "small", "model"])),
            ("small_base_url", To::Recipe(&["teachers", "small", "url"])),
            ("small_api_key", To::Apart),
            ("small_mode", To::Apart),
            ("large_model", To::Recipe(&["teachers", "large", "model"])),
            ("large_base_url", To::Recipe(&["teachers", "large", "url"])),
            ("large_api_key", To::Apart),
            ("large_mode", To::Apart),
        ],
    ),
    (
        "cost",
        &[
            ("cost_per_million_small_input", To::Recipe(&["teachers", "small", "price", "input"])),
            ("cost_per_million_small_output", To::Recipe(&["teachers", "small", "price", "output"])),
            ("cost_per_million_large_input", To::Recipe(&["teachers", "large", "price", "input"])),
            ("cost_per_million_large_output", To::Recipe(&["teachers", "large", "price", "output"])),
        ],
    ),
    (
        "meta_datagen",
        &[
            ("do_meta_datagen", To::Recipe(&["meta_datagen"])),
            ("meta_datagen_keys", To::Nowhere("the dataset of calls has those of every step")),
            ("meta_datagen_extras", To::Nowhere("the dataset of calls has those of this run")),
        ],
    ),
];

/// Whether a file looks like a configuration of Augmentoolkit and not like a recipe.
pub fn is_config(text: &str) -> bool {
    let has = |name: &str| text.lines().any(|line| line.starts_with(name));
    has("system:") && has("path:") && !has("steps:")
}

/// Turns a configuration into the recipe `rag-data` with its settings.
///
/// # Errors
/// Every placeholder that was not filled in; every setting that is not known, and every one that cannot be used here.
pub fn import(file: &str, text: &str, recipe: &str) -> Result<(Node, Imported)> {
    let unfilled = placeholders(file, text);
    if !unfilled.is_empty() {
        return Err(Error::mistakes(unfilled));
    }
    let config = Node::parse(file, text)?;
    let mut node = Node::parse("rag-data", recipe)?;
    let (mut faults, mut imported) = (Vec::new(), Imported { is_config: true, ..Imported::default() });
    let mut export = vec![
        entry(&config, "format", json!("axolotl-segments")),
        entry(&config, "file", json!("axolotl_rag_conversations.jsonl")),
    ];
    for (section, place, settings) in entries(&config) {
        if section == "pipeline" || is_null(settings) {
            continue;
        }
        let Some((_, known)) = SETTINGS.iter().find(|(name, _)| name == section) else {
            faults.push(format!(
                "{place}: `{section}` is no section of a configuration for RAG data; there is {}",
                listed(SETTINGS.iter().map(|(name, _)| *name))
            ));
            continue;
        };
        for (name, place, value) in entries(settings) {
            if is_null(value) {
                continue;
            }
            match known.iter().find(|(known, _)| known == name).map(|(_, to)| to) {
                None => faults.push(format!(
                    "{place}: `{section}.{name}` is not known; `{section}` has {}",
                    listed(known.iter().map(|(name, _)| *name))
                )),
                Some(To::Recipe(path)) => node.set(path, value.clone()),
                Some(To::Step(step, option)) => node.set_option(step, option, value.clone()),
                Some(To::Export) => export.push((name.clone(), place.clone(), value.clone())),
                Some(To::Nowhere(why)) => {
                    imported.remarks.push(format!("{place}: `{name}` has no effect: {why}"));
                }
                Some(To::Apart) => {}
            }
        }
    }
    apart(&config, &mut node, &mut imported, &mut faults);
    prompts(file, &config, &mut node, &mut imported);
    let export = Node { place: config.place.clone(), kind: NodeKind::Map(export) };
    node.set(&["export"], Node { place: config.place.clone(), kind: NodeKind::List(vec![export]) });
    // What neither of the two roles takes is asked of the large model.
    if let Some(large) = node.get("teachers").and_then(|teachers| teachers.get("large")).cloned() {
        node.set(&["teachers", "default"], large);
    }
    if faults.is_empty() { Ok((node, imported)) } else { Err(Error::mistakes(faults)) }
}

/// Lets the teacher that the command line names answer in place of both models. What else the configuration says of theirs,
/// keys above all, is for other servers.
pub fn replace_teachers(node: &mut Node, imported: &mut Imported) {
    let concurrency =
        node.get("teachers").and_then(|teachers| teachers.get("large")?.get("concurrency")).cloned();
    node.set(&["teachers"], Node { place: node.place.clone(), kind: NodeKind::Map(Vec::new()) });
    if let Some(concurrency) = concurrency {
        node.set(&["teachers", "default", "concurrency"], concurrency);
    }
    imported.keys.clear();
    imported.remarks.push("--teacher answers in place of the small and the large model".to_owned());
}

/// The settings that are more than a value to be put somewhere.
fn apart(config: &Node, node: &mut Node, imported: &mut Imported, faults: &mut Vec<String>) {
    let text = |section: &str, name: &str| {
        let found = config.get(section)?.get(name)?;
        found.to_json().as_str().map(|text| (found.place.clone(), text.to_owned()))
    };
    let set = |node: &mut Node, path: &[&str], found: &Node, value: Value| {
        node.set(path, Node { place: found.place.clone(), kind: plain(&found.place, &value) });
    };
    let get = |section: &str, name: &str| config.get(section)?.get(name);
    if let Some(found) = get("path", "input_dir") {
        set(node, &["input", "paths"], found, json!([found.to_json()]));
    }
    imported.out = text("path", "output_dir").map(|(_, path)| path.into());
    for (role, name) in [("small", "small_api_key"), ("large", "large_api_key")] {
        let Some((place, key)) = text("api", name) else { continue };
        match ApiKey::new(&key) {
            Some(key) => imported.keys.push((role, key)),
            None if key.trim().is_empty() => {}
            None => faults.push(format!("{place}: `{name}` has characters that no key has")),
        }
    }
    if let Some((_, key)) = imported.keys.iter().find(|(role, _)| *role == "large").cloned() {
        imported.keys.push(("default", key));
    }
    for name in ["small_mode", "large_mode"] {
        if let Some((place, mode)) = text("api", name).filter(|(_, mode)| mode != "api") {
            faults.push(format!(
                "{place}: `{name}: {mode}` cannot be used; models are asked through an OpenAI-compatible server: write `api`"
            ));
        }
    }
    if let Some(found) = get("system", "completion_mode").filter(|found| is_true(found)) {
        faults.push(format!(
            "{}: `completion_mode` cannot be used: teachers are asked through chat; write False",
            found.place
        ));
    }
    if let Some(found) = get("system", "concurrency_limit") {
        for role in ["small", "large"] {
            set(node, &["teachers", role, "concurrency"], found, found.to_json());
        }
    }
    if let Some(found) = get("system", "subset_size")
        && get("system", "use_subset").is_some_and(is_true)
    {
        set(node, &["input", "sample"], found, found.to_json());
    }
}

/// Its folders of prompts, of which the first counts. They are looked for where the command runs and beside the
/// configuration: Augmentoolkit has them beside the pipeline.
fn prompts(file: &str, config: &Node, node: &mut Node, imported: &mut Imported) {
    let beside = Path::new(file).parent().unwrap_or(Path::new(""));
    let (mut named, mut folders): (Vec<PathBuf>, Vec<Value>) = (Vec::new(), Vec::new());
    for name in ["prompts", "default_prompts"] {
        let Some(setting) = config.get("path").and_then(|path| path.get(name)) else { continue };
        let Some(folder) = setting.to_json().as_str().map(PathBuf::from) else { continue };
        if named.contains(&folder) {
            continue;
        }
        let place = &setting.place;
        let candidates = [folder.clone(), beside.join(folder.strip_prefix(".").unwrap_or(&folder))];
        let found = candidates.iter().find_map(|folder| {
            let has: Vec<&str> =
                PROMPTS.iter().copied().filter(|prompt| folder.join(prompt).is_file()).collect();
            (!has.is_empty() || has_markdown(folder)).then_some((folder, has))
        });
        match found {
            None => imported.remarks.push(format!(
                "{place}: `{name}`: there is none of {} in {}, here or beside the configuration, so ragstill's own prompts are used",
                PROMPTS.join(", "),
                folder.display(),
            )),
            Some((found, has)) => {
                if !has.is_empty() {
                    imported.remarks.push(format!(
                        "{place}: `{name}`: from {}, in place of ragstill's own prompts: {}",
                        found.display(),
                        has.join(", ")
                    ));
                }
                folders.push(json!(found.to_string_lossy()));
                let kind = plain(place, &Value::Array(folders.clone()));
                node.set(&["prompts"], Node { place: place.clone(), kind });
            }
        }
        named.push(folder);
    }
}

/// The lines on which a placeholder stands, comments apart, each with the setting that it belongs to.
fn placeholders(file: &str, text: &str) -> Vec<String> {
    let mut setting = "";
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((name, _)) = line.trim_start().split_once(':')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            setting = name;
        }
        let is_comment = line.trim_start().starts_with('#');
        let said = if is_comment { "" } else { line.split_once(" #").map_or(line, |(said, _)| said) };
        if said.contains(PLACEHOLDER) {
            found.push(format!("{file}:{number}: `{setting}` still has {PLACEHOLDER}!!; fill it in"));
        }
    }
    found
}

fn entry(config: &Node, name: &str, value: Value) -> (String, Place, Node) {
    let place = config.place.clone();
    let kind = plain(&place, &value);
    (name.to_owned(), place.clone(), Node { place, kind })
}

/// A value as a node at a place.
fn plain(place: &Place, value: &Value) -> NodeKind {
    match value {
        Value::Array(items) => NodeKind::List(
            items.iter().map(|item| Node { place: place.clone(), kind: plain(place, item) }).collect(),
        ),
        scalar => NodeKind::Scalar(scalar.clone()),
    }
}

fn entries(node: &Node) -> &[(String, Place, Node)] {
    match &node.kind {
        NodeKind::Map(entries) => entries,
        _ => &[],
    }
}

fn is_null(node: &Node) -> bool {
    node.to_json().is_null()
}

/// Whether a setting is on, as a boolean or as Python writes one.
fn is_true(node: &Node) -> bool {
    match node.to_json() {
        Value::Bool(on) => on,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a folder holds prompts in ragstill's form.
fn has_markdown(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        path.extension().is_some_and(|extension| extension == "md") || (path.is_dir() && has_markdown(&path))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{import, is_config};

    const CONFIG: &str = r#"pipeline: rag-data-pipeline
api:
  small_api_key: sk-small
  large_api_key: sk-large
  small_base_url: https://small.example/v1
  large_base_url: https://large.example/v1 # http://localhost:2242/v1
  small_model: Small-24B
  large_model: Large-70B
  small_mode: api
  large_mode: api
path:
  input_dir: ./facts
  output_dir: ./out/rag
  prompts: ./prompts
  default_prompts: ./prompts
skip:
  skip_filter_chunks: False
system:
  completion_mode: False
  concurrency_limit: 50
  use_stop: True
  subset_size: 30
  use_subset: True # !!ATTENTION!! not a !!PLACEHOLDER!!
  chunk_size: 3000
  rag_failure_percentage: 0.3
  rag_max_chunks: 4
  final_assistant_prompts: [
  'You know lakes.

  {data}',
  "{data} Answer."
  ]
  system_format: "Instruction: {{system}} **Finished.**"
  user_format: "Human: {{user}} **Finished.**"
  assistant_format: "AI: {{assistant}} **Finished.**"
  bos: "<s>"
  num_items_per_group: 2
cost:
  cost_per_million_small_input: 0.07
  cost_per_million_large_output: 0.40
meta_datagen:
  do_meta_datagen: True
  meta_datagen_keys:
    - judgement_details
  meta_datagen_extras:
"#;

    fn recipe() -> &'static str {
        crate::recipes::text("rag-data").unwrap()
    }

    fn faults(config: &str) -> String {
        import("c.yaml", config, recipe()).unwrap_err().faults().join("\n")
    }

    #[test]
    fn every_setting_finds_its_place() {
        assert!(is_config(CONFIG) && !is_config(recipe()));
        let (node, imported) = import("c.yaml", CONFIG, recipe()).unwrap();
        let json = node.to_json();
        let at = |path: &str| json.pointer(path).cloned().unwrap_or(Value::Null);
        assert_eq!(at("/input/paths"), json!(["./facts"]));
        assert_eq!(at("/input/chunk/size"), 3000);
        assert_eq!(at("/input/sample"), 30);
        assert_eq!(at("/meta_datagen"), true);
        assert_eq!(at("/teachers/small/url"), "https://small.example/v1");
        assert_eq!(at("/teachers/small/concurrency"), 50);
        assert_eq!(at("/teachers/small/price/input"), 0.07);
        assert_eq!(at("/teachers/large/model"), "Large-70B");
        assert_eq!(at("/teachers/default/model"), "Large-70B");
        assert_eq!(at("/export/0/bos"), "<s>");
        assert_eq!(at("/export/0/user_format"), "Human: {{user}} **Finished.**");
        assert_eq!(at("/export/0/file"), "axolotl_rag_conversations.jsonl");
        let steps: Vec<&Value> =
            json["steps"].as_array().unwrap().iter().map(|step| &step["options"]).collect();
        assert_eq!(steps[1]["rag_failure_percentage"], 0.3);
        assert_eq!(steps[1]["rag_max_chunks"], 4);
        assert_eq!(steps[4]["num_items_per_group"], 2);
        assert_eq!(steps[4]["final_assistant_prompts"], json!(["You know lakes.\n{data}", "{data} Answer."]));
        assert_eq!(imported.out.unwrap().to_str(), Some("./out/rag"));
        let roles: Vec<&str> = imported.keys.iter().map(|(role, _)| *role).collect();
        assert_eq!(roles, ["small", "large", "default"]);
        assert!(!json.to_string().contains("sk-"), "keys are never in a configuration");
        assert!(
            imported.remarks.iter().any(|remark| remark.starts_with("c.yaml:21: `use_stop`")),
            "{:?}",
            imported.remarks
        );
    }

    #[test]
    fn placeholders_and_unknown_settings_are_all_told() {
        let unfilled =
            CONFIG.replace("sk-small", "!!PLACEHOLDER!! ").replace("know lakes", "know !!PLACEHOLDER.");
        let told = faults(&unfilled);
        assert_eq!(
            told,
            "c.yaml:3: `small_api_key` still has !!PLACEHOLDER!!; fill it in\nc.yaml:28: `final_assistant_prompts` still has !!PLACEHOLDER!!; fill it in"
        );
        let wrong = CONFIG
            .replace("rag_max_chunks", "rag_max_chunk")
            .replace("cost:\n", "costs:\n")
            .replace("large_mode: api", "large_mode: cohere")
            .replace("completion_mode: False", "completion_mode: True");
        let told = faults(&wrong);
        for part in [
            "c.yaml:26: `system.rag_max_chunk` is not known; `system` has `rag_failure_percentage`",
            "`costs` is no section",
            "`large_mode: cohere` cannot be used",
            "`completion_mode` cannot be used",
        ] {
            assert!(told.contains(part), "{part} missing in\n{told}");
        }
    }
}
