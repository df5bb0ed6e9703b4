//! A file's objects, read when they are asked for.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use memchr::memmem;

use super::crypt::Crypt;
use super::filters;
use super::object::{Dict, Id, Object, Stream};
use super::parser::Parser;
use super::repair;
use super::xref::{self, Place, Table};
use crate::pdf::budget::Budget;
use crate::{Error, Reason};

/// References that lead to references, and objects needed to read an object: real files have two or three.
const MAX_HOPS: usize = 32;

/// Objects kept once read. When there are more all are forgotten: most are needed for one page alone.
const MAX_KEPT_OBJECTS: usize = 50_000;

/// Unpacked bytes of object streams kept, likewise.
const MAX_KEPT_BYTES: usize = 32 << 20;

/// An open file.
#[derive(Debug)]
pub(crate) struct File<'a> {
    bytes: &'a [u8],
    pub(crate) budget: &'a Budget<'a>,
    table: Table,
    /// What a search through the whole file finds, when the file's own table leads astray.
    repaired: OnceCell<Table>,
    crypt: Option<Crypt>,
    objects: RefCell<HashMap<u32, Object>>,
    containers: RefCell<(HashMap<u32, Rc<Container>>, usize)>,
    /// The numbers of the objects being read, to see circles.
    reading: RefCell<Vec<u32>>,
    is_repairing: Cell<bool>,
}

/// An unpacked object stream and where in it each object starts.
#[derive(Debug)]
pub(super) struct Container {
    data: Vec<u8>,
    /// Number and start.
    pub(super) members: Vec<(u32, usize)>,
}

impl Container {
    /// Whether this member is the root of a document.
    pub(super) fn is_catalog(&self, index: usize) -> bool {
        let Some((_, start)) = self.members.get(index) else { return false };
        let object = Parser::new(&self.data, *start).object();
        object
            .as_ref()
            .and_then(Object::dict)
            .is_some_and(|dict| dict.raw(b"Type").name() == Some(b"Catalog"))
    }
}

impl<'a> File<'a> {
    /// Opens a file: reads its tables, and repairs them if need be.
    ///
    /// # Errors
    /// [`Reason::Broken`] when nothing in it looks like a PDF's object, [`Reason::Encrypted`] when it asks for a
    /// password, and when a limit is reached.
    pub(crate) fn open(bytes: &'a [u8], budget: &'a Budget<'a>) -> Result<Self, Error> {
        // Some servers put a header of theirs before the file; offsets count from the PDF's own.
        let head = &bytes[..bytes.len().min(1024)];
        let start = memmem::find(head, b"%PDF-").unwrap_or(0);
        let mut file = Self {
            bytes: &bytes[start..],
            budget,
            table: Table::default(),
            repaired: OnceCell::new(),
            crypt: None,
            objects: RefCell::default(),
            containers: RefCell::default(),
            reading: RefCell::default(),
            is_repairing: Cell::new(false),
        };
        file.table = xref::read(&file);
        file.decrypt()?;
        if file.catalog().is_none() {
            file.table = repair::search(&file);
            file.forget();
            file.crypt = None;
            file.decrypt()?;
            if file.crypt.is_some() {
                // Now object streams can be read.
                file.table = repair::search(&file);
                file.forget();
            }
            file.is_repairing.set(true);
        }
        budget.check()?;
        if file.table.is_empty() {
            return Err(Error::new(
                Reason::Broken,
                "is not a PDF file, or damaged beyond repair; try qpdf or mutool clean, or leave it out",
            ));
        }
        Ok(file)
    }

    /// Sets up decryption, where the file is encrypted.
    fn decrypt(&mut self) -> Result<(), Error> {
        let trailer = Rc::clone(&self.table.trailer);
        let Some(dict) = self.get(&trailer, b"Encrypt").dict().cloned() else { return Ok(()) };
        // The dictionary's strings are not encrypted themselves, its values may be references.
        let direct: Vec<_> = dict.iter().map(|(key, value)| (key.into(), self.resolve(value))).collect();
        let ids = self.get(&trailer, b"ID");
        let first = ids.array().and_then(|ids| ids.first()).map(|id| self.resolve(id));
        let file_id = first.as_ref().and_then(Object::string).unwrap_or_default();
        self.crypt = Some(Crypt::new(&Dict::new(direct), file_id).ok_or_else(|| {
            Error::new(
                Reason::Encrypted,
                "is encrypted; remove its password, for instance with qpdf --decrypt",
            )
        })?);
        self.forget();
        Ok(())
    }

