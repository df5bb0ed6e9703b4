//! Code blocks, white space kept.

use super::Writer;
use crate::html::tag::Tag;
use crate::html::tree::{Attr, NodeId, Tree};
use crate::markdown::is_unreadable;

/// Class names that are put before a language by those who mark code up.
const PREFIXES: [&str; 7] =
    ["language-", "lang-", "highlight-source-", "highlight-text-", "highlight-", "brush-", "src-"];
/// What stands where a language would, and is none.
const NO_LANGUAGE: [&str; 7] = ["default", "none", "nohighlight", "plain", "plaintext", "text", "txt"];

impl Writer<'_> {
    pub(super) fn pre(&mut self, id: NodeId) {
        let mut code = String::new();
        self.collect(id, &mut code);
        let language = language(self.tree, id).unwrap_or_default();
        self.markdown.code(&language, &code);
    }

    /// Appends the text below a node as it stands in the page.
    fn collect(&self, id: NodeId, code: &mut String) {
        for child in self.tree.children(id) {
            let Some(tag) = self.tree.tag(child) else {
                let text = self.tree.text(child);
                code.extend(
                    text.chars().filter(|c| !is_unreadable(*c)).map(|c| if c == '\u{a0}' { ' ' } else { c }),
                );
                continue;
            };
            if self.pruned.is_dropped(child) {
                continue;
            }
            let own_line = tag.is_block();
            if tag == Tag::Br || (own_line && !code.is_empty() && !code.ends_with('\n')) {
                code.push('\n');
            }
            self.collect(child, code);
            if own_line && !code.ends_with('\n') {
                code.push('\n');
            }
        }
    }
}

/// The language of a code block, as its own class, its code's or that of what is around it names it.
fn language(tree: &Tree, pre: NodeId) -> Option<String> {
    let code = tree.children(pre).find(|child| tree.is(*child, Tag::Code));
    let around = tree.ancestors(pre).take(2);
    code.into_iter().chain([pre]).chain(around).find_map(|node| {
        let mut names = tree.attribute(node, Attr::Class)?.split_whitespace().peekable();
        while let Some(name) = names.next() {
            let name = name.trim_end_matches([';', ':']);
            // "brush: rust" and "sourceCode rust" are two names each.
            let found = match name {
                "brush" | "sourceCode" => names.peek().copied(),
                _ => PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)),
            };
            if let Some(found) = found.and_then(as_language) {
                return Some(found);
            }
        }
        None
    })
}

fn as_language(name: &str) -> Option<String> {
    let name = name.trim_end_matches(';').to_ascii_lowercase();
    let is_name = !name.is_empty()
        && name.len() <= 20
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '_' | '.'));
    (is_name && !NO_LANGUAGE.contains(&name.as_str())).then_some(name)
}
