//! What paragraph styles say of their paragraphs.

use std::collections::HashMap;

use crate::markdown::one_line;
use crate::xml::{Part, Parts};
use crate::{Error, Limits};

/// The most styles that one is based on, one after another; a circle ends there too.
const MAX_BASES: usize = 32;

/// What a paragraph is, by its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    Text,
    /// Level 1..=6.
    Heading(usize),
    Quote,
    Code,
    /// An entry of a table of contents, or its heading.
    Contents,
}

/// What a style says.
#[derive(Debug, Clone, Default)]
struct Style {
    /// Its name in lower case. Those of built-in styles are English in documents of any language.
    name: String,
    based_on: Option<String>,
    /// From 0; 9 is none.
    outline: Option<usize>,
    list: Option<String>,
    list_level: Option<usize>,
}

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// The paragraph style of paragraphs that name none.
    default: Option<String>,
    language: Option<String>,
}

/// Reads `word/styles.xml`, which may be empty.
pub(super) fn read(xml: &str, limits: &Limits) -> Result<Styles, Error> {
    let mut all = Styles::default();
    let mut parts = Parts::new(xml, limits);
    while let Some(next) = parts.next()? {
        let Part::Start(element) = next else { continue };
        match element.name() {
            "style" if element.attribute("type").is_none_or(|kind| kind == "paragraph") => {
                let id = element.attribute("styleId").unwrap_or_default();
                if element
                    .attribute("default")
                    .is_some_and(|default| matches!(default.as_str(), "1" | "true" | "on"))
                {
                    all.default = Some(id.clone());
                }
                let style = read_style(&mut parts)?;
                all.styles.insert(id, style);
            }
            "style" => parts.skip()?,
            "lang" if all.language.is_none() => {
                all.language =
                    element.attribute("val").map(|value| one_line(&value)).filter(|value| !value.is_empty());
            }
            _ => {}
        }
    }
    Ok(all)
}

fn read_style(parts: &mut Parts<'_>) -> Result<Style, Error> {
    let mut style = Style::default();
    let mut depth = 1_u64;
    while depth > 0 {
        match parts.next()? {
            Some(Part::Start(element)) => {
                depth += 1;
                let value = element.attribute("val");
                let number = || value.as_deref().and_then(|value| value.parse().ok());
                match element.name() {
                    "name" => style.name = value.unwrap_or_default().to_lowercase(),
                    "basedOn" => style.based_on = value,
                    "outlineLvl" => style.outline = number(),
                    "numId" => style.list = value,
                    "ilvl" => style.list_level = number(),
                    _ => {}
                }
            }
            Some(Part::End) => depth -= 1,
            Some(Part::Text(_)) => {}
            None => break,
        }
    }
    Ok(style)
}

impl Styles {
    /// The language that the document's text is in by default.
    pub(super) fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// What paragraphs of this style are.
    pub(super) fn role(&self, id: Option<&str>) -> Role {
        // What is based on the title, as the author's name may be, only looks like it.
        if self.chain(id).next().is_some_and(|style| style.name == "title") {
            return Role::Heading(1);
        }
        self.chain(id).find_map(Style::role).unwrap_or_default()
    }

    /// The list that paragraphs of this style are items of, and their level in it.
    pub(super) fn list(&self, id: Option<&str>) -> Option<(&str, usize)> {
        let list = self.chain(id).find_map(|style| style.list.as_deref())?;
        Some((list, self.chain(id).find_map(|style| style.list_level).unwrap_or(0)))
    }

    /// A style, the one it is based on, and so on.
    fn chain(&self, id: Option<&str>) -> impl Iterator<Item = &Style> {
        let first = id.or(self.default.as_deref()).and_then(|id| self.styles.get(id));
        let next = |style: &&Style| style.based_on.as_deref().and_then(|id| self.styles.get(id));
        std::iter::successors(first, next).take(MAX_BASES)
    }
}

impl Style {
    fn role(&self) -> Option<Role> {
        let heading = self.name.strip_prefix("heading ").and_then(|level| level.parse::<usize>().ok());
        if self.name.starts_with("toc ") || self.name == "table of figures" {
            return Some(Role::Contents);
        }
        if let Some(level) = heading {
            return Some(Role::Heading(level.clamp(1, 6)));
        }
        match self.name.as_str() {
            "quote" | "intense quote" | "block text" | "quotations" => return Some(Role::Quote),
            "html preformatted" | "preformatted text" | "source code" | "code" | "macro" | "macro text" => {
                return Some(Role::Code);
            }
            _ => {}
        }
        self.outline.map(outline_role)
    }
}

/// What a paragraph of this outline level is; levels count from 0, and 9 is that of text.
pub(super) fn outline_role(level: usize) -> Role {
    if level < 9 { Role::Heading((level + 1).min(6)) } else { Role::Text }
}
