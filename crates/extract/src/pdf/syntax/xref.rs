//! Where in the file each object stands, by the file's own tables.

use std::collections::HashSet;
use std::rc::Rc;

use memchr::memmem;

use super::file::File;
use super::lexer::is_space;
use super::object::{Dict, Object};
use super::parser::Parser;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At this byte of the file.
    At(usize),
    /// The so manieth in an object stream.
    In { container: u32, index: u32 },
}

/// The places of objects, and the trailer.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Sorted by number; `None` where an object was deleted.
    places: Vec<(u32, Option<Place>)>,
    pub(super) trailer: Rc<Dict>,
}

impl Table {
    /// Of entries of which the first of a number counts.
    pub(super) fn new(mut places: Vec<(u32, Option<Place>)>, trailer: Rc<Dict>) -> Self {
        places.sort_by_key(|(number, _)| *number);
        places.dedup_by_key(|(number, _)| *number);
        Self { places, trailer }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn find(&self, number: u32) -> Option<Place> {
        // Most tables have no holes.
        if let Some((found, place)) = self.places.get(number as usize)
            && *found == number
        {
            return *place;
        }
        let at = self.places.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.places[at].1
    }

    pub(super) fn numbers(&self) -> Vec<u32> {
        self.places.iter().filter(|(_, place)| place.is_some()).map(|(number, _)| *number).collect()
    }
}

/// The tables of a file, the newest first. Without any, an empty one.
pub(super) fn read(file: &File<'_>) -> Table {
    let mut places = Vec::new();
    let mut trailer: Option<Rc<Dict>> = None;
    let mut seen = HashSet::new();
    let mut next = last_start(file.bytes());
    while let Some(offset) = next {
        if !seen.insert(offset) || !file.budget.work(64) {
            break;
        }
        let Some(dict) = read_one(file, offset, &mut places) else { break };
        // A hybrid file has its other objects in a stream that the trailer names.
        if let Some(offset) = dict.raw(b"XRefStm").unsigned()
            && seen.insert(offset)
        {
            read_one(file, offset, &mut places);
        }
        next = dict.raw(b"Prev").unsigned();
        trailer.get_or_insert(dict);
    }
    Table::new(places, trailer.unwrap_or_default())
}

/// What the last `startxref` says.
fn last_start(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(4096)..];
    let at = memmem::rfind(tail, b"startxref")?;
    Parser::new(tail, at + b"startxref".len()).integer().map(|offset| offset as usize)
}

/// One table, in either form. Its trailer.
fn read_one(file: &File<'_>, offset: usize, places: &mut Vec<(u32, Option<Place>)>) -> Option<Rc<Dict>> {
    let rest = file.bytes().get(offset..)?;
    let blank = rest.iter().take_while(|byte| is_space(**byte)).count();
    if rest[blank..].starts_with(b"xref") {
        read_table(file, offset + blank + 4, places)
    } else {
        read_stream(file, offset, places)
    }
}

fn read_table(file: &File<'_>, at: usize, places: &mut Vec<(u32, Option<Place>)>) -> Option<Rc<Dict>> {
    let bytes = file.bytes();
    let mut parser = Parser::new(bytes, at);
    while !parser.keyword(b"trailer") {
        let (first, count) = (parser.integer()?, parser.integer()?);
        for number in first..first.checked_add(count)? {
            if !file.budget.work(20) {
                return None;
            }
            let (offset, _generation) = (parser.integer()?, parser.integer()?);
            let place = if parser.keyword(b"n") {
                Some(Place::At(usize::try_from(offset).ok()?))
            } else if parser.keyword(b"f") {
                None
            } else {
                return None;
            };
            places.push((u32::try_from(number).ok()?, place));
        }
    }
    parser.dict()
}

fn read_stream(file: &File<'_>, offset: usize, places: &mut Vec<(u32, Option<Place>)>) -> Option<Rc<Dict>> {
    let (_, object) = file.object_at(offset)?;
    let stream = object.stream()?;
    let dict = Rc::clone(&stream.dict);
    let widths: Vec<usize> =
        dict.raw(b"W").array()?.iter().map(|width| width.unsigned().unwrap_or(0)).collect();
    let &[kind_width, second_width, third_width, ..] = widths.as_slice() else { return None };
    let row = kind_width + second_width + third_width;
    if row == 0 || widths.iter().any(|width| *width > 8) {
        return None;
    }
    let data = file.decode(stream)?;
    let size = dict.raw(b"Size").clone();
    let sections = match dict.raw(b"Index").array() {
        Some(index) => index.to_vec(),
        None => vec![Object::Number(0.0), size],
    };
    let mut rows = data.chunks_exact(row);
    for section in sections.chunks_exact(2) {
        let (first, count) = (section[0].unsigned()?, section[1].unsigned()?);
        for (number, row) in (first..first.saturating_add(count)).zip(rows.by_ref()) {
            let field = |from: usize, width: usize| {
                row[from..from + width].iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
            };
            let kind = if kind_width == 0 { 1 } else { field(0, kind_width) };
            let (second, third) =
                (field(kind_width, second_width), field(kind_width + second_width, third_width));
            let place = match kind {
                0 => None,
                1 => Some(Place::At(usize::try_from(second).ok()?)),
                2 => Some(Place::In {
                    container: u32::try_from(second).ok()?,
                    index: u32::try_from(third).ok()?,
                }),
                _ => continue,
            };
            places.push((u32::try_from(number).ok()?, place));
        }
    }
    file.budget.work(data.len());
    Some(dict)
}
