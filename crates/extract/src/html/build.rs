//! Tags and text to a tree.
//!
//! The rules are our own, since a browser's are not linear: they walk the open elements at every tag, and a hundred
//! thousand nested tags take them minutes. Here elements that only say how text looks get no node, elements deeper
//! than [`MAX_DEPTH`] are flattened, as browsers do too, and a misnested end tag closes the nearest element of its
//! name.

use html5gum::State;

use super::tag::Tag;
use super::tree::{Attr, Kind, NONE, Node, NodeId, ROOT, Span, Tree};

/// How deep elements nest; deeper ones become their ancestor's children. Bounds the stack of all that recurses.
const MAX_DEPTH: usize = 200;
/// The most elements and pieces of text of a page, each of which takes about 40 bytes. A book on one page has a few
/// hundred thousand.
pub(super) const MAX_NODES: usize = 4 << 20;

/// A start tag as it was read.
pub(super) struct StartTag<'a> {
    pub(super) tag: Tag,
    /// Each attribute and where its value ends in `values`.
    pub(super) attributes: &'a [(Attr, usize)],
    pub(super) values: &'a [u8],
    pub(super) hidden: bool,
    pub(super) self_closing: bool,
}

impl StartTag<'_> {
    fn value(&self, name: Attr) -> Option<String> {
        let at = self.attributes.iter().position(|(found, _)| *found == name)?;
        let start = if at == 0 { 0 } else { self.attributes[at - 1].1 };
        Some(String::from_utf8_lossy(&self.values[start..self.attributes[at].1]).trim().to_owned())
    }
}

/// A tree in the making.
pub(super) struct Builder {
    xml: bool,
    nodes: Vec<Node>,
    attributes: Vec<(Attr, Span)>,
    text: Vec<u8>,
    language: Option<String>,
    /// The open elements, outermost first; the root is not among them.
    open: Vec<(NodeId, Tag)>,
    /// How many open elements have each tag, so that a stray end tag costs nothing.
    counts: [u32; Tag::COUNT],
    /// Start tags beyond the greatest depth that wait for their end tags.
    beyond: u64,
    /// Whether text is dropped: within scripts and the like.
    mute: bool,
}

impl Builder {
    /// A builder for a page of so many bytes.
    pub(super) fn new(bytes: usize, xml: bool) -> Self {
        let mut nodes = Vec::with_capacity((bytes / 32).clamp(1, 1 << 18));
        nodes.push(element(Tag::Html));
        Self {
            xml,
            nodes,
            attributes: Vec::new(),
            text: Vec::with_capacity((bytes / 2).min(1 << 22)),
            language: None,
            open: Vec::new(),
            counts: [0; Tag::COUNT],
            beyond: 0,
            mute: false,
        }
    }

