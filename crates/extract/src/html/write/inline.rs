//! What stands within a line: text, code, formulas, exponents.

use super::Writer;
use crate::Error;
use crate::html::tag::Tag;
use crate::html::tree::{Attr, NodeId, Tree};
use crate::markdown::is_unreadable;

impl Writer<'_> {
    /// Writes an element within a line, or the children of one that means nothing here.
    pub(super) fn inline_or_children(&mut self, id: NodeId, tag: Tag) -> Result<(), Error> {
        match tag {
            Tag::Br => {
                self.trim_line();
                self.line.push(if self.flat > 0 { ' ' } else { '\n' });
                Ok(())
            }
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => self.code_span(id),
            Tag::Sup => self.superscript(id),
            Tag::Q => {
                self.line.push('“');
                self.children(id)?;
                self.line.push('”');
                Ok(())
            }
            Tag::A if is_note_mark(self.tree, id) => {
                self.line.push('[');
                self.children(id)?;
                self.line.push(']');
                Ok(())
            }
            Tag::Math | Tag::Script | Tag::Img => self.formula(id, tag),
            _ => self.children(id),
        }
    }

    /// Appends text, white space collapsed.
    pub(super) fn push_text(&mut self, text: &str) {
        self.line.reserve(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.find(is_special).unwrap_or(rest.len());
            self.line.push_str(&rest[..plain]);
            let mut after = rest[plain..].chars();
            if let Some(special) = after.next()
                && special.is_whitespace()
            {
                self.break_word();
            }
            rest = after.as_str();
        }
    }

    /// Sees to it that what follows begins a new word.
    pub(super) fn break_word(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with([' ', '\n']) {
            self.line.push(' ');
        }
    }

    fn trim_line(&mut self) {
        let end = self.line.trim_end_matches(' ').len();
        self.line.truncate(end);
    }

    fn code_span(&mut self, id: NodeId) -> Result<(), Error> {
        let start = self.line.len();
        self.children(id)?;
        // A block within has ended the line.
        let Some(code) = self.line.get(start..).map(str::trim).filter(|code| !code.is_empty()) else {
            return Ok(());
        };
        if code.contains('`') || code.contains('\n') {
            return Ok(());
        }
        let (code, before) = (code.to_owned(), self.line[start..].starts_with(' '));
        let after = self.line.ends_with(' ');
        self.line.truncate(start);
        self.line.push_str(if before { " `" } else { "`" });
        self.line.push_str(&code);
        self.line.push_str(if after { "` " } else { "`" });
        Ok(())
    }

    /// Powers get a caret, so that 10⁶ is not 106; the number of a footnote gets brackets. "1st" stays as it is.
    fn superscript(&mut self, id: NodeId) -> Result<(), Error> {
        let tree = self.tree;
        let base = self.line.chars().next_back();
        let start = self.line.len();
        self.children(id)?;
        let Some(script) = self.line.get(start..).map(str::trim).filter(|script| !script.is_empty()) else {
            return Ok(());
        };
        let is_number = script.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '−'));
        let is_link = tree.subtree(id).any(|node| tree.is(node, Tag::A))
            || tree.ancestors(id).take(2).any(|node| tree.is(node, Tag::A));
        let is_marked =
            script.starts_with('[') || tree.ancestors(id).take(2).any(|above| is_note_mark(tree, above));
        if is_marked {
            return Ok(());
        }
        if is_number && is_link {
            let mark = format!("[{script}]");
            self.line.truncate(start);
            self.line.push_str(&mark);
        } else if (is_number || script.chars().count() == 1)
            && script.chars().all(|c| c.is_alphanumeric() || matches!(c, '+' | '-' | '−'))
            && base.is_some_and(|c| c.is_alphanumeric() || matches!(c, ')' | ']'))
        {
            self.line.insert(start, '^');
        }
        Ok(())
    }

    fn formula(&mut self, id: NodeId, tag: Tag) -> Result<(), Error> {
        let Some(tex) = tex(self.tree, id) else {
            return if tag == Tag::Math { self.children(id) } else { Ok(()) };
        };
        self.line.push('$');
        self.push_text(&tex);
        self.line.push('$');
        Ok(())
    }
}

/// Whether a link leads to a note, by what EPUB or Pandoc calls it, and is not in brackets yet.
fn is_note_mark(tree: &Tree, id: NodeId) -> bool {
    let is = |attribute, names: &[&str]| {
        tree.attribute(id, attribute)
            .is_some_and(|value| value.split_whitespace().any(|name| names.contains(&name)))
    };
    (is(Attr::EpubType, &["noteref"]) || is(Attr::Class, &["footnote-ref", "footnote-reference", "noteref"]))
        && !tree.all_text(id).starts_with(['[', '('])
}

/// Whether an element is shown as a formula, though what holds its source is not shown itself.
pub(super) fn is_formula(tree: &Tree, id: NodeId) -> bool {
    tree.is(id, Tag::Script) && tex(tree, id).is_some()
}

/// The TeX of a formula, when the page has it.
fn tex(tree: &Tree, id: NodeId) -> Option<String> {
    let source = match tree.tag(id)? {
        Tag::Script => {
            let kind = tree.attribute(id, Attr::Type)?.trim().to_ascii_lowercase();
            kind.starts_with("math/tex").then(|| tree.all_text(id))?
        }
        Tag::Img => {
            let class = tree.attribute(id, Attr::Class)?.to_ascii_lowercase();
            let is_tex = ["math", "tex"].iter().any(|word| class.contains(word));
            is_tex.then(|| tree.attribute(id, Attr::Alt).map(str::to_owned))??
        }
        Tag::Math => tree
            .subtree(id)
            .find(|node| {
                tree.is(*node, Tag::Annotation)
                    && tree.attribute(*node, Attr::Encoding).is_some_and(|kind| kind.contains("tex"))
            })
            .map(|node| tree.all_text(node))
            .or_else(|| tree.attribute(id, Attr::Alttext).map(str::to_owned))?,
        _ => return None,
    };
    let source = source.trim().trim_matches('$').trim();
    // How MediaWiki says that a formula within a line is to be set like one on its own.
    let inner = source.strip_prefix("{\\displaystyle").and_then(|rest| rest.strip_suffix('}'));
    let source = inner.unwrap_or(source).trim();
    (!source.is_empty()).then(|| source.to_owned())
}

/// White space, and characters that are not for reading.
fn is_special(c: char) -> bool {
    c.is_whitespace() || is_unreadable(c)
}
