//! From a tree of YAML to a recipe in which everything lines up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ragstill_ingest::{ChunkOptions, Dedup, ReadOptions, TextColumn};
use ragstill_teacher::{Prompts, ROLES, TeacherConfig};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::example::{ExampleSpec, Examples};
use super::flow::check_flow;
use super::node::{Node, NodeKind};
use super::steps::{StepSpec, read_steps};
use super::suggest::suggest;
use crate::error::{Error, Result};
use crate::operator::{Operator, Registry};

/// The names that a recipe may have at its top.
const TOP: &[&str] = &[
    "recipe",
    "description",
    "seed",
    "input",
    "teachers",
    "prompts",
    "max_cost",
    "limit",
    "steps",
    "examples",
    "export",
];

/// What goes into a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputSettings {
    /// Files and folders; `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The fields that every record must have.
    pub fields: Vec<String>,
    /// The field that holds the text of a document or a chunk.
    pub text_field: String,
    /// The column of rows that holds the text and is renamed to `text_field`; unset: guessed, where `fields` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How documents are cut.
    pub chunk: ChunkOptions,
    /// Which files of folders are read, as in a `.gitignore`; none: all whose format is known.
    pub glob: Vec<String>,
    /// Whether to read what a `.gitignore` leaves out, too.
    pub no_ignore: bool,
    /// Whether anything that cannot be read ends the run before it begins.
    pub strict: bool,
    /// Which repetitions of records are left out: `off`, `exact` or `near`.
    pub dedup: Dedup,
    /// Evaluation sets of which the records must hold nothing.
    pub decontaminate: Vec<PathBuf>,
    /// How many words in a row that they share tell that they do.
    pub decontaminate_words: usize,
    /// The most bytes of a row.
    pub max_row_bytes: usize,
    /// The most bytes of a document.
    pub max_document_bytes: usize,
    /// The most seconds for the text of a document.
    pub max_seconds: u64,
}

impl Default for InputSettings {
    fn default() -> Self {
        let ReadOptions {
            text_field,
            chunk,
            glob,
            no_ignore,
            max_row_bytes,
            max_document_bytes,
            max_seconds,
            ..
        } = ReadOptions::default();
        Self {
            paths: Vec::new(),
            fields: vec![text_field.clone()],
            text_field,
            column: None,
            chunk,
            glob,
            no_ignore,
            strict: false,
            dedup: Dedup::default(),
            decontaminate: Vec::new(),
            decontaminate_words: 13,
            max_row_bytes,
            max_document_bytes,
            max_seconds,
        }
    }
}

impl InputSettings {
    /// The settings for reading files.
    pub fn read_options(&self) -> ReadOptions {
        let column = match &self.column {
            Some(name) => TextColumn::Named(name.clone()),
            None if self.fields.contains(&self.text_field) => TextColumn::Guess,
            None => TextColumn::AsIs,
        };
        ReadOptions {
            text_field: self.text_field.clone(),
            column,
            chunk: self.chunk.clone(),
            glob: self.glob.clone(),
            no_ignore: self.no_ignore,
            max_row_bytes: self.max_row_bytes,
            max_document_bytes: self.max_document_bytes,
            max_seconds: self.max_seconds,
        }
    }
}

/// A recipe in which everything lines up: the whole configuration of a run, as `config.yaml` holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recipe {
    /// The recipe's name.
    pub recipe: String,
    /// What it makes, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// What goes in.
    pub input: InputSettings,
    /// The teachers by role.
    pub teachers: BTreeMap<String, TeacherConfig>,
    /// A folder of prompts that replace the built-in ones by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PathBuf>,
    /// The most that the answers of the run's directory may cost, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<f64>,
    /// How many records of the input to work on; unset: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The steps in order.
    pub steps: Vec<StepSpec>,
    /// How finished records become training examples.
    pub examples: Vec<ExampleSpec>,
    /// The formats that a run writes its examples in.
    pub export: Vec<String>,
}

/// A checked recipe, its operators made and its examples compiled.
pub struct Checked {
    /// The recipe.
    pub recipe: Recipe,
    /// An operator for each step.
    pub operators: Vec<Box<dyn Operator>>,
    /// The examples.
    pub examples: Examples,
}

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checked").field("recipe", &self.recipe).finish_non_exhaustive()
    }
}

