//! What a page says of itself: its title, author, date, language and so on.

use serde_json::{Map, Value};

use super::json_ld::{self, Linked};
use super::prune::Pruned;
use super::tag::Tag;
use super::tree::{Attr, NodeId, ROOT, Tree};
use crate::markdown::one_line;

/// The most characters of a title; what is longer is none, but the page behind a title that nothing closes.
const LONGEST_TITLE: usize = 500;
/// What stands between a page's title and its site's.
const SEPARATORS: [&str; 11] = [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", ": "];

/// What stands in a page's `<meta>` elements, its title elements and its JSON-LD.
#[derive(Debug, Default)]
struct Said {
    og_title: Option<String>,
    title: Option<String>,
    heading: Option<String>,
    authors: Vec<String>,
    date: Option<String>,
    description: Option<String>,
    language: Option<String>,
    site: Option<String>,
    linked: Linked,
}

/// A page's title and the other things that it says of itself, by name.
pub(super) fn read(tree: &Tree, pruned: &Pruned) -> (Option<String>, Map<String, Value>) {
    let mut said = Said::default();
    for id in ROOT + 1..tree.len() {
        match tree.tag(id) {
            Some(Tag::Meta) => said.meta(tree, id),
            Some(Tag::Title) if said.title.is_none() && !is_in_picture(tree, id) => {
                said.title = title(&tree.all_text(id));
            }
            Some(Tag::H1) if said.heading.is_none() && !pruned.is_dropped(id) => {
                said.heading = title(tree.all_text(id).trim_end_matches(['¶', '#', '§']));
            }
            Some(Tag::Script) if is_json_ld(tree, id) => json_ld::read(tree, id, &mut said.linked),
            _ => {}
        }
    }
    said.language = tree.language.as_deref().and_then(clean).or(said.language);
    said.finish()
}

impl Said {
    fn meta(&mut self, tree: &Tree, id: NodeId) {
        let Some(content) = tree.attribute(id, Attr::Content).and_then(clean) else { return };
        let name =
            [Attr::Property, Attr::Name, Attr::Itemprop].iter().find_map(|name| tree.attribute(id, *name));
        match name.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "og:title" | "twitter:title" | "dc.title" | "citation_title" => {
                self.og_title = self.og_title.take().or_else(|| title(&content));
            }
            "author" | "article:author" | "dc.creator" | "citation_author" | "parsely-author"
                if !content.contains("://") && !self.authors.contains(&content) =>
            {
                self.authors.push(content);
            }
            "article:published_time"
            | "date"
            | "datepublished"
            | "dc.date"
            | "dc.date.issued"
            | "dcterms.date"
            | "citation_publication_date"
            | "citation_date"
            | "pubdate"
            | "publishdate"
            | "parsely-pub-date" => {
                self.date.get_or_insert(content);
            }
            "description" | "og:description" | "dc.description" | "twitter:description" => {
                self.description.get_or_insert(content);
            }
            "og:locale" | "dc.language" | "language" | "content-language" => {
                self.language.get_or_insert(content.replace('_', "-"));
            }
            "og:site_name" | "application-name" => {
                self.site.get_or_insert(content);
            }
            _ => {}
        }
    }

    fn finish(self) -> (Option<String>, Map<String, Value>) {
        let site = self.site.or(self.linked.site);
        let title = self.og_title.or(self.title).or(self.linked.headline).or_else(|| self.heading.clone());
        let title = title.map(|title| without_site(&title, site.as_deref(), self.heading.as_deref()));
        let mut authors = if self.authors.is_empty() { self.linked.authors } else { self.authors };
        let mut metadata = Map::new();
        let author = match authors.len() {
            0 | 1 => authors.pop().map(Value::String),
            _ => Some(Value::from(authors)),
        };
        let string = |value: Option<String>| value.map(Value::String);
        for (name, value) in [
            ("author", author),
            ("date", string(self.date.or(self.linked.date))),
            ("description", string(self.description.or(self.linked.description))),
            ("language", string(self.language.or(self.linked.language))),
            ("site", string(site)),
        ] {
            if let Some(value) = value {
                metadata.insert(name.to_owned(), value);
            }
        }
        (title, metadata)
    }
}

/// A title without its site's name, when it is clear which part of it that is: it is the name that the page gives its
/// site, or the other part is the page's heading.
fn without_site(title: &str, site: Option<&str>, heading: Option<&str>) -> String {
    let same = |part: &str, other: Option<&str>| {
        other.is_some_and(|other| part.to_lowercase() == other.to_lowercase())
    };
    for separator in SEPARATORS {
        if let Some((head, tail)) = title.rsplit_once(separator)
            && (same(tail, site) || same(head, heading))
        {
            return head.trim().to_owned();
        }
        if let Some((head, tail)) = title.split_once(separator)
            && (same(head, site) || same(head, heading) || same(tail, heading))
        {
            return if same(head, heading) { head } else { tail }.trim().to_owned();
        }
    }
    title.to_owned()
}

/// A value on one line; `None` when it is blank.
pub(super) fn clean(text: &str) -> Option<String> {
    let line = one_line(text);
    (!line.is_empty()).then_some(line)
}

fn title(text: &str) -> Option<String> {
    clean(text).filter(|title| title.chars().nth(LONGEST_TITLE).is_none())
}

fn is_in_picture(tree: &Tree, id: NodeId) -> bool {
    tree.ancestors(id).any(|above| tree.is(above, Tag::Svg))
}

fn is_json_ld(tree: &Tree, id: NodeId) -> bool {
    tree.attribute(id, Attr::Type).is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"))
}

#[cfg(test)]
mod tests {
    use super::without_site;

    #[test]
    fn the_site_leaves_the_title_when_it_is_clear() {
        for (title, site, heading, expected) in [
            ("Ice | Lakes of Europe", Some("lakes of europe"), None, "Ice"),
            ("Lakes of Europe: Ice", Some("Lakes of Europe"), None, "Ice"),
            ("Ice — Lakes 1.2 documentation", None, Some("Ice"), "Ice"),
            ("Ice - Melt - Lakes", None, Some("Ice - Melt"), "Ice - Melt"),
            ("Ice - Melt", None, Some("Something else"), "Ice - Melt"),
            ("Ice", Some("Ice"), Some("Ice"), "Ice"),
            ("Lakes » Ice", None, Some("Ice"), "Ice"),
        ] {
            assert_eq!(without_site(title, site, heading), expected, "{title}");
        }
    }
}
