//! HTML pages: their main content as Markdown.
//!
//! A page becomes a flat tree (`tree`), parts that are no content are marked on it (`prune`, `content`), and what
//! is left is written (`write`). All passes but the last are loops over a vector, so time and memory grow with the
//! page and not with its nesting.
//!
//! Ready-made crates were measured and not taken: html5ever's tree builder takes seconds for 20,000 nested elements and
//! four times as long for twice as many, `htmd` recurses without a bound and overflows the stack on them, and
//! `dom_smoothie` brings some fifty crates. `html5gum` is a tokenizer alone, without dependencies and without `unsafe`.

mod build;
mod content;
mod encoding;
mod hints;
mod json_ld;
mod measure;
mod metadata;
mod parse;
mod prune;
mod tag;
mod tree;
mod write;

#[cfg(test)]
mod tests;

pub use encoding::declared_encoding;

use self::prune::Pruned;
use self::tree::ROOT;
use crate::{Error, Extracted, Limits, Reason};

/// The main content of a page, without its menus, banners, comments and the like, and what it says of itself: `author`,
/// `date`, `description`, `language` and `site`. A page without boilerplate comes out whole.
///
/// # Errors
/// [`Reason::NoText`] when it shows no text; [`Reason::TooLarge`] and [`Reason::TooSlow`] as the limits have it.
pub fn extract(html: &str, limits: &Limits) -> Result<Extracted, Error> {
    let tree = parse::parse(html, is_xml(html), limits)?;
    let unseen = Pruned::unseen(&tree);
    limits.check_time()?;
    let (title, metadata) = metadata::read(&tree, &unseen);
    let (main, pruned) = content::find(&tree, &unseen, limits)?;
    let mut text = write::write(&tree, &pruned, main, limits)?;
    if text.is_empty() {
        text = write::write(&tree, &unseen, ROOT, limits)?;
    }
    if text.is_empty() {
        return Err(Error::new(Reason::NoText, "shows no text without its scripts; save it from a browser"));
    }
    Ok(Extracted { text, title, metadata, pages: Vec::new() })
}

/// All text of a chapter of a book, which may be none: nothing in it is boilerplate.
#[cfg(any(feature = "office", test))]
pub(crate) fn chapter(html: &str, limits: &Limits) -> Result<String, Error> {
    let tree = parse::parse(html, true, limits)?;
    write::write(&tree, &Pruned::unseen(&tree), ROOT, limits)
}

fn is_xml(html: &str) -> bool {
    html.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml")
}
