//! Finds the part of a page that is its content.
//!
//! What names itself a menu, a banner or the like is left out first (see [`prune`](super::prune)). From the page's
//! root, the search then goes down to the one element that still holds nearly all of the prose, as the article's
//! element does; where the page says what its article is, less than nearly all will do. Within it, blocks that are
//! mostly links go. A page on which little is left of its prose is taken whole: it has no boilerplate, or none that
//! can be told from its content.

use super::hints::Hints;
use super::measure::{Measure, is_main, measure};
use super::prune::Pruned;
use super::tag::Tag;
use super::tree::{NodeId, ROOT, Tree};
use crate::{Error, Limits};

/// The share of an element's prose that a child must have for the search to go on in it.
const NEARLY_ALL: f64 = 0.85;
/// That share when the child's names say that it is content.
const MOST: f64 = 0.6;
/// What names itself boilerplate is spared when it holds this share of the page's prose: names are for style sheets, and
/// some pages are one big sidebar. The smaller share is tried when little is left with the larger one.
const SPARED: [f64; 2] = [0.8, 0.3];
/// The share of the page's prose below which content is no good find; a quarter of it when the page names its article.
const LITTLE: f64 = 0.12;
/// The share of an element's prose in paragraphs of its own from which the search does not go on.
const PARAGRAPHS: f64 = 0.03;
/// The share of the page's prose that its own article must have at least.
const NAMED: f64 = 0.15;
/// A block of links: the share of its text that is in links.
const LINKS: f64 = 0.5;

/// The content of a page: its topmost node, and what is left out below.
///
/// # Errors
/// [`Reason::TooSlow`](crate::Reason::TooSlow) after the deadline.
pub(super) fn find(tree: &Tree, unseen: &Pruned, limits: &Limits) -> Result<(NodeId, Pruned), Error> {
    let before = measure(tree, unseen);
    for spared in SPARED {
        limits.check_time()?;
        let mut pruned = unseen.clone();
        pruned.drop_named(tree, &before, spared);
        let measures = measure(tree, &pruned);
        let named = named(tree, &pruned, &measures);
        let main = descend(tree, &pruned, &measures, named.unwrap_or(ROOT));
        let left = measures[main as usize].prose;
        let little = if named.is_some() { LITTLE / 4.0 } else { LITTLE };
        if left > 0 && f64::from(left) >= little * f64::from(before[ROOT as usize].prose) {
            drop_links(tree, main, &measures, &mut pruned);
            return Ok((main, pruned));
        }
    }
    Ok((ROOT, unseen.clone()))
}

/// The element that holds the article.
fn descend(tree: &Tree, pruned: &Pruned, measures: &[Measure], from: NodeId) -> NodeId {
    let mut current = from;
    loop {
        let whole = f64::from(measures[current as usize].prose);
        let candidates = tree
            .children(current)
            .filter(|id| !pruned.is_dropped(*id) && tree.tag(*id).is_some_and(Tag::is_container));
        let Some(largest) = candidates.max_by_key(|id| measures[*id as usize].prose) else { return current };
        let share = f64::from(measures[largest as usize].prose) / whole.max(1.0);
        let needed = if Hints::of(tree, largest).is_content() { MOST } else { NEARLY_ALL };
        // An element with paragraphs of its own is the article, whatever else it holds.
        let paragraphs: u32 = tree
            .children(current)
            .filter(|id| *id != largest && !pruned.is_dropped(*id) && is_paragraph(tree, *id, measures))
            .map(|id| measures[id as usize].prose)
            .sum();
        if share < needed || f64::from(paragraphs) > PARAGRAPHS * whole {
            return current;
        }
        current = largest;
    }
}

/// Whether a node is text without further blocks.
fn is_paragraph(tree: &Tree, id: NodeId, measures: &[Measure]) -> bool {
    let here = measures[id as usize];
    here.prose > 0
        && tree
            .tag(id)
            .is_none_or(|tag| matches!(tag, Tag::P | Tag::Pre | Tag::Blockquote) || here.is_one_block)
}

/// The element that the page itself says is its article, if there is one and it holds a fair part of the prose.
fn named(tree: &Tree, pruned: &Pruned, measures: &[Measure]) -> Option<NodeId> {
    let whole = f64::from(measures[ROOT as usize].prose);
    let mut found: Option<NodeId> = None;
    let mut all = 0;
    let mut id = ROOT + 1;
    while id < tree.len() {
        if !pruned.is_dropped(id) && tree.tag(id).is_some_and(|tag| is_main(tree, id, tag)) {
            let prose = measures[id as usize].prose;
            all += prose;
            if found.is_none_or(|found| measures[found as usize].prose < prose) {
                found = Some(id);
            }
            id = tree.subtree(id).end;
        } else {
            id += 1;
        }
    }
    let prose = found.map_or(0, |id| measures[id as usize].prose);
    found.filter(|_| f64::from(prose) > NAMED * whole && f64::from(prose) > MOST * f64::from(all))
}

/// Drops blocks that are mostly links: lists of other pages, of tags, of sections.
fn drop_links(tree: &Tree, main: NodeId, measures: &[Measure], pruned: &mut Pruned) {
    let whole = measures[main as usize];
    let mut id = main + 1;
    let end = tree.subtree(main).end;
    while id < end {
        let here = measures[id as usize];
        let is_group = tree.tag(id).is_some_and(|tag| {
            tag.is_container() || matches!(tag, Tag::Ul | Tag::Ol | Tag::Dl | Tag::Header)
        }) && !tree.is(id, Tag::Span)
            && !tree.is(id, Tag::Other);
        if is_group && here.links > 1 && here.link_density() > LINKS && here.text * 4 < whole.text {
            pruned.drop(tree, id);
            id = tree.subtree(id).end;
        } else {
            id += 1;
        }
    }
}
