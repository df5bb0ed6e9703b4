//! A page's kept nodes to Markdown.
//!
//! Links become their text, and emphasis is left out: a passage says the same without. Alternative texts of images are
//! left out too, which mostly name a file or repeat a caption; those of formulas are kept, as TeX.
//!
//! The walk recurses: no page is deeper than the tree's builder lets it be.

mod inline;
mod pre;
mod table;

use super::prune::Pruned;
use super::tag::Tag;
use super::tree::{Attr, NodeId, Tree};
use crate::markdown::Markdown;
use crate::{Error, Limits};

/// How many nodes are written between two looks at the clock.
const NODES_BETWEEN_CHECKS: u32 = 2048;

/// Writes what is kept of a node.
pub(super) fn write(tree: &Tree, pruned: &Pruned, node: NodeId, limits: &Limits) -> Result<String, Error> {
    let mut writer = Writer {
        tree,
        pruned,
        limits,
        markdown: Markdown::new(limits),
        line: String::new(),
        flat: 0,
        visited: 0,
    };
    writer.node(node)?;
    writer.flush();
    writer.markdown.finish()
}

struct Writer<'a> {
    tree: &'a Tree,
    pruned: &'a Pruned,
    limits: &'a Limits,
    markdown: Markdown,
    /// The paragraph that is being read.
    line: String,
    /// More than 0 where blocks are written on one line: in headings and cells.
    flat: u32,
    visited: u32,
}

impl Writer<'_> {
    fn node(&mut self, id: NodeId) -> Result<(), Error> {
        self.visited += 1;
        if self.visited.is_multiple_of(NODES_BETWEEN_CHECKS) {
            self.limits.check_time()?;
            self.limits.check_bytes(self.line.len())?;
        }
        let tree = self.tree;
        let Some(tag) = tree.tag(id) else {
            self.push_text(tree.text(id));
            return Ok(());
        };
        if self.pruned.is_dropped(id) && !inline::is_formula(tree, id) {
            return Ok(());
        }
        if self.flat > 0 {
            if tag.is_block() {
                self.break_word();
                self.inline_or_children(id, tag)?;
                self.break_word();
                return Ok(());
            }
            return self.inline_or_children(id, tag);
        }
        if !tag.is_block() {
            return self.inline_or_children(id, tag);
        }
        self.flush();
        self.block(id, tag)?;
        self.flush();
        Ok(())
    }

    fn children(&mut self, id: NodeId) -> Result<(), Error> {
        let tree = self.tree;
        for child in tree.children(id) {
            self.node(child)?;
        }
        Ok(())
    }

    /// Writes the paragraph that was being read.
    fn flush(&mut self) {
        if self.flat == 0 {
            self.markdown.paragraph(&self.line);
            self.line.clear();
        }
    }

    fn block(&mut self, id: NodeId, tag: Tag) -> Result<(), Error> {
        if let Some(level) = tag.heading() {
            let title = self.on_one_line(id)?;
            self.markdown.heading(level, &title);
            return Ok(());
        }
        match tag {
            Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dir => self.list(id, tag),
            Tag::Li => self.item(id, "- ", true),
            Tag::Blockquote => {
                self.markdown.open_quote();
                self.children(id)?;
                self.flush();
                self.markdown.close();
                Ok(())
            }
            Tag::Dd => self.item(id, ": ", false),
            Tag::Pre | Tag::Xmp | Tag::Plaintext => {
                self.pre(id);
                Ok(())
            }
            Tag::Table => self.table(id),
            _ => self.children(id),
        }
    }

    fn list(&mut self, id: NodeId, tag: Tag) -> Result<(), Error> {
        let tree = self.tree;
        let start = tree.attribute(id, Attr::Start).and_then(|start| start.trim().parse::<u32>().ok());
        let mut number = start.unwrap_or(1);
        let mut first = true;
        for child in tree.children(id) {
            if !tree.is(child, Tag::Li) {
                // Lists within lists, outside of any item, are common and wrong.
                self.node(child)?;
                continue;
            }
            self.flush();
            if self.pruned.is_dropped(child) {
                continue;
            }
            if tag == Tag::Ol {
                self.item(child, &format!("{number}. "), first)?;
                number = number.saturating_add(1);
            } else {
                self.item(child, "- ", first)?;
            }
            first = false;
        }
        Ok(())
    }

    fn item(&mut self, id: NodeId, marker: &str, first: bool) -> Result<(), Error> {
        self.markdown.open_item(marker, first);
        self.children(id)?;
        self.flush();
        self.markdown.close();
        Ok(())
    }

    /// All that is kept below a node, on one line.
    fn on_one_line(&mut self, id: NodeId) -> Result<String, Error> {
        let outer = std::mem::take(&mut self.line);
        self.flat += 1;
        let done = self.children(id);
        self.flat -= 1;
        let line = std::mem::replace(&mut self.line, outer);
        done.map(|()| crate::markdown::one_line(&line))
    }
}
