//! EPUB 2 and 3: the chapters of a book in reading order.
//!
//! `META-INF/container.xml` names the package document, whose spine lists the chapters (`package`). Each is read by
//! [`html`] as a whole, since a book has no boilerplate; notes stay where they are. Tables of contents are
//! left out. What is not part of the reading order (`linear="no"`: notes in files of their own, mostly) comes last,
//! because the chapters refer to it.

mod package;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use self::package::Package;
use crate::archive::{Archive, resolve};
use crate::xml::{Part, Parts, decode};
use crate::{Error, Extracted, Limits, Reason, html};

/// Ways to scramble fonts, which keep nobody from reading the text.
const FONT_SCRAMBLING: [&str; 2] = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

/// The text of a book and what it says of itself: `author`, `language`, `date`, `publisher`, `description` and
/// `keywords`.
///
/// # Errors
/// [`Reason::Broken`] when it is no EPUB or is damaged, [`Reason::Encrypted`] when its chapters are,
/// [`Reason::NoText`] when they have none, [`Reason::TooLarge`] and [`Reason::TooSlow`] as the limits have it.
pub fn extract(bytes: &[u8], limits: &Limits) -> Result<Extracted, Error> {
    let mut archive = Archive::open(bytes, limits)?;
    let path = package_path(&mut archive, limits)?;
    let package = archive.read(&path)?.ok_or_else(|| broken("names a package document that is not in it"))?;
    let package = Package::read(&decode(&package), &path, limits)?;
    let locked = encrypted(&mut archive, limits)?;

    let mut text = String::new();
    let mut seen = HashSet::new();
    for chapter in &package.chapters {
        if !seen.insert(chapter.as_str()) {
            continue;
        }
        if locked.contains(chapter) {
            return Err(Error::new(
                Reason::Encrypted,
                "is protected (DRM), and its text cannot be read; get a copy without protection",
            ));
        }
        // A chapter that is listed and missing is no reason to do without the others.
        let Some(bytes) = archive.read(chapter)? else { continue };
        let chapter = html::chapter(&decode(&bytes), limits)?;
        if !chapter.is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&chapter);
            limits.check_bytes(text.len())?;
        }
    }
    if text.is_empty() {
        return Err(Error::new(Reason::NoText, "has no text in its chapters; its pages may be pictures"));
    }
    Ok(Extracted { text, title: package.title, metadata: package.metadata, pages: Vec::new() })
}

/// Where the package document is.
fn package_path(archive: &mut Archive<'_>, limits: &Limits) -> Result<String, Error> {
    if let Some(container) = archive.read("META-INF/container.xml")? {
        let container = decode(&container);
        let mut parts = Parts::new(&container, limits);
        while let Some(part) = parts.next()? {
            if let Part::Start(element) = part
                && element.name() == "rootfile"
                && let Some(path) = element.attribute("full-path")
            {
                return Ok(resolve("", &path));
            }
        }
    }
    // The least of several, so that the choice does not depend on chance.
    let found = archive.names().filter(|name| name.ends_with(".opf")).min();
    found.map(str::to_owned).ok_or_else(|| broken("has no package document"))
}

/// The parts that are encrypted, but for scrambled fonts.
fn encrypted(archive: &mut Archive<'_>, limits: &Limits) -> Result<HashSet<String>, Error> {
    let mut locked = HashSet::new();
    let Some(bytes) = archive.read("META-INF/encryption.xml")? else { return Ok(locked) };
    let xml = decode(&bytes);
    let mut parts = Parts::new(&xml, limits);
    let mut scrambled = false;
    while let Some(part) = parts.next()? {
        let Part::Start(element) = part else { continue };
        match element.name() {
            "EncryptedData" => scrambled = false,
            "EncryptionMethod" => {
                let method = element.attribute("Algorithm").unwrap_or_default();
                scrambled = FONT_SCRAMBLING.contains(&method.as_str());
            }
            "CipherReference" if !scrambled => {
                if let Some(path) = element.attribute("URI") {
                    locked.insert(package::path_of("", &path));
                }
            }
            _ => {}
        }
    }
    Ok(locked)
}

fn broken(what: &str) -> Error {
    Error::new(Reason::Broken, format!("{what}; get a new copy of it"))
}
