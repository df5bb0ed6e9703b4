//! The steps of a recipe.

use serde::Serialize;
use serde_json::{Map, Value};

use super::node::{Node, NodeKind, Place};
use super::suggest::suggest;
use crate::operator::Registry;

/// One step of a checked recipe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepSpec {
    /// The step's name, unique in the recipe.
    pub name: String,
    /// The operator's name.
    pub operator: String,
    /// The operator's options, defaults included.
    pub options: Map<String, Value>,
    /// Where the step stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// Reads the list of steps, noting every fault.
pub(super) fn read_steps(node: &Node, registry: &Registry, faults: &mut Vec<String>) -> Vec<StepSpec> {
    let NodeKind::List(items) = &node.kind else {
        faults.push(format!("{}: `steps` must be a list, found {}", node.place, node.kind_name()));
        return Vec::new();
    };
    if items.is_empty() {
        faults.push(format!("{}: `steps` is empty; a recipe needs at least one step", node.place));
    }
    let mut steps: Vec<StepSpec> = Vec::new();
    for item in items {
        let Some(step) = read_step(item, registry, faults) else { continue };
        if steps.iter().any(|earlier| earlier.name == step.name) {
            faults.push(format!(
                "{}: two steps are called `{}`; give one another `name`",
                item.place, step.name
            ));
        }
        steps.push(step);
    }
    steps
}

fn read_step(item: &Node, registry: &Registry, faults: &mut Vec<String>) -> Option<StepSpec> {
    let NodeKind::Map(entries) = &item.kind else {
        faults.push(format!(
            "{}: a step must be a map with an `operator`, found {}",
            item.place,
            item.kind_name()
        ));
        return None;
    };
    for (name, place, _) in entries {
        if !["operator", "name", "options"].contains(&name.as_str()) {
            faults.push(format!(
                "{place}: a step has no `{name}`{}",
                suggest(name, ["operator", "name", "options"])
            ));
        }
    }
    let text = |name: &str, faults: &mut Vec<String>| match item.get(name)?.to_json() {
        Value::String(text) => Some(text),
        _ => {
            faults.push(format!("{}: `{name}` must be a text", item.place));
            None
        }
    };
    let Some(operator) = text("operator", faults) else {
        if item.get("operator").is_none() {
            faults.push(format!("{}: the step has no `operator`", item.place));
        }
        return None;
    };
    let name = text("name", faults).unwrap_or_else(|| operator.to_lowercase());
    let Some(entry) = registry.get(&operator) else {
        let place = item.get("operator").map_or(&item.place, |node| &node.place);
        let hint = suggest(&operator, registry.entries().iter().map(|entry| entry.name));
        faults.push(format!("{place}: there is no operator `{operator}`{hint}"));
        return None;
    };
    let mut options = entry.defaults();
    match item.get("options").map(|node| (node, &node.kind)) {
        None | Some((_, NodeKind::Scalar(Value::Null))) => {}
        Some((_, NodeKind::Map(given))) => {
            for (option, place, value) in given {
                let json = value.to_json();
                match entry.try_option(option, &json) {
                    Ok(()) => {
                        options.insert(option.clone(), json);
                    }
                    Err(_) if !options.contains_key(option) => {
                        let hint = suggest(option, options.keys().map(String::as_str));
                        faults.push(format!("{place}: `{operator}` has no option `{option}`{hint}"));
                    }
                    Err(error) => {
                        faults.push(format!("{place}: option `{option}` of `{operator}`: {error}"));
                    }
                }
            }
        }
        Some((node, _)) => {
            faults.push(format!("{}: `options` must be a map, found {}", node.place, node.kind_name()))
        }
    }
    Some(StepSpec { name, operator, options, place: Some(item.place.clone()) })
}
