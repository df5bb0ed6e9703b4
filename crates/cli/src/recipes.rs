//! The recipes in the binary.

use ragstill_engine::{Error, Node, NodeKind, Result};

use crate::augmentoolkit::{self, Imported};

/// The recipes: name and file.
pub const RECIPES: &[(&str, &str)] = &[
    ("rare", include_str!("../../../recipes/rare.yaml")),
    ("rag-data", include_str!("../../../recipes/rag-data.yaml")),
    ("agentic", include_str!("../../../recipes/agentic.yaml")),
    ("rearag", include_str!("../../../recipes/rearag.yaml")),
    ("eval", include_str!("../../../recipes/eval.yaml")),
];

/// The text of a built-in recipe.
pub fn text(name: &str) -> Result<&'static str> {
    RECIPES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text).ok_or_else(|| {
        let known: Vec<_> = RECIPES.iter().map(|(name, _)| *name).collect();
        Error::mistake(format!("there is no recipe `{name}`; there is `{}`", known.join("`, `")))
    })
}

/// A recipe by its name or, when the name looks like a file, from there. A file may be a configuration of Augmentoolkit's RAG
/// data pipeline too.
pub fn load(name: &str) -> Result<(Node, Imported)> {
    let is_file =
        name.ends_with(".yaml") || name.ends_with(".yml") || name.contains(std::path::MAIN_SEPARATOR);
    if !is_file {
        return Ok((Node::parse(name, text(name)?)?, Imported::default()));
    }
    let text = std::fs::read_to_string(name)
        .map_err(|error| Error::mistake(format!("{name}: the recipe cannot be read: {error}")))?;
    if augmentoolkit::is_config(&text) {
        return augmentoolkit::import(name, &text, self::text("rag-data")?);
    }
    let node = Node::parse(name, &text)?;
    // Told now: flags would be put into whatever stands there.
    match node.kind {
        NodeKind::Map(_) => Ok((node, Imported::default())),
        _ => {
            Err(Error::mistake(format!("{}: a recipe must be a map, found {}", node.place, node.kind_name())))
        }
    }
}