/// Checks a recipe whole.
///
/// # Errors
/// Every fault at once, each with its place and, where a name is unknown, the nearest valid one.
pub fn check(node: &Node, registry: &Registry) -> Result<Checked> {
    let mut faults = Vec::new();
    let NodeKind::Map(entries) = &node.kind else {
        return Err(Error::mistake(format!(
            "{}: a recipe must be a map, found {}",
            node.place,
            node.kind_name()
        )));
    };
    for (name, place, _) in entries {
        if !TOP.contains(&name.as_str()) {
            faults.push(format!("{place}: a recipe has no `{name}`{}", suggest(name, TOP.iter().copied())));
        }
    }
    let recipe = Recipe {
        recipe: typed(node, "recipe", &mut faults).unwrap_or_else(|| "unnamed".to_owned()),
        description: typed(node, "description", &mut faults).unwrap_or_default(),
        seed: typed(node, "seed", &mut faults).unwrap_or(42),
        input: node.get("input").map(|node| fields_of(node, "input", &mut faults)).unwrap_or_default(),
        teachers: teachers(node, &mut faults),
        prompts: typed(node, "prompts", &mut faults),
        max_cost: typed(node, "max_cost", &mut faults),
        limit: typed(node, "limit", &mut faults),
        steps: match node.get("steps") {
            Some(steps) => read_steps(steps, registry, &mut faults),
            None => {
                faults.push(format!("{}: the recipe has no `steps`", node.place));
                Vec::new()
            }
        },
        examples: example_specs(node, &mut faults),
        export: typed(node, "export", &mut faults).unwrap_or_default(),
    };
    if recipe.max_cost.is_some_and(|cost| !(cost > 0.0 && cost.is_finite())) {
        faults.push(at(node, "max_cost: must be a number of US dollars above 0"));
    }
    if recipe.limit == Some(0) {
        faults.push(at(node, "limit: must be at least 1"));
    }
    if let Err(error) = recipe.input.read_options().check() {
        faults.extend(error.faults().iter().map(|fault| at(node, &format!("input.{fault}"))));
    }
    let prompts = match recipe.prompts.as_deref().map(Prompts::with_overrides).transpose() {
        Ok(prompts) => prompts.unwrap_or_default(),
        Err(error) => {
            faults.push(error.to_string());
            Prompts::built_in()
        }
    };
    let operators = build_operators(&recipe, registry, &prompts, &mut faults);
    if faults.is_empty()
        && let Err(error) = prompts.check_all_used()
    {
        faults.push(error.to_string());
    }
    let flow: Vec<_> = recipe
        .steps
        .iter()
        .zip(&operators)
        .filter_map(|(step, operator)| Some((step, operator.as_ref()?.fields())))
        .collect();
    // With a step missing, fields would be called unknown that are only not known yet.
    let complete = match node.get("steps").map(|node| &node.kind) {
        Some(NodeKind::List(items)) => flow.len() == items.len(),
        _ => false,
    };
    let mut lost = Vec::new();
    let known = check_flow(&recipe.input.fields, &flow, if complete { &mut faults } else { &mut lost });
    check_exports(&recipe, node, &mut faults);
    let examples = match Examples::compile(&recipe.examples, &known) {
        Ok(examples) => Some(examples),
        Err(found) => {
            if complete {
                let place = |index: usize| match node.get("examples").map(|node| &node.kind) {
                    Some(NodeKind::List(items)) => items.get(index).map(|item| item.place.to_string()),
                    _ => None,
                };
                faults.extend(found.into_iter().map(|(index, fault)| {
                    format!("{}: example {}: {fault}", place(index).unwrap_or_default(), index + 1)
                }));
            }
            None
        }
    };
    match (examples, faults.is_empty()) {
        (Some(examples), true) => {
            Ok(Checked { recipe, operators: operators.into_iter().flatten().collect(), examples })
        }
        _ => Err(Error::mistakes(faults)),
    }
}

fn build_operators(
    recipe: &Recipe,
    registry: &Registry,
    prompts: &Prompts,
    faults: &mut Vec<String>,
) -> Vec<Option<Box<dyn Operator>>> {
    recipe
        .steps
        .iter()
        .map(|step| {
            let built = registry.get(&step.operator)?.build(step.options.clone(), prompts);
            let at = step.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            built
                .map_err(|error| {
                    faults.extend(
                        error.faults().iter().map(|fault| format!("{at}step `{}`: {fault}", step.name)),
                    );
                })
                .ok()
        })
        .collect()
}

fn check_exports(recipe: &Recipe, node: &Node, faults: &mut Vec<String>) {
    let place = node.get("export").map(|node| node.place.to_string()).unwrap_or_default();
    for name in &recipe.export {
        match ragstill_export::find_format(name) {
            None => {
                let hint = suggest(name, ragstill_export::FORMATS.iter().map(|format| format.name));
                faults.push(format!("{place}: there is no export format `{name}`{hint}"));
            }
            Some(format) if !recipe.examples.iter().any(|example| example.kind() == format.kind) => {
                faults.push(format!(
                    "{place}: the format `{name}` holds {} examples, and the recipe makes none",
                    format.kind.as_str()
                ));
            }
            Some(_) => {}
        }
    }
}

