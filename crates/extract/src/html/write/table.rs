//! Tables: those of data as pipe tables, those that only lay a page out as the text in them.

use super::Writer;
use crate::Error;
use crate::html::tag::Tag;
use crate::html::tree::{Attr, NodeId};

/// The most columns that one cell spans.
const MAX_SPAN: usize = 50;
/// A cell with more bytes than this holds prose, which is no good on one line.
const MAX_CELL: usize = 1500;

impl Writer<'_> {
    pub(super) fn table(&mut self, id: NodeId) -> Result<(), Error> {
        if self.is_layout(id) {
            return self.children(id);
        }
        let tree = self.tree;
        let mut rows = Vec::new();
        let mut bytes = 0;
        for part in tree.children(id) {
            match tree.tag(part) {
                _ if self.pruned.is_dropped(part) => {}
                Some(Tag::Caption) => {
                    let caption = self.on_one_line(part)?;
                    self.markdown.paragraph(&caption);
                }
                Some(Tag::Tr) => rows.extend(self.row(part, &mut bytes)?),
                Some(Tag::Tbody | Tag::Thead | Tag::Tfoot) => {
                    for row in tree.children(part) {
                        if tree.is(row, Tag::Tr) && !self.pruned.is_dropped(row) {
                            rows.extend(self.row(row, &mut bytes)?);
                        }
                    }
                }
                _ => {}
            }
        }
        self.markdown.table(&rows);
        Ok(())
    }

    /// The cells of a row; none when they are all blank. A cell that spans columns is followed by empty ones. Adds what
    /// they take to `bytes`.
    fn row(&mut self, id: NodeId, bytes: &mut usize) -> Result<Option<Vec<String>>, Error> {
        let tree = self.tree;
        let mut cells = Vec::new();
        for cell in tree.children(id) {
            if !matches!(tree.tag(cell), Some(Tag::Td | Tag::Th)) || self.pruned.is_dropped(cell) {
                continue;
            }
            let text = self.on_one_line(cell)?;
            let span = tree.attribute(cell, Attr::Colspan).and_then(|span| span.trim().parse().ok());
            let span = span.unwrap_or(1).clamp(1, MAX_SPAN);
            *bytes += text.len() + span * size_of::<String>();
            self.limits.check_bytes(*bytes)?;
            cells.push(text);
            cells.extend(std::iter::repeat_n(String::new(), span - 1));
        }
        Ok(cells.iter().any(|cell| !cell.is_empty()).then_some(cells))
    }

    /// Whether a table's cells hold what a cell of data does not: other blocks, or a lot of prose. So does one with
    /// text outside of its cells, which would be lost.
    fn is_layout(&self, id: NodeId) -> bool {
        let tree = self.tree;
        if matches!(tree.attribute(id, Attr::Role), Some("presentation" | "none")) {
            return true;
        }
        let mut in_cell = 0;
        let mut paragraphs = 0;
        let mut cell_bytes = 0;
        for node in tree.subtree(id).skip(1) {
            match tree.tag(node) {
                None => {
                    if !tree.text(node).trim().is_empty() {
                        if node >= in_cell && !tree.ancestors(node).any(|above| tree.is(above, Tag::Caption))
                        {
                            return true;
                        }
                        cell_bytes += tree.text(node).len();
                        if cell_bytes > MAX_CELL {
                            return true;
                        }
                    }
                }
                Some(Tag::Td | Tag::Th) => {
                    in_cell = tree.subtree(node).end;
                    (paragraphs, cell_bytes) = (0, 0);
                }
                Some(Tag::Pre | Tag::Blockquote | Tag::Table | Tag::Article | Tag::Section) => return true,
                Some(Tag::P) => {
                    paragraphs += 1;
                    if paragraphs > 3 {
                        return true;
                    }
                }
                Some(tag) if tag.heading().is_some() => return true,
                Some(_) => {}
            }
        }
        false
    }
}