    fn forget(&self) {
        self.objects.borrow_mut().clear();
        *self.containers.borrow_mut() = Default::default();
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn trailer(&self) -> &Dict {
        &self.table.trailer
    }

    /// The root of the document.
    pub(crate) fn catalog(&self) -> Option<Rc<Dict>> {
        self.get(&self.table.trailer, b"Root").dict().cloned()
    }

    /// The numbers of all objects, ascending.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.repaired.get().unwrap_or(&self.table).numbers()
    }

    /// Searches the whole file for objects unless that was done already. Whether anything can be different now.
    pub(crate) fn repair(&self) -> bool {
        if self.is_repairing.replace(true) {
            return false;
        }
        let table = repair::search(self);
        self.forget();
        self.repaired.set(table).is_ok()
    }

    /// The object itself, of what may be a reference to it.
    pub(crate) fn resolve(&self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..MAX_HOPS {
            let Object::Ref(id) = object else { return object };
            object = self.load(id.number);
        }
        Object::Null
    }

    /// A dictionary's value.
    pub(crate) fn get(&self, dict: &Dict, key: &[u8]) -> Object {
        match dict.raw(key) {
            Object::Ref(id) => self.resolve(&Object::Ref(*id)),
            direct => direct.clone(),
        }
    }

    /// A dictionary within a dictionary.
    pub(crate) fn get_dict(&self, dict: &Dict, key: &[u8]) -> Option<Rc<Dict>> {
        self.get(dict, key).dict().cloned()
    }

    pub(crate) fn get_number(&self, dict: &Dict, key: &[u8]) -> Option<f64> {
        self.get(dict, key).number()
    }

    /// An array's numbers; what is none counts as 0.
    pub(crate) fn get_numbers(&self, dict: &Dict, key: &[u8]) -> Option<Vec<f64>> {
        let array = self.get(dict, key);
        let items = array.array()?;
        self.budget.work(items.len());
        Some(items.iter().map(|item| self.resolve(item).number().unwrap_or(0.0)).collect())
    }

    fn load(&self, number: u32) -> Object {
        if let Some(object) = self.objects.borrow().get(&number) {
            return object.clone();
        }
        if !self.budget.work(64) {
            return Object::Null;
        }
        {
            let mut reading = self.reading.borrow_mut();
            if reading.contains(&number) || reading.len() > MAX_HOPS {
                return Object::Null;
            }
            reading.push(number);
        }
        let mut object = self.read(self.repaired.get().unwrap_or(&self.table), number);
        if object.is_none() && self.table.find(number).is_some() && self.repair() {
            object = self.repaired.get().and_then(|table| self.read(table, number));
        }
        self.reading.borrow_mut().pop();
        let object = object.unwrap_or_default();
        let mut objects = self.objects.borrow_mut();
        if objects.len() >= MAX_KEPT_OBJECTS {
            objects.clear();
        }
        objects.insert(number, object.clone());
        object
    }

    fn read(&self, table: &Table, number: u32) -> Option<Object> {
        match table.find(number)? {
            Place::At(offset) => {
                let (id, object) = self.object_at(offset)?;
                (id.number == number).then_some(object)
            }
            Place::In { container, index } => {
                let container = self.container(container)?;
                let found = container.members.get(index as usize).filter(|(found, _)| *found == number);
                // Some tables have wrong indices.
                let (_, start) =
                    found.or_else(|| container.members.iter().find(|(found, _)| *found == number))?;
                self.budget.work(container.members.len() / 8);
                Parser::new(&container.data, *start).object()
            }
        }
    }

    /// The object whose `12 0 obj` stands here.
    pub(super) fn object_at(&self, offset: usize) -> Option<(Id, Object)> {
        let mut parser = Parser::new(self.bytes, offset);
        let id = Id {
            number: u32::try_from(parser.integer()?).ok()?,
            generation: u16::try_from(parser.integer()?).ok()?,
        };
        if !parser.keyword(b"obj") {
            return None;
        }
        let start = parser.lexer.at;
        let object = parser.object().unwrap_or_default();
        self.budget.work(parser.lexer.at - start);
        let object = match object {
            Object::Dict(dict) if parser.keyword(b"stream") => {
                let data = self.stream_data(&dict, parser.lexer.at);
                let dict = match self.decrypt_strings(id, &Object::Dict(dict)) {
                    Object::Dict(dict) => dict,
                    _ => return None,
                };
                Object::Stream(Rc::new(Stream { dict, data, id }))
            }
            object => self.decrypt_strings(id, &object),
        };
        Some((id, object))
    }

