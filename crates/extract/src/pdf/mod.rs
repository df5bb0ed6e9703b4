//! PDF: text in reading order.
//!
//! The whole way is our own: a reader of the file's structure (`syntax`) that asks the limits before it unpacks anything
//! and never recurses without a bound, a follower of a page's instructions (`content`) that keeps nothing but where
//! glyphs stand and what their fonts (`font`) say they mean, and a `layout` that makes lines, columns and paragraphs of
//! them. The crates there are unpack streams whole and walk page trees before anyone can stop them, or bring a renderer
//! along; a text reader needs a tenth of that, and can be bounded and fast.
//!
//! Not covered: text that is only a picture (run OCR first), composite fonts whose glyphs neither the file nor the
//! embedded program nor one of Adobe's four older collections explains, Arabic ligatures (they stay presentation
//! forms), text in annotations, public-key encryption.

mod budget;
mod content;
mod font;
mod layout;
mod metadata;
mod pages;
mod syntax;

use self::budget::Budget;
use self::content::Interpreter;
use self::layout::Block;
use self::pages::Pages;
use self::syntax::File;
use crate::{Error, Extracted, Limits, Reason};

/// What may be wanted otherwise.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether headers, footers and page numbers that repeat on pages stay in the text. Default no.
    pub keep_furniture: bool,
}

/// The text of a PDF file.
///
/// # Errors
/// When it is broken beyond repair, encrypted with a password, without text, or exceeds the limits.
pub fn extract(bytes: &[u8], limits: &Limits) -> Result<Extracted, Error> {
    extract_with(bytes, limits, &Options::default())
}

/// The text of a PDF file, as the options want it.
///
/// # Errors
/// As [`extract`].
pub fn extract_with(bytes: &[u8], limits: &Limits, options: &Options) -> Result<Extracted, Error> {
    let budget = Budget::new(limits);
    let file = File::open(bytes, &budget)?;
    let mut pages = read_pages(&file, Pages::new(&file), options)?;
    if pages.is_empty() {
        file.repair();
        pages = read_pages(&file, Pages::new(&file), options)?;
    }
    if pages.is_empty() {
        pages = read_pages(&file, Pages::without_tree(&file), options)?;
    }
    if pages.is_empty() {
        budget.check()?;
        return Err(Error::new(
            Reason::Broken,
            "has no page that can be read; try qpdf or mutool clean, or leave it out",
        ));
    }
    if !options.keep_furniture {
        layout::remove(&mut pages);
    }
    let (text, starts) = layout::write(&pages);
    if text.trim().is_empty() {
        return Err(Error::new(
            Reason::NoText,
            "holds no text and seems to be a scan; run OCR on it first, for instance with ocrmypdf",
        ));
    }
    limits.check_bytes(text.len())?;
    let (title, metadata) = metadata::read(&file);
    budget.check()?;
    Ok(Extracted { text, title, metadata, pages: starts })
}

/// The blocks of each page, and its height.
fn read_pages(
    file: &File<'_>,
    pages: Pages<'_, '_>,
    options: &Options,
) -> Result<Vec<(Vec<Block>, f32)>, Error> {
    let mut interpreter = Interpreter::new(file);
    let mut read = Vec::new();
    for page in pages {
        let content = page.content(file);
        let [width, height] = page.size();
        let words = interpreter.words(&content, &page.resources, page.upright(), [width, height]);
        read.push((layout::blocks(&words, options.keep_furniture, file.budget), height));
        file.budget.check()?;
    }
    file.budget.check()?;
    Ok(read)
}
