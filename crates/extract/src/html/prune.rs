//! What of a page is no content: what is not shown, and what its names say is a menu, a banner or the like.

use super::hints::Hints;
use super::measure::Measure;
use super::tag::Tag;
use super::tree::{Attr, Kind, NodeId, ROOT, Tree};

/// The nodes that are left out, with all that is below them.
#[derive(Debug, Clone)]
pub(super) struct Pruned(Vec<bool>);

impl Pruned {
    /// Leaves out what a browser does not show, and buttons and the like.
    pub(super) fn unseen(tree: &Tree) -> Self {
        let mut pruned = Self(vec![false; tree.nodes.len()]);
        pruned.drop_where(tree, |id, tag| {
            (tree.node(id).hidden && !holds_formula(tree, id))
                || tag.is_unseen()
                || tag == Tag::Dialog
                || (tag == Tag::Button && !tree.ancestors(id).any(|above| is_heading(tree, above)))
                || Hints::of(tree, id).is_unseen()
                || tree.attribute(id, Attr::EpubType).is_some_and(is_for_navigation)
        });
        pruned
    }

    /// Whether a node is left out.
    pub(super) fn is_dropped(&self, id: NodeId) -> bool {
        self.0[id as usize]
    }

    /// Leaves a node out, with all that is below it.
    pub(super) fn drop(&mut self, tree: &Tree, id: NodeId) {
        for below in tree.subtree(id) {
            self.0[below as usize] = true;
        }
    }

    /// Leaves out what names itself something else than content, unless it holds this share of the page's prose.
    pub(super) fn drop_named(&mut self, tree: &Tree, measures: &[Measure], spared: f64) {
        let whole = measures[ROOT as usize];
        let most = (f64::from(whole.prose) * spared) as u32;
        let mut code_ends = 0;
        self.drop_where(tree, |id, tag| {
            if matches!(tag, Tag::Pre | Tag::Code) {
                code_ends = tree.subtree(id).end;
            }
            let here = measures[id as usize];
            if id < code_ends || here.prose > most || is_heading(tree, id) {
                return false;
            }
            let hints = Hints::of(tree, id);
            let strong = hints.is_boilerplate()
                || match tag {
                    Tag::Nav | Tag::Search | Tag::Menu => true,
                    Tag::Footer => !is_in_quotation(tree, id),
                    Tag::Aside => !hints.is_note(),
                    Tag::Form => here.prose * 4 < whole.prose,
                    _ => false,
                };
            if strong {
                if hints.is_purely_content() && here.prose * 3 > whole.prose {
                    return false;
                }
                return !here.holds_main || here.prose * 10 < whole.prose;
            }
            hints.is_maybe_boilerplate() && !here.holds_main && here.prose * 5 < whole.prose
        });
    }

    /// Drops each element of which `is_out` holds; it is not asked about what is below one.
    fn drop_where(&mut self, tree: &Tree, mut is_out: impl FnMut(NodeId, Tag) -> bool) {
        let mut id = ROOT + 1;
        while id < tree.len() {
            if let Kind::Element { tag, .. } = tree.node(id).kind
                && (self.is_dropped(id) || is_out(id, tag))
            {
                let below = tree.subtree(id);
                id = below.end;
                self.0[below.start as usize..below.end as usize].fill(true);
            } else {
                id += 1;
            }
        }
    }
}

/// Whether this is how EPUB marks a table of contents or the number of a printed page.
fn is_for_navigation(kinds: &str) -> bool {
    kinds.split_whitespace().any(|kind| matches!(kind, "landmarks" | "page-list" | "pagebreak" | "toc"))
}

fn is_heading(tree: &Tree, id: NodeId) -> bool {
    tree.tag(id).is_some_and(|tag| tag.heading().is_some())
}

fn is_in_quotation(tree: &Tree, id: NodeId) -> bool {
    tree.ancestors(id).any(|above| tree.is(above, Tag::Blockquote))
}

/// Whether a hidden element holds what a formula is read from: pages show a picture of it instead.
fn holds_formula(tree: &Tree, id: NodeId) -> bool {
    let class = tree.attribute(id, Attr::Class).unwrap_or_default().to_ascii_lowercase();
    class.contains("math") && !tree.is(id, Tag::Img)
}
