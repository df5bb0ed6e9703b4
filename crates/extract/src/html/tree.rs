//! A page as a tree in one arena: nodes in document order, so that every child stands behind its parent. Passes over
//! the tree are then loops over a vector, forwards for what parents give to children and backwards for sums.

use super::tag::Tag;

/// A node's place in the arena.
pub(super) type NodeId = u32;

/// No node.
pub(super) const NONE: NodeId = NodeId::MAX;

/// The page itself, the parent of what has none.
pub(super) const ROOT: NodeId = 0;

/// The attributes that something is read from; the others are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attr {
    Alt,
    Alttext,
    Class,
    Colspan,
    Content,
    Datetime,
    Encoding,
    EpubType,
    Href,
    Id,
    Itemprop,
    Lang,
    Name,
    Property,
    Role,
    Start,
    Type,
}

impl Attr {
    /// The attribute of a name in lower case.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"alt" => Self::Alt,
            b"alttext" => Self::Alttext,
            b"class" => Self::Class,
            b"colspan" => Self::Colspan,
            b"content" => Self::Content,
            b"datetime" => Self::Datetime,
            b"encoding" => Self::Encoding,
            b"epub:type" => Self::EpubType,
            b"href" => Self::Href,
            b"id" => Self::Id,
            b"itemprop" => Self::Itemprop,
            b"lang" | b"xml:lang" => Self::Lang,
            b"name" => Self::Name,
            b"property" => Self::Property,
            b"role" => Self::Role,
            b"start" => Self::Start,
            b"type" => Self::Type,
            _ => return None,
        })
    }
}

/// A range of the tree's text buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What a node is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// An element, and where its attributes stand.
    Element { tag: Tag, attributes: Span },
    /// Text, entities resolved, white space as in the page.
    Text(Span),
}

/// A node with its neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) parent: NodeId,
    pub(super) first_child: NodeId,
    pub(super) last_child: NodeId,
    pub(super) next: NodeId,
    /// Whether the page says itself that it is not shown.
    pub(super) hidden: bool,
    pub(super) kind: Kind,
}

/// A page.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// All elements' attributes one after another.
    pub(super) attributes: Vec<(Attr, Span)>,
    /// All text and attribute values one after another.
    pub(super) text: String,
    /// The language that the page's outermost element names.
    pub(super) language: Option<String>,
}

impl Tree {
    /// How many nodes there are.
    pub(super) fn len(&self) -> NodeId {
        self.nodes.len() as NodeId
    }

    /// The node of this id.
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// An element's tag; `None` for text.
    pub(super) fn tag(&self, id: NodeId) -> Option<Tag> {
        match self.node(id).kind {
            Kind::Element { tag, .. } => Some(tag),
            Kind::Text(_) => None,
        }
    }

    /// Whether a node is an element of this name.
    pub(super) fn is(&self, id: NodeId, tag: Tag) -> bool {
        self.tag(id) == Some(tag)
    }

    /// A node's own text, empty for elements.
    pub(super) fn text(&self, id: NodeId) -> &str {
        match self.node(id).kind {
            Kind::Text(span) => self.slice(span),
            Kind::Element { .. } => "",
        }
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, id: NodeId, name: Attr) -> Option<&str> {
        let Kind::Element { attributes, .. } = self.node(id).kind else { return None };
        let all = self.attributes.get(attributes.start as usize..attributes.end as usize)?;
        all.iter().find(|(found, _)| *found == name).map(|(_, value)| self.slice(*value))
    }

    /// The children of a node.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut next = self.node(id).first_child;
        std::iter::from_fn(move || {
            let current = next;
            if current == NONE {
                return None;
            }
            next = self.node(current).next;
            Some(current)
        })
    }

    /// The nodes above a node, from its parent to the root.
    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut current = id;
        std::iter::from_fn(move || {
            current = self.node(current).parent;
            (current != NONE).then_some(current)
        })
    }

    /// A node and all below it, in document order: they stand side by side in the arena.
    pub(super) fn subtree(&self, id: NodeId) -> std::ops::Range<NodeId> {
        let mut current = id;
        while current != NONE {
            let node = self.node(current);
            if node.next != NONE {
                return id..node.next;
            }
            current = node.parent;
        }
        id..self.len()
    }

    /// All text below a node in one piece, white space collapsed; of elements that are not shown as well.
    pub(super) fn all_text(&self, id: NodeId) -> String {
        let mut text = String::new();
        for node in self.subtree(id) {
            for word in self.text(node).split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
        text
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}
