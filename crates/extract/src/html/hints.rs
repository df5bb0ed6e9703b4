//! What the names of an element say of it: the words of its class, its id and its role.

use super::tag::Tag;
use super::tree::{Attr, NodeId, Tree};

/// How words begin that are run together with others: "relatedposts", "commentform".
const BOILERPLATE_STEMS: &[&str] = &[
    "breadcrumb",
    "commentf",
    "commentl",
    "comments",
    "cookie",
    "newsletter",
    "recommended",
    "related",
    "share",
    "sidebar",
    "social",
    "sponsor",
    "subscri",
];

/// What a word in a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// No content, wherever it stands.
    Boilerplate,
    /// No content, if nothing says that it is.
    MaybeBoilerplate,
    /// Content, likely.
    Content,
    /// What stands in an aside and belongs to the text.
    Note,
    /// Nothing.
    Other,
}

impl Word {
    fn of(word: &str) -> Self {
        match word {
            "ad" | "addthis" | "ads" | "adsense" | "advert" | "advertisement" | "advertising" | "adverts"
            | "breadcrumb" | "breadcrumbs" | "catlinks" | "comment" | "commentlist" | "comments"
            | "consent" | "cookie" | "cookies" | "disqus" | "editsection" | "footer" | "gdpr"
            | "headerlink" | "masthead" | "menu" | "menubar" | "nav" | "navbar" | "navbox" | "navi"
            | "navigation" | "newsletter" | "noprint" | "outbrain" | "pager" | "pagination" | "permalink"
            | "popup" | "prevnext" | "promo" | "recommended" | "related" | "relations" | "replies"
            | "respond" | "sharedaddy" | "share" | "sharing" | "sidebar" | "sidenav" | "signup"
            | "skiplink" | "social" | "sphinxsidebar" | "sponsor" | "sponsored" | "subscribe" | "taboola"
            | "tagcloud" | "toolbar" | "topbar" | "trending" => Self::Boilerplate,
            "agegate" | "author" | "banner" | "bio" | "bottom" | "byline" | "contentinfo" | "copyright"
            | "credits" | "dateline" | "disclaimer" | "extra" | "feedback" | "foot" | "header"
            | "infoline" | "jump" | "legal" | "login" | "meta" | "metadata" | "most" | "next" | "popular"
            | "postmeta" | "prev" | "previous" | "print" | "promotion" | "rating" | "recommend"
            | "recommendations" | "register" | "rss" | "search" | "searchform" | "shoutbox" | "skip"
            | "submeta" | "subscription" | "syndication" | "tag" | "taglist" | "tags" | "teaser"
            | "teasers" | "tool" | "tools" | "tooltip" | "top" | "vote" | "votes" | "widget" | "widgets" => {
                Self::MaybeBoilerplate
            }
            "article" | "articlebody" | "blog" | "body" | "column" | "content" | "contents" | "doc"
            | "document" | "entry" | "hentry" | "main" | "markdown" | "page" | "post" | "prose" | "story"
            | "text" => Self::Content,
            "admonition" | "callout" | "caution" | "danger" | "definition" | "endnote" | "endnotes"
            | "example" | "footnote" | "footnotes" | "hint" | "important" | "info" | "note" | "notes"
            | "quote" | "sidenote" | "tip" | "topic" | "warning" => Self::Note,
            _ if BOILERPLATE_STEMS
                .iter()
                .any(|stem| word.len() > stem.len() + 2 && word.starts_with(stem)) =>
            {
                Self::Boilerplate
            }
            _ => Self::Other,
        }
    }
}

/// An id of as many words is made of a heading.
const SLUG_WORDS: usize = 4;

/// Words of an element's names.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints {
    boilerplate: bool,
    maybe_boilerplate: bool,
    content: bool,
    /// Whether one of the class's names speaks of content alone.
    purely_content: bool,
    note: bool,
    unseen: bool,
}

