//! What the command line changes in a recipe.

use std::path::PathBuf;

use ragstill_engine::{Checked, Error, Node, NodeKind, Place, Registry, Result, check};
use ragstill_ingest::Input;
use serde_json::{Value, json};

use crate::args::RecipeArgs;

/// What a command line asks for.
#[derive(Debug)]
pub struct Resolved {
    /// The recipe, checked.
    pub checked: Checked,
    /// Its input, opened.
    pub input: Input,
    /// The run directory that its file names, if it does.
    pub out: Option<PathBuf>,
}

/// The recipe that a command line asks for, checked, and its input, opened.
pub fn resolve(args: &RecipeArgs, registry: &Registry) -> Result<Resolved> {
    let (mut node, mut imported) = crate::recipes::load(&args.recipe)?;
    if imported.is_config && !args.teacher.is_empty() {
        crate::augmentoolkit::replace_teachers(&mut node, &mut imported);
    }
    for remark in &imported.remarks {
        eprintln!("note: {remark}");
    }
    let mut faults = apply(args, &mut node);
    let checked = check(&node, registry).map_err(|error| faults.extend(error.faults().iter().cloned())).ok();
    let Some(mut checked) = checked.filter(|_| faults.is_empty()) else {
        return Err(Error::mistakes(faults));
    };
    for (role, key) in imported.keys {
        if let Some(teacher) = checked.recipe.teachers.get_mut(role) {
            teacher.api_key = Some(key);
        }
    }
    if checked.recipe.input.paths.is_empty() {
        return Err(Error::mistake(
            "there is no input; name files or folders with --input PATH, or - for standard input",
        ));
    }
    let input = Input::open(&checked.recipe.input.paths, &checked.recipe.input.read_options())?;
    Ok(Resolved { checked, input, out: imported.out })
}

/// Puts the flags into the recipe; returns the faults of `--set`.
fn apply(args: &RecipeArgs, node: &mut Node) -> Vec<String> {
    let mut set = |path: &[&str], flag: &str, value: Value| {
        node.set(path, Node::from_flag(flag, &value));
    };
    if !args.input.is_empty() {
        let paths: Vec<_> = args.input.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        set(&["input", "paths"], "--input", json!(paths));
    }
    let reading = &args.reading;
    if let Some(column) = &reading.files.text_field {
        set(&["input", "column"], "--text-field", json!(column));
    }
    if !reading.files.glob.is_empty() {
        set(&["input", "glob"], "--glob", json!(reading.files.glob));
    }
    if reading.files.no_ignore {
        set(&["input", "no_ignore"], "--no-ignore", json!(true));
    }
    if reading.files.strict {
        set(&["input", "strict"], "--strict", json!(true));
    }
    if let Some(dedup) = &reading.dedup {
        set(&["input", "dedup"], "--dedup", json!(dedup));
    }
    if !reading.decontaminate.is_empty() {
        let files: Vec<_> = reading.decontaminate.iter().map(|path| path.to_string_lossy()).collect();
        set(&["input", "decontaminate"], "--decontaminate", json!(files));
    }
    if !args.teacher.is_empty() {
        set(&["teachers", "default", "url"], "--teacher", json!(args.teacher));
    }
    if let Some(model) = &args.model {
        set(&["teachers", "default", "model"], "--model", json!(model));
    }
    if let Some(variable) = &args.api_key_env {
        set(&["teachers", "default", "api_key_env"], "--api-key-env", json!(variable));
    }
    if let Some(concurrency) = args.concurrency {
        set(&["teachers", "default", "concurrency"], "--concurrency", json!(concurrency));
    }
    if let Some(limit) = args.limit {
        set(&["limit"], "--limit", json!(limit));
    }
    if let Some(sample) = args.sample {
        set(&["input", "sample"], "--sample", json!(sample));
    }
    if let Some(seed) = args.seed {
        set(&["seed"], "--seed", json!(seed));
    }
    if let Some(prompts) = &args.prompts {
        set(&["prompts"], "--prompts", json!(prompts.to_string_lossy()));
    }
    if let Some(max_cost) = args.max_cost {
        set(&["max_cost"], "--max-cost", json!(max_cost));
    }
    if !args.export.is_empty() {
        let own = exports_of(node);
        let wanted = args.export.iter().map(|format| {
            // As the recipe writes it, when it does.
            let found =
                own.iter().find(|item| item.get("format").is_some_and(|name| name.to_json() == *format));
            found.cloned().unwrap_or_else(|| Node::from_flag("--export", &json!(format)))
        });
        let list = NodeKind::List(wanted.collect());
        node.set(&["export"], Node { place: Place::Flag("--export".into()), kind: list });
    }
    args.set
        .iter()
        .filter_map(|assignment| node.apply_set(assignment).err())
        .flat_map(|error| error.faults().to_vec())
        .collect()
}

/// What a recipe exports.
fn exports_of(node: &Node) -> Vec<Node> {
    match node.get("export").map(|exports| &exports.kind) {
        Some(NodeKind::List(items)) => items.clone(),
        _ => Vec::new(),
    }
}
