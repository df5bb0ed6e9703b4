//! Which lists there are, and whether their levels are numbered.

use std::collections::HashMap;

use crate::xml::{Part, Parts};
use crate::{Error, Limits};

/// The levels that a list can have.
pub(super) const LEVELS: usize = 9;

/// How the items of a level are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Bullet,
    /// Numbered from this number on. Letters and Roman numerals come out as numbers, as Markdown has it.
    Number(u32),
    /// Not at all: the paragraphs are no items.
    Nothing,
}

type Levels = [Option<Mark>; LEVELS];

/// The lists of a document.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstracts: HashMap<String, Levels>,
    /// Each list's abstract list, and what it says otherwise.
    lists: HashMap<String, (String, Levels)>,
}

/// Reads `word/numbering.xml`, which may be empty.
pub(super) fn read(xml: &str, limits: &Limits) -> Result<Numbering, Error> {
    let mut numbering = Numbering::default();
    let mut parts = Parts::new(xml, limits);
    while let Some(next) = parts.next()? {
        let Part::Start(element) = next else { continue };
        match element.name() {
            "abstractNum" => {
                let id = element.attribute("abstractNumId").unwrap_or_default();
                let (_, levels) = read_levels(&mut parts)?;
                numbering.abstracts.insert(id, levels);
            }
            "num" => {
                let id = element.attribute("numId").unwrap_or_default();
                let list = read_levels(&mut parts)?;
                numbering.lists.insert(id, list);
            }
            _ => {}
        }
    }
    Ok(numbering)
}

/// The abstract list that an element refers to, and the levels in it.
fn read_levels(parts: &mut Parts<'_>) -> Result<(String, Levels), Error> {
    let mut base = String::new();
    let mut levels = Levels::default();
    let mut level = 0;
    let mut start = 1;
    let mut depth = 1_u64;
    while depth > 0 {
        match parts.next()? {
            Some(Part::Start(element)) => {
                depth += 1;
                let value = element.attribute("val");
                match element.name() {
                    "abstractNumId" => base = value.unwrap_or_default(),
                    "lvl" | "lvlOverride" => {
                        level = element.attribute("ilvl").and_then(|level| level.parse().ok()).unwrap_or(0);
                        start = 1;
                    }
                    "start" => start = value.and_then(|start| start.parse().ok()).unwrap_or(1),
                    "startOverride" => {
                        if let Some(mark) = levels.get_mut(level) {
                            *mark =
                                Some(Mark::Number(value.and_then(|start| start.parse().ok()).unwrap_or(1)));
                        }
                    }
                    "numFmt" => {
                        if let Some(mark) = levels.get_mut(level) {
                            *mark = Some(match value.as_deref() {
                                Some("bullet") => Mark::Bullet,
                                Some("none") => Mark::Nothing,
                                _ => Mark::Number(start),
                            });
                        }
                    }
                    _ => {}
                }
            }
            Some(Part::End) => depth -= 1,
            Some(Part::Text(_)) => {}
            None => break,
        }
    }
    Ok((base, levels))
}

impl Numbering {
    /// How the items of a list are marked on a level. List 0 is none: it takes a paragraph out of its style's list.
    pub(super) fn mark(&self, list: &str, level: usize) -> Mark {
        if list == "0" {
            return Mark::Nothing;
        }
        let level = level.min(LEVELS - 1);
        let Some((base, own)) = self.lists.get(list) else { return Mark::Bullet };
        let base = self.abstracts.get(base).and_then(|levels| levels[level]);
        match (own[level], base) {
            // Another first number says nothing of a list of bullets.
            (Some(Mark::Number(_)), Some(mark @ (Mark::Bullet | Mark::Nothing))) => mark,
            (Some(mark), _) | (None, Some(mark)) => mark,
            (None, None) => Mark::Bullet,
        }
    }
}