/// A fault that begins with the dotted name of a setting, with the place of that setting, or of what stands nearest
/// above it, before it.
fn at(root: &Node, fault: &str) -> String {
    let end =
        fault.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(fault.len());
    let mut node = root;
    let mut place = &root.place;
    for name in fault[..end].split('.') {
        let NodeKind::Map(entries) = &node.kind else { break };
        let Some((_, found, value)) = entries.iter().find(|(entry, _, _)| entry == name) else { break };
        (node, place) = (value, found);
    }
    format!("{place}: {fault}")
}

/// The value under a name of the top, as its type.
fn typed<T: DeserializeOwned>(node: &Node, name: &str, faults: &mut Vec<String>) -> Option<T> {
    let found = node.get(name)?;
    let value = found.to_json();
    if value.is_null() {
        return None;
    }
    match serde_json::from_value(value) {
        Ok(value) => Some(value),
        Err(error) => {
            faults.push(format!("{}: `{name}`: {error}", found.place));
            None
        }
    }
}

/// A map as a structure all of whose fields have defaults: each entry is tried by itself, so that every fault is found
/// and has its own place.
fn fields_of<T: DeserializeOwned + Default>(node: &Node, what: &str, faults: &mut Vec<String>) -> T {
    let NodeKind::Map(entries) = &node.kind else {
        if node.to_json() != Value::Null {
            faults.push(format!("{}: `{what}` must be a map, found {}", node.place, node.kind_name()));
        }
        return T::default();
    };
    let mut good = Map::new();
    for (name, place, given) in entries {
        let value = given.to_json();
        if value.is_null() {
            continue;
        }
        let one = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        match serde_json::from_value::<T>(one) {
            Ok(_) => {
                good.insert(name.clone(), value);
            }
            Err(error) => {
                let error = error.to_string();
                faults.push(match unknown_field(&error) {
                    Some((field, known)) if field == name => {
                        format!("{place}: `{what}` has no `{name}`{}", suggest(name, known))
                    }
                    Some((field, known)) => {
                        let place = given.place_of(field).unwrap_or(place);
                        format!("{place}: `{what}.{name}` has no `{field}`{}", suggest(field, known))
                    }
                    None => format!("{place}: `{what}.{name}`: {error}"),
                });
            }
        }
    }
    serde_json::from_value(Value::Object(good)).unwrap_or_default()
}

/// Takes serde's message about an unknown field apart: the field, and the names it expected.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (field, rest) = rest.split_once('`')?;
    Some((field, rest.split('`').skip(1).step_by(2).collect()))
}

fn teachers(root: &Node, faults: &mut Vec<String>) -> BTreeMap<String, TeacherConfig> {
    let mut teachers = BTreeMap::new();
    if let Some(node) = root.get("teachers").filter(|node| !node.is_null()) {
        let NodeKind::Map(entries) = &node.kind else {
            faults.push(format!(
                "{}: `teachers` must be a map from roles to teachers, found {}",
                node.place,
                node.kind_name()
            ));
            return teachers;
        };
        for (role, place, settings) in entries {
            if !ROLES.contains(&role.as_str()) {
                let hint = suggest(role, ROLES.iter().copied());
                faults.push(format!("{place}: there is no teacher role `{role}`{hint}"));
                continue;
            }
            let before = faults.len();
            let config: TeacherConfig = fields_of(settings, &format!("teachers.{role}"), faults);
            if faults.len() == before {
                let found = config.faults();
                faults.extend(found.iter().map(|fault| at(root, &format!("teachers.{role}.{fault}"))));
            }
            teachers.insert(role.clone(), config);
        }
    }
    teachers.entry("default".to_owned()).or_default();
    teachers
}

fn example_specs(node: &Node, faults: &mut Vec<String>) -> Vec<ExampleSpec> {
    let Some(list) = node.get("examples").filter(|node| !node.is_null()) else { return Vec::new() };
    let NodeKind::List(items) = &list.kind else {
        faults.push(format!("{}: `examples` must be a list, found {}", list.place, list.kind_name()));
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| {
            serde_json::from_value(item.to_json())
                .map_err(|error| faults.push(format!("{}: this example cannot be read: {error}", item.place)))
                .ok()
        })
        .collect()
}
