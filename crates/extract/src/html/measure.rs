//! How much text each element holds, and how much of it is prose.

use super::prune::Pruned;
use super::tag::Tag;
use super::tree::{Attr, Kind, NodeId, Tree};

/// Blocks of fewer characters are labels and crumbs more often than sentences.
const SHORT_BLOCK: u32 = 25;

/// What stands below a node, what is dropped left out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measure {
    /// Characters that are not white space, by their [`weight`].
    pub(super) text: u32,
    /// Those of them that are in links.
    pub(super) linked: u32,
    /// Characters of blocks that read like prose: long, and not made of links.
    pub(super) prose: u32,
    /// Links.
    pub(super) links: u32,
    /// Whether the element that holds the article, as the page itself says, is this one or below.
    pub(super) holds_main: bool,
    /// Whether it is a block with nearly all of its text in itself.
    pub(super) is_one_block: bool,
    /// What stands in this block itself, not in blocks within it.
    own: u32,
    own_linked: u32,
}

impl Measure {
    /// The share of the text that is in links, 0..=1; 0 without text.
    pub(super) fn link_density(&self) -> f64 {
        if self.text == 0 { 0.0 } else { f64::from(self.linked) / f64::from(self.text) }
    }
}

/// The measures of all nodes. One pass, from the last node to the first: children come before their parents.
pub(super) fn measure(tree: &Tree, pruned: &Pruned) -> Vec<Measure> {
    let mut all = vec![Measure::default(); tree.nodes.len()];
    for id in (0..tree.len()).rev() {
        if pruned.is_dropped(id) {
            continue;
        }
        let node = tree.node(id);
        let mut here = all[id as usize];
        match node.kind {
            Kind::Text(_) => {
                let text = tree.text(id);
                here.text = text.chars().map(weight).fold(0, u32::saturating_add);
                here.own = here.text;
            }
            Kind::Element { tag, .. } => {
                if tag == Tag::A && tree.attribute(id, Attr::Href).is_some() {
                    here.linked = here.text;
                    here.own_linked = here.own;
                    here.links += 1;
                }
                if tag.is_block() {
                    here.prose = here.prose.saturating_add(prose(here.own, here.own_linked, tag));
                    here.is_one_block = here.own * 10 > here.text * 9;
                    (here.own, here.own_linked) = (0, 0);
                }
                here.holds_main |= is_main(tree, id, tag);
            }
        }
        all[id as usize] = here;
        if let Some(parent) = all.get_mut(node.parent as usize) {
            parent.text = parent.text.saturating_add(here.text);
            parent.linked = parent.linked.saturating_add(here.linked);
            parent.prose = parent.prose.saturating_add(here.prose);
            parent.links += here.links;
            parent.own = parent.own.saturating_add(here.own);
            parent.own_linked = parent.own_linked.saturating_add(here.own_linked);
            parent.holds_main |= here.holds_main;
        }
    }
    all
}

/// Whether the page says that this is its article.
pub(super) fn is_main(tree: &Tree, id: NodeId, tag: Tag) -> bool {
    matches!(tag, Tag::Main | Tag::Article)
        || tree.attribute(id, Attr::Role).is_some_and(|role| matches!(role, "main" | "article"))
        || tree.attribute(id, Attr::Itemprop).is_some_and(|prop| prop.eq_ignore_ascii_case("articleBody"))
}

fn prose(own: u32, linked: u32, tag: Tag) -> u32 {
    if linked * 2 > own {
        return 0;
    }
    let unlinked = own - linked;
    if own < SHORT_BLOCK && tag != Tag::Pre { unlinked / 4 } else { unlinked }
}

/// What a character counts: white space nothing, and one of Chinese, Japanese or Korean as much as the three letters of
/// other scripts that say the same.
fn weight(c: char) -> u32 {
    if c.is_ascii() {
        u32::from(!c.is_ascii_whitespace())
    } else if c >= '\u{2e80}' {
        3
    } else {
        1
    }
}