impl Hints {
    /// What an element's names say.
    pub(super) fn of(tree: &Tree, id: NodeId) -> Self {
        let mut hints = Self::default();
        if let Some(class) = tree.attribute(id, Attr::Class) {
            for name in class.split_whitespace() {
                // What stands behind two hyphens says how the block looks.
                let name = name.split_once("--").map_or(name, |(block, _)| block);
                let mut alone = Self::default();
                alone.read(name);
                hints.purely_content |= alone.content && !alone.boilerplate && !alone.maybe_boilerplate;
                hints.add(alone);
            }
        }
        // The id of a section or of a place in the text is made of its heading's words.
        if let Some(name) = tree.attribute(id, Attr::Id)
            && tree.tag(id).is_some_and(Tag::is_block)
            && !is_section(tree, id)
            && name.split(['-', '_']).count() < SLUG_WORDS
        {
            let mut alone = Self::default();
            alone.read(name);
            hints.purely_content &= !alone.boilerplate;
            hints.add(alone);
        }
        match tree.attribute(id, Attr::Role).map(str::trim) {
            Some(
                "alert" | "alertdialog" | "banner" | "complementary" | "contentinfo" | "dialog" | "menu"
                | "menubar" | "navigation" | "search" | "tablist" | "toolbar" | "tooltip",
            ) => hints.boilerplate = true,
            Some("note" | "doc-footnote" | "doc-endnotes") => hints.note = true,
            _ => {}
        }
        hints
    }

    /// Whether it is for no reader of the page, or doubles what is beside it.
    pub(super) fn is_unseen(self) -> bool {
        self.unseen
    }

    /// Whether it is a menu, a banner or the like.
    pub(super) fn is_boilerplate(self) -> bool {
        self.boilerplate && !self.note
    }

    /// Whether it may be a menu, a banner or the like.
    pub(super) fn is_maybe_boilerplate(self) -> bool {
        self.maybe_boilerplate && !self.content && !self.note
    }

    /// Whether it is the article or a part of it, likely.
    pub(super) fn is_content(self) -> bool {
        self.content && !self.boilerplate
    }

    /// Whether one of its names is for content alone, whatever the others say.
    pub(super) fn is_purely_content(self) -> bool {
        self.purely_content
    }

    /// Whether it is a note that belongs to the text.
    pub(super) fn is_note(self) -> bool {
        self.note
    }

    fn read(&mut self, names: &str) {
        let mut word = String::new();
        let mut before = String::new();
        let mut lower_before = false;
        for c in names.chars().chain([' ']) {
            let ends = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && lower_before);
            if ends && !word.is_empty() {
                self.word(&word, &before);
                std::mem::swap(&mut before, &mut word);
                word.clear();
            }
            if c.is_ascii_alphabetic() && word.len() < 24 {
                word.push(c.to_ascii_lowercase());
            }
            if c.is_whitespace() {
                before.clear();
            }
            lower_before = c.is_ascii_lowercase();
        }
    }

    fn add(&mut self, other: Self) {
        self.boilerplate |= other.boilerplate;
        self.maybe_boilerplate |= other.maybe_boilerplate;
        self.content |= other.content;
        self.note |= other.note;
        self.unseen |= other.unseen;
    }

    fn word(&mut self, word: &str, before: &str) {
        // "no-sidebar" and "with-comments" are said of what is beside these.
        if matches!(before, "elementor" | "has" | "no" | "non" | "w" | "with" | "without" | "hide" | "is") {
            return;
        }
        match Word::of(word) {
            Word::Boilerplate => self.boilerplate = true,
            Word::MaybeBoilerplate => self.maybe_boilerplate = true,
            Word::Content => self.content = true,
            Word::Note => self.note = true,
            Word::Other => {}
        }
        self.unseen |=
            matches!(
                (before, word),
                ("sr", "only") | ("visually", "hidden") | ("screen", "reader") | ("mathjax", "preview")
            ) || matches!(word, "screenreader" | "mwe_math_fallback" | "mathjax" | "visuallyhidden");
    }
}

/// Whether this is how writers of documentation mark sections: with an id, and no class of its own.
fn is_section(tree: &Tree, id: NodeId) -> bool {
    let class = tree.attribute(id, Attr::Class).map(str::trim);
    tree.is(id, Tag::Section) && class.is_none() || class == Some("section")
}
