//! XML parts of archives, as a stream of elements and text.
//!
//! Names come without their prefixes: writers choose these freely, and strict and transitional documents differ in
//! their namespaces alone. Of entities only the five of XML and numbers are known, so nothing expands.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{XmlVersion, escape};

use crate::{Error, Limits, Reason};

/// How many events pass between two looks at the clock.
const EVENTS_BETWEEN_CHECKS: u32 = 4096;

/// What an XML part consists of. An empty element is its start and its end.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    /// A start tag.
    Start(Element<'a>),
    /// The end of the element that began last and has not ended.
    End,
    /// Text, entities resolved.
    Text(Cow<'a, str>),
}

/// A start tag.
#[derive(Debug)]
pub(crate) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of the first attribute of this name, whatever its prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let mut attributes = attributes.with_checks(false).flatten();
        let attribute = attributes.find(|attribute| attribute.key.local_name().into_inner() == name)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| attribute.value.to_string(), Cow::into_owned))
    }
}

/// Reads a part from its beginning to its end.
pub(crate) struct Parts<'a> {
    reader: Reader<&'a [u8]>,
    limits: &'a Limits,
    events: u32,
    /// Whether the last element was empty and its end is due.
    ends: bool,
    /// Elements that have not ended.
    depth: u64,
}

impl<'a> Parts<'a> {
    /// The parts of a document that [`decode`] decoded.
    pub(crate) fn new(xml: &'a str, limits: &'a Limits) -> Self {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().allow_dangling_amp = true;
        Self { reader, limits, events: 0, ends: false, depth: 0 }
    }

    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// [`Reason::Broken`] when it is not well-formed or ends too early.
    pub(crate) fn next(&mut self) -> Result<Option<Part<'a>>, Error> {
        if std::mem::take(&mut self.ends) {
            return Ok(Some(Part::End));
        }
        loop {
            self.events += 1;
            if self.events.is_multiple_of(EVENTS_BETWEEN_CHECKS) {
                self.limits.check_time()?;
            }
            return Ok(Some(match self.reader.read_event().map_err(|error| broken(&error.to_string()))? {
                Event::Start(start) => {
                    self.depth += 1;
                    Part::Start(Element(start))
                }
                Event::Empty(start) => {
                    self.ends = true;
                    Part::Start(Element(start))
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Part::End
                }
                Event::Text(text) => Part::Text(text.xml10_content().into_owned().into()),
                Event::CData(text) => Part::Text(text.into_inner()),
                Event::GeneralRef(reference) => Part::Text(resolve(&reference.into_inner())),
                Event::Eof if self.depth > 0 => return Err(broken("it ends too early")),
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            }));
        }
    }

    /// Passes over all that is left of the element that began last, its end included.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        let mut depth = 1_u64;
        while depth > 0 {
            match self.next()? {
                Some(Part::Start(_)) => depth += 1,
                Some(Part::End) => depth -= 1,
                Some(Part::Text(_)) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// All text within the element that began last, which it passes over.
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        let mut all = String::new();
        let mut depth = 1_u64;
        while depth > 0 {
            match self.next()? {
                Some(Part::Start(_)) => depth += 1,
                Some(Part::End) => depth -= 1,
                Some(Part::Text(text)) => all.push_str(&text),
                None => break,
            }
        }
        Ok(all)
    }
}

/// The text of an XML part: UTF-8, or UTF-16 by its byte order mark. What is not valid becomes U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], number: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| number(*pair)).collect();
        String::from_utf16_lossy(&units).into()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// An entity's text; one that is not known stays as it stands.
fn resolve(name: &str) -> Cow<'static, str> {
    let character = name.strip_prefix('#').and_then(|number| {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(number) => u32::from_str_radix(number, 16),
            None => number.parse(),
        };
        code.ok().and_then(char::from_u32)
    });
    match character {
        Some(character) => character.to_string().into(),
        None => match escape::resolve_xml_entity(name) {
            Some(text) => text.into(),
            None => format!("&{name};").into(),
        },
    }
}

fn broken(what: &str) -> Error {
    let what: String = what.chars().take(200).collect();
    Error::new(Reason::Broken, format!("has a part that is not XML ({what}); save it anew"))
}
