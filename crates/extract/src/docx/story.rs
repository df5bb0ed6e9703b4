//! What is read of a document: its blocks and its notes.

use std::collections::HashMap;

use super::numbering::{Mark, Numbering};
use super::pass::Pass;
use super::styles::{Role, Styles};
use crate::xml::{Part, Parts};
use crate::{Error, Limits};

/// A paragraph or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A paragraph that is no item.
    Paragraph { role: Role, text: String },
    /// An item of a list, on a level from 0.
    Item { level: usize, mark: Mark, list: String, text: String },
    /// Rows of cells.
    Table(Vec<Vec<String>>),
}

/// All that is read of a document.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) blocks: Vec<Block>,
    /// The ids of the notes that are referred to, in this order; whether each is an endnote.
    pub(super) references: Vec<(bool, String)>,
    pub(super) footnotes: HashMap<String, Vec<Block>>,
    pub(super) endnotes: HashMap<String, Vec<Block>>,
}

/// Reads parts of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) styles: &'a Styles,
    pub(super) numbering: &'a Numbering,
    pub(super) limits: &'a Limits,
}

impl<'a> Reader<'a> {
    pub(super) fn new(styles: &'a Styles, numbering: &'a Numbering, limits: &'a Limits) -> Self {
        Self { styles, numbering, limits }
    }

    /// The body of a document.
    pub(super) fn body(&self, xml: &str) -> Result<Story, Error> {
        let mut parts = Parts::new(xml, self.limits);
        let mut pass = Pass::new(*self);
        while let Some(part) = parts.next()? {
            pass.take(part, &mut parts)?;
        }
        let (blocks, references) = pass.finish();
        Ok(Story { blocks, references, ..Story::default() })
    }

    /// Footnotes or endnotes by their ids.
    pub(super) fn notes(&self, xml: &str) -> Result<HashMap<String, Vec<Block>>, Error> {
        let mut parts = Parts::new(xml, self.limits);
        let mut notes = HashMap::new();
        while let Some(part) = parts.next()? {
            let Part::Start(element) = part else { continue };
            if !matches!(element.name(), "footnote" | "endnote") {
                continue;
            }
            // Those with a type are the lines that part notes from the text.
            if element.attribute("type").is_some_and(|kind| kind != "normal") {
                parts.skip()?;
                continue;
            }
            let id = element.attribute("id").unwrap_or_default();
            let mut pass = Pass::within(*self);
            while !pass.is_over() {
                let Some(part) = parts.next()? else { break };
                pass.take(part, &mut parts)?;
            }
            notes.insert(id, pass.finish().0);
        }
        Ok(notes)
    }
}
