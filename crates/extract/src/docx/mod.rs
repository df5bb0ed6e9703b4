//! DOCX: the text of a document in WordprocessingML (ECMA-376, transitional and strict).
//!
//! The body is read in one pass into blocks (`story`, `pass`), with what the styles and lists say of each paragraph
//! (`styles`, `numbering`); footnotes and endnotes are read likewise and follow at the end. Then the blocks are
//! written (`blocks`). Left out are headers and footers, comments, deleted and hidden text, tables of contents (the
//! headings with numbers of pages that are not known here), and the alternative texts of pictures.

mod blocks;
mod numbering;
mod pass;
mod properties;
mod relations;
mod story;
mod styles;

#[cfg(test)]
mod tests;

use self::relations::Relations;
use self::story::{Reader, Story};
use crate::archive::Archive;
use crate::{Error, Extracted, Limits, Reason, xml};

/// How compound files begin: what Word wrote before DOCX, and what a password makes of one.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The text of a document and what its properties say of it: `author`, `date`, `modified`, `language`, `keywords`,
/// `subject` and `description`.
///
/// # Errors
/// [`Reason::Broken`] when it is no DOCX or is damaged, [`Reason::Encrypted`] when it asks for a password,
/// [`Reason::NoText`] when it is empty, [`Reason::TooLarge`] and [`Reason::TooSlow`] as the limits have it.
pub fn extract(bytes: &[u8], limits: &Limits) -> Result<Extracted, Error> {
    if bytes.starts_with(COMPOUND_FILE) {
        return Err(compound_file(bytes));
    }
    let mut archive = Archive::open(bytes, limits)?;
    let package = Relations::of(&mut archive, "", limits)?;
    let main = package.target("officeDocument").unwrap_or("word/document.xml").to_owned();
    let relations = Relations::of(&mut archive, &main, limits)?;
    let part = |archive: &mut Archive<'_>, kind: &str| -> Result<Vec<u8>, Error> {
        let path = relations
            .target(kind)
            .map_or_else(|| crate::archive::resolve(&main, &format!("{kind}.xml")), str::to_owned);
        Ok(archive.read(&path)?.unwrap_or_default())
    };
    let styles = part(&mut archive, "styles")?;
    let numbering = part(&mut archive, "numbering")?;
    let footnotes = part(&mut archive, "footnotes")?;
    let endnotes = part(&mut archive, "endnotes")?;
    let body = archive
        .read(&main)?
        .ok_or_else(|| Error::new(Reason::Broken, "has no document in it; open it and save it as DOCX"))?;

    let styles = styles::read(&xml::decode(&styles), limits)?;
    let numbering = numbering::read(&xml::decode(&numbering), limits)?;
    let reader = Reader::new(&styles, &numbering, limits);
    let story = reader.body(&xml::decode(&body))?;
    let footnotes = reader.notes(&xml::decode(&footnotes))?;
    let endnotes = reader.notes(&xml::decode(&endnotes))?;
    let text = blocks::write(&Story { footnotes, endnotes, ..story }, limits)?;
    if text.is_empty() {
        return Err(Error::new(Reason::NoText, "has no text"));
    }

    let core = package.target("core-properties").unwrap_or("docProps/core.xml");
    let core = archive.read(core)?.unwrap_or_default();
    let mut properties = properties::read(&xml::decode(&core), limits)?;
    if let Some(language) = styles.language()
        && !properties.metadata.contains_key("language")
    {
        properties.metadata.insert("language".to_owned(), language.into());
    }
    Ok(Extracted { text, title: properties.title, metadata: properties.metadata, pages: Vec::new() })
}

fn compound_file(bytes: &[u8]) -> Error {
    // The name of the stream that an encrypted document is in, as the directory of a compound file has it.
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(name.len()).any(|window| window == name) {
        Error::new(
            Reason::Encrypted,
            "is encrypted; save it without a password from the program that wrote it",
        )
    } else {
        Error::new(
            Reason::Broken,
            "is of the format before DOCX; save it as DOCX, or convert it with LibreOffice",
        )
    }
}