    /// Whether the page has more nodes than are allowed.
    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() > MAX_NODES
    }

    /// Whether an SVG or MathML element is open.
    pub(super) fn is_foreign(&self) -> bool {
        self.has(Tag::Svg) || self.has(Tag::Math)
    }

    /// The tree of all that came.
    pub(super) fn finish(self) -> Tree {
        let text = String::from_utf8(self.text)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Tree { nodes: self.nodes, attributes: self.attributes, text, language: self.language }
    }

    /// Takes text.
    pub(super) fn text(&mut self, bytes: &[u8]) {
        if self.mute {
            return;
        }
        let start = self.text.len() as u32;
        self.text.extend_from_slice(bytes);
        let end = self.text.len() as u32;
        let last = self.nodes[self.current() as usize].last_child;
        if let Some(Node { kind: Kind::Text(span), .. }) = self.nodes.get_mut(last as usize)
            && span.end == start
        {
            span.end = end;
            return;
        }
        self.append(Node { kind: Kind::Text(Span { start, end }), ..element(Tag::Other) });
    }

    /// Takes a start tag; returns how its content is to be read where that is not as HTML.
    pub(super) fn start(&mut self, start: &StartTag<'_>) -> Option<State> {
        let tag = start.tag;
        if matches!(tag, Tag::Html | Tag::Head | Tag::Body) {
            if tag != Tag::Head && self.language.is_none() {
                self.language = start.value(Attr::Lang);
            }
            return None;
        }
        if tag.is_look() {
            return None;
        }
        self.close_implied(tag);
        let closed = tag.is_void() || (start.self_closing && (self.xml || self.is_foreign()));
        if !closed && self.open.len() >= MAX_DEPTH {
            self.beyond += 1;
        } else {
            let node = self.element_of(start);
            let id = self.append(node);
            if closed {
                return None;
            }
            self.open.push((id, tag));
            self.counts[tag as usize] += 1;
        }
        let state = tag.content();
        self.mute = match tag {
            Tag::Script => !start.value(Attr::Type).is_some_and(|kind| is_data(&kind)),
            Tag::Title | Tag::Plaintext | Tag::Xmp => false,
            _ => state.is_some(),
        };
        state
    }

    /// Takes an end tag.
    pub(super) fn end(&mut self, tag: Tag) {
        self.mute = false;
        if tag == Tag::Br {
            self.append(element(Tag::Br));
        }
        if tag.is_look() || tag.is_void() || matches!(tag, Tag::Html | Tag::Head | Tag::Body) {
            return;
        }
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if tag.heading().is_some() {
            self.close(|open| open.heading().is_some(), |open| open.is_wall() || is_list(open));
        } else if self.has(tag) {
            match tag {
                Tag::Table => self.close(|open| open == tag, |_| false),
                _ if is_part_of_table(tag) => self.close(|open| open == tag, |open| open == Tag::Table),
                _ if tag.is_block() || tag == Tag::Other => self.close(|open| open == tag, Tag::is_wall),
                _ => self.close(|open| open == tag, Tag::is_block),
            }
        }
    }

    /// Closes what a start tag ends without saying so.
    fn close_implied(&mut self, tag: Tag) {
        if tag.closes_paragraph() && self.has(Tag::P) {
            self.close(|open| open == Tag::P, |open| open.is_wall() || open == Tag::Button);
        }
        match tag {
            Tag::Li if self.has(tag) => {
                self.close(|open| open == tag, |open| is_list(open) || open.is_wall())
            }
            Tag::Dd | Tag::Dt => self.close(
                |open| matches!(open, Tag::Dd | Tag::Dt),
                |open| open == Tag::Dl || is_list(open) || open.is_wall(),
            ),
            Tag::Td | Tag::Th => self.close(is_cell, is_table),
            Tag::Tr => self.close(|open| open == tag, is_table),
            Tag::Tbody | Tag::Thead | Tag::Tfoot => {
                self.close(|open| is_part_of_table(open) && !is_cell(open) && open != Tag::Tr, is_table);
            }
            Tag::A if self.has(tag) => self.close(|open| open == tag, Tag::is_block),
            Tag::Option | Tag::Button if self.has(tag) => self.close(|open| open == tag, Tag::is_wall),
            _ if tag.heading().is_some()
                && self.open.last().is_some_and(|(_, open)| open.heading().is_some()) =>
            {
                self.pop();
            }
            _ => {}
        }
    }

    /// Closes the nearest open element of which `is_it` holds, and all within it, unless a wall stands before it.
    fn close(&mut self, is_it: impl Fn(Tag) -> bool, is_wall: impl Fn(Tag) -> bool) {
        let nearest = self.open.iter().rposition(|(_, tag)| is_it(*tag) || is_wall(*tag));
        if let Some(at) = nearest.filter(|at| is_it(self.open[*at].1)) {
            while self.open.len() > at {
                self.pop();
            }
        }
    }

    fn pop(&mut self) {
        if let Some((_, tag)) = self.open.pop() {
            self.counts[tag as usize] -= 1;
        }
    }

    fn has(&self, tag: Tag) -> bool {
        self.counts[tag as usize] > 0
    }

    fn current(&self) -> NodeId {
        self.open.last().map_or(ROOT, |(id, _)| *id)
    }

    fn append(&mut self, mut node: Node) -> NodeId {
        let (id, parent) = (self.nodes.len() as NodeId, self.current());
        node.parent = parent;
        self.nodes.push(node);
        let before = std::mem::replace(&mut self.nodes[parent as usize].last_child, id);
        if before == NONE {
            self.nodes[parent as usize].first_child = id;
        } else {
            self.nodes[before as usize].next = id;
        }
        id
    }

    /// The node of a tag, its attributes put where the tree keeps them.
    fn element_of(&mut self, start: &StartTag<'_>) -> Node {
        let first = self.attributes.len() as u32;
        let base = self.text.len();
        self.text.extend_from_slice(start.values);
        let mut from = base;
        for (name, end) in start.attributes {
            let span = Span { start: from as u32, end: (base + end) as u32 };
            self.attributes.push((*name, span));
            from = base + end;
        }
        let attributes = Span { start: first, end: self.attributes.len() as u32 };
        Node {
            hidden: start.hidden,
            kind: Kind::Element { tag: start.tag, attributes },
            ..element(start.tag)
        }
    }
}

/// An element without attributes and neighbours.
fn element(tag: Tag) -> Node {
    Node {
        parent: NONE,
        first_child: NONE,
        last_child: NONE,
        next: NONE,
        hidden: false,
        kind: Kind::Element { tag, attributes: Span { start: 0, end: 0 } },
    }
}

/// Whether a script of this type holds something to read: JSON-LD, or TeX for `MathJax`.
fn is_data(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.contains("ld+json") || kind.starts_with("math/tex")
}

fn is_list(tag: Tag) -> bool {
    matches!(tag, Tag::Dir | Tag::Menu | Tag::Ol | Tag::Ul)
}

fn is_cell(tag: Tag) -> bool {
    matches!(tag, Tag::Td | Tag::Th)
}

fn is_table(tag: Tag) -> bool {
    matches!(tag, Tag::Table | Tag::Template)
}

fn is_part_of_table(tag: Tag) -> bool {
    is_cell(tag) || matches!(tag, Tag::Caption | Tag::Tbody | Tag::Tfoot | Tag::Thead | Tag::Tr)
}