    /// Where a stream's data stand, of the place behind the word `stream`.
    fn stream_data(&self, dict: &Dict, at: usize) -> Range<usize> {
        let rest = &self.bytes[at..];
        let start =
            at + if rest.starts_with(b"\r\n") { 2 } else { usize::from(matches!(rest, [b'\r' | b'\n', ..])) };
        if let Some(length) = self.get(dict, b"Length").unsigned()
            && let Some(end) = start.checked_add(length)
            && self.bytes.get(end..).is_some_and(filters::ends_stream)
        {
            return start..end;
        }
        let end =
            memmem::find(&self.bytes[start..], b"endstream").map_or(self.bytes.len(), |found| start + found);
        self.budget.work(end - start);
        start..end
    }

    fn decrypt_strings(&self, id: Id, object: &Object) -> Object {
        let Some(crypt) = &self.crypt else { return object.clone() };
        match object {
            Object::String(bytes) => Object::String(crypt.string(id, bytes).into()),
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.decrypt_strings(id, item)).collect())
            }
            Object::Dict(dict) => Object::Dict(Rc::new(Dict::new(
                dict.iter().map(|(key, value)| (key.into(), self.decrypt_strings(id, value))).collect(),
            ))),
            other => other.clone(),
        }
    }

    /// An object stream, unpacked.
    pub(super) fn container(&self, number: u32) -> Option<Rc<Container>> {
        if let Some(container) = self.containers.borrow().0.get(&number) {
            return Some(Rc::clone(container));
        }
        let object = self.load(number);
        let container = Rc::new(self.unpack(object.stream()?)?);
        let (kept, bytes) = &mut *self.containers.borrow_mut();
        if *bytes > MAX_KEPT_BYTES {
            kept.clear();
            *bytes = 0;
        }
        *bytes += container.data.len() + container.members.len() * 16;
        kept.insert(number, Rc::clone(&container));
        Some(container)
    }

    /// The objects in an object stream.
    pub(super) fn unpack(&self, stream: &Stream) -> Option<Container> {
        let data = self.decode(stream)?;
        let first = self.get_number(&stream.dict, b"First")? as usize;
        let count = self.get(&stream.dict, b"N").unsigned()?;
        let mut parser = Parser::new(&data, 0);
        let mut members = Vec::new();
        // As many as are said to be there, and no more than can be.
        for _ in 0..count.min(first / 2) {
            let (Some(number), Some(offset)) = (parser.integer(), parser.integer()) else { break };
            members.push((u32::try_from(number).ok()?, first.saturating_add(offset as usize)));
        }
        Some(Container { data, members })
    }

    /// A stream's data, unpacked. `None` for images and other data that are not text or instructions.
    pub(crate) fn decode(&self, stream: &Stream) -> Option<Vec<u8>> {
        let raw = self.bytes.get(stream.data.clone())?;
        let filters = self.get(&stream.dict, if stream.dict.contains(b"Filter") { b"Filter" } else { b"F" });
        let filters: Vec<Object> = match filters {
            Object::Name(_) => vec![filters],
            Object::Array(filters) => filters.iter().take(8).map(|filter| self.resolve(filter)).collect(),
            _ => Vec::new(),
        };
        let parameters = self.get(&stream.dict, b"DecodeParms");
        let mut data = match &self.crypt {
            Some(crypt) if self.is_encrypted(crypt, stream, &filters) => crypt.stream(stream.id, raw),
            _ => raw.to_vec(),
        };
        if !self.budget.work(data.len()) {
            return None;
        }
        for (at, filter) in filters.iter().enumerate() {
            let parameters = match &parameters {
                Object::Array(each) => each.get(at).map(|one| self.resolve(one)).unwrap_or_default(),
                one => one.clone(),
            };
            let dict = parameters.dict().cloned().unwrap_or_default();
            data = filters::decode(filter.name()?, &data, &dict, self.budget)?;
        }
        Some(data)
    }

    fn is_encrypted(&self, crypt: &Crypt, stream: &Stream, filters: &[Object]) -> bool {
        let kind = self.get(&stream.dict, b"Type");
        match kind.name() {
            Some(b"XRef") => false,
            Some(b"Metadata") => crypt.encrypts_metadata,
            // A filter named Crypt without parameters says: not this one.
            _ => filters.first().and_then(Object::name) != Some(b"Crypt"),
        }
    }
}
