//! The package document: what the book is, which files it has and in which order they are read.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::archive::resolve;
use crate::markdown::one_line;
use crate::xml::{Part, Parts};
use crate::{Error, Limits, html};

/// A file of the book.
#[derive(Debug)]
struct Item {
    path: String,
    is_chapter: bool,
    is_navigation: bool,
}

/// What the package document says.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) title: Option<String>,
    pub(super) metadata: Map<String, Value>,
    /// The paths of the chapters in reading order, what is not part of it last. The same one may come twice.
    pub(super) chapters: Vec<String>,
}

/// What is read of the package document on the way.
#[derive(Debug, Default)]
struct Reading {
    /// The files in the document's order, and where each id is in them.
    items: Vec<Item>,
    ids: HashMap<String, usize>,
    /// Ids in reading order, and whether each is part of it.
    spine: Vec<(String, bool)>,
    /// The tables of contents that an EPUB 2 names.
    contents: HashSet<String>,
}

impl Package {
    /// Reads the package document that stands at `path`.
    pub(super) fn read(xml: &str, path: &str, limits: &Limits) -> Result<Self, Error> {
        let mut package = Self::default();
        let mut reading = Reading::default();
        let mut parts = Parts::new(xml, limits);
        while let Some(part) = parts.next()? {
            let Part::Start(element) = part else { continue };
            match element.name() {
                "item" => {
                    let href = element.attribute("href").unwrap_or_default();
                    let kind = element.attribute("media-type").unwrap_or_default();
                    let properties = element.attribute("properties").unwrap_or_default();
                    reading.ids.insert(element.attribute("id").unwrap_or_default(), reading.items.len());
                    reading.items.push(Item {
                        path: path_of(path, &href),
                        is_chapter: is_chapter(&kind, &href),
                        is_navigation: properties.split_whitespace().any(|property| property == "nav"),
                    });
                }
                "itemref" => {
                    let linear = element.attribute("linear").is_none_or(|linear| linear != "no");
                    reading.spine.push((element.attribute("idref").unwrap_or_default(), linear));
                }
                // A place within a file is a table in a chapter; that file is to be read.
                "reference" if element.attribute("type").is_some_and(|kind| kind == "toc") => {
                    let href = element.attribute("href").filter(|href| !href.contains('#'));
                    reading.contents.extend(href.map(|href| path_of(path, &href)));
                }
                name @ ("title" | "creator" | "language" | "date" | "publisher" | "description"
                | "subject") => {
                    let name = name.to_owned();
                    let text = parts.text()?;
                    package.say(&name, &text, limits)?;
                }
                _ => {}
            }
        }
        package.chapters = reading.chapters();
        Ok(package)
    }

    fn say(&mut self, name: &str, text: &str, limits: &Limits) -> Result<(), Error> {
        let is_markup = name == "description" && text.contains('<');
        let text = if is_markup { one_line(&html::chapter(text, limits)?) } else { one_line(text) };
        if text.is_empty() {
            return Ok(());
        }
        match name {
            // The first one is the main one.
            "title" => drop(self.title.get_or_insert(text)),
            "creator" => self.say_also("author", text),
            "subject" => self.say_also("keywords", text),
            name => drop(self.metadata.entry(name).or_insert(text.into())),
        }
        Ok(())
    }

    /// Adds one of several values; keywords are a list even if there is one.
    fn say_also(&mut self, name: &str, text: String) {
        match self.metadata.get_mut(name) {
            Some(Value::Array(values)) => values.push(text.into()),
            Some(value) => *value = Value::Array(vec![value.take(), text.into()]),
            None if name == "keywords" => drop(self.metadata.insert(name.to_owned(), vec![text].into())),
            None => drop(self.metadata.insert(name.to_owned(), text.into())),
        }
    }
}

impl Reading {
    fn chapters(&self) -> Vec<String> {
        let is_read =
            |item: &&Item| item.is_chapter && !item.is_navigation && !self.contents.contains(&item.path);
        let in_spine = |linear: bool| {
            let ids = self.spine.iter().filter(move |(_, is_linear)| *is_linear == linear);
            ids.filter_map(|(id, _)| self.ids.get(id)).map(|at| &self.items[*at]).filter(is_read)
        };
        let mut chapters: Vec<String> =
            in_spine(true).chain(in_spine(false)).map(|item| item.path.clone()).collect();
        if chapters.is_empty() {
            // Without a spine the files' order is the best guess.
            chapters = self.items.iter().filter(is_read).map(|item| item.path.clone()).collect();
        }
        chapters
    }
}

fn is_chapter(kind: &str, href: &str) -> bool {
    match kind {
        "application/xhtml+xml" | "text/html" | "application/x-dtbook+xml" | "text/x-oeb1-document" => true,
        "" => [".xhtml", ".html", ".htm"].iter().any(|end| href.ends_with(end)),
        _ => false,
    }
}

/// The path in the archive of what a part refers to: without its fragment, escapes resolved.
pub(super) fn path_of(from: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| byte == b'%').and_then(|code| std::str::from_utf8(code).ok());
        // A sign would be read as part of a number.
        let code = code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(code) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(code);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    resolve(from, &String::from_utf8_lossy(&bytes))
}
