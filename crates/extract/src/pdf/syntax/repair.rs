//! Where objects stand in a file whose tables are missing or wrong: a search for `12 0 obj` from its first byte to its
//! last.

use std::rc::Rc;

use memchr::memmem;

use super::file::File;
use super::lexer::is_space;
use super::object::{Dict, Id, Object};
use super::parser::Parser;
use super::xref::{Place, Table};

/// So far behind `obj` the words are looked for that tell the object's kind.
const HEAD: usize = 512;

/// Finds all objects, those in object streams too; of a number that comes twice the later one. The trailer is made up
/// of all trailers, or names the first catalog found.
pub(super) fn search(file: &File<'_>) -> Table {
    let bytes = file.bytes();
    let (mut places, mut containers, mut catalog) = (Vec::new(), Vec::new(), None);
    let mut entries: Vec<(Rc<[u8]>, Object)> = Vec::new();
    let mut from = 0;
    for at in memmem::find_iter(bytes, b"obj") {
        if !file.budget.work(at - from + 16) {
            break;
        }
        from = at;
        let Some((number, start)) = header_before(bytes, at) else { continue };
        places.push((number, Some(Place::At(start))));
        let head = &bytes[at + 3..bytes.len().min(at + 3 + HEAD)];
        let end = memmem::find(head, b"endobj").unwrap_or(head.len());
        let head = &head[..end];
        if memmem::find(head, b"/ObjStm").is_some() {
            containers.push((number, start));
        } else if memmem::find(head, b"/Catalog").is_some() {
            catalog = Some(Object::Ref(Id { number, generation: 0 }));
        } else if memmem::find(head, b"/XRef").is_some()
            && let Some(dict) = Parser::new(bytes, at + 3).dict()
        {
            add_trailer(&mut entries, &dict);
        }
    }
    for at in memmem::find_iter(bytes, b"trailer") {
        if !file.budget.work(256) {
            break;
        }
        if let Some(dict) = Parser::new(bytes, at + b"trailer".len()).dict() {
            add_trailer(&mut entries, &dict);
        }
    }
    let mut inner = Vec::new();
    for (number, start) in containers {
        let unpacked = file.object_at(start).and_then(|(_, object)| file.unpack(object.stream()?));
        let Some(unpacked) = unpacked else { continue };
        if !file.budget.work(unpacked.members.len()) {
            break;
        }
        for (index, (member, _)) in unpacked.members.iter().enumerate() {
            inner.push((*member, Some(Place::In { container: number, index: index as u32 })));
            if catalog.is_none() && unpacked.is_catalog(index) {
                catalog = Some(Object::Ref(Id { number: *member, generation: 0 }));
            }
        }
    }
    // The first of a number counts: the later in the file is the newer, and one outside of streams newer still.
    places.reverse();
    places.extend(inner.into_iter().rev());
    let mut trailer = Dict::new(entries);
    if !trailer.contains(b"Root")
        && let Some(catalog) = catalog
    {
        let entries = trailer.iter().map(|(key, value)| (key.into(), value.clone()));
        trailer = Dict::new(entries.chain([(b"Root"[..].into(), catalog)]).collect());
    }
    Table::new(places, Rc::new(trailer))
}

fn add_trailer(entries: &mut Vec<(Rc<[u8]>, Object)>, dict: &Dict) {
    for key in [&b"Root"[..], b"Info", b"Encrypt", b"ID"] {
        if dict.contains(key) {
            entries.push((key.into(), dict.raw(key).clone()));
        }
    }
}

/// The number in `12 0 ` before this `obj`, and where it starts.
fn header_before(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let (_, generation) = integer_before(bytes, at)?;
    if !bytes[..generation].last().is_some_and(|byte| is_space(*byte)) {
        return None;
    }
    let (number, start) = integer_before(bytes, generation)?;
    Some((number, start))
}

/// The integer before this place, blanks between them or not, and where it starts.
fn integer_before(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let blank = bytes[..at].iter().rev().take(16).take_while(|byte| is_space(**byte)).count();
    let end = at - blank;
    let digits = bytes[..end].iter().rev().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let start = end - digits;
    let number = std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    Some((number, start))
}
