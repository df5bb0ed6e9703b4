//! Members of a zip archive, read with a bound on what they unpack to.
//!
//! Only what documents use is read: stored and deflated members, found by the central directory. Nothing that an
//! archive says of its sizes is believed, but that a member is too large. Members may overlap or lie about their lengths as they like: each is found by
//! its own offset, and all that comes out of all of them is counted against [`Limits::expanded_bytes`]. An archive
//! within an archive is a member like any other. Checksums are not compared: a text with a wrong byte is worth more
//! than none.

use std::collections::HashMap;

use flate2::{Decompress, FlushDecompress, Status};

use crate::{Error, Limits, Reason};

/// The most members that are listed. A document has some dozens, a book some hundreds.
const MAX_MEMBERS: usize = 1 << 16;
/// How much is unpacked between two looks at the clock.
const PIECE: usize = 64 << 10;
/// The longest comment behind the directory's end.
const MAX_COMMENT: usize = u16::MAX as usize;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";

/// An archive's directory.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    members: HashMap<String, Member>,
    /// Bytes that may still be unpacked.
    left: usize,
    limits: &'a Limits,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    /// Where its local header begins.
    offset: usize,
    /// How many bytes it takes in the archive.
    packed: usize,
    /// How many bytes it is said to unpack to, where that is said.
    unpacked: Option<usize>,
    method: u16,
    encrypted: bool,
}

impl<'a> Archive<'a> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// [`Reason::Broken`] when there is none; [`Reason::TooLarge`] when it lists too many members.
    pub(crate) fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Error> {
        let end = find_end(bytes).ok_or_else(broken)?;
        let (mut entries, mut at) = (number(bytes, end + 10, 2), number(bytes, end + 16, 4));
        // An archive of more than 65,535 members or 4 GiB has its numbers in another record.
        if entries == Some(0xffff) || at == Some(0xffff_ffff) {
            let locator = end.checked_sub(20).ok_or_else(broken)?;
            let record = number(bytes, locator + 8, 8).ok_or_else(broken)?;
            if bytes.get(record..).is_some_and(|record| record.starts_with(END_64)) {
                (entries, at) = (number(bytes, record + 32, 8), number(bytes, record + 48, 8));
            }
        }
        if entries.is_none_or(|entries| entries > MAX_MEMBERS) {
            return Err(Error::new(
                Reason::TooLarge,
                format!("lists more than {MAX_MEMBERS} parts, which no document has; leave it out"),
            ));
        }
        let mut archive = Self { bytes, members: HashMap::new(), left: limits.expanded_bytes, limits };
        archive.list(at.ok_or_else(broken)?)?;
        Ok(archive)
    }

    /// The names of the members, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Unpacks a member; `None` when there is none of this name.
    ///
    /// # Errors
    /// [`Reason::Broken`] when it cannot be unpacked, [`Reason::Encrypted`] when it asks for a password,
    /// [`Reason::TooLarge`] when this and all members before it unpack to more than the limits allow.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(member) = self.members.get(name).copied() else { return Ok(None) };
        if member.encrypted {
            return Err(Error::new(
                Reason::Encrypted,
                "asks for a password; save it without one from the program that wrote it",
            ));
        }
        // Most bombs say how large they are: nothing of them is unpacked.
        self.limits.check_bytes(self.limits.expanded_bytes - self.left + member.unpacked.unwrap_or(0))?;
        let header = member.offset;
        if !self.bytes.get(header..).is_some_and(|bytes| bytes.starts_with(LOCAL)) {
            return Err(broken());
        }
        let lengths = [number(self.bytes, header + 26, 2), number(self.bytes, header + 28, 2)];
        let [Some(name_length), Some(extra_length)] = lengths else { return Err(broken()) };
        let start = header + 30 + name_length + extra_length;
        let packed = self.bytes.get(start..).ok_or_else(broken)?;
        let packed = &packed[..member.packed.min(packed.len())];
        let data = match member.method {
            0 => {
                self.limits.check_bytes(self.limits.expanded_bytes - self.left + packed.len())?;
                packed.to_vec()
            }
            8 => inflate(packed, self.left, self.limits)?,
            method => {
                return Err(Error::new(
                    Reason::Broken,
                    format!(
                        "is packed by a method that documents do not use ({method}); pack it again with deflate"
                    ),
                ));
            }
        };
        self.left -= data.len();
        Ok(Some(data))
    }

    fn list(&mut self, mut at: usize) -> Result<(), Error> {
        while let Some(entry) = self.bytes.get(at..).filter(|entry| entry.starts_with(CENTRAL)) {
            if self.members.len() >= MAX_MEMBERS {
                return Err(broken());
            }
            let field = |offset, width| number(entry, offset, width).ok_or_else(broken);
            let (name_length, extra_length, comment_length) = (field(28, 2)?, field(30, 2)?, field(32, 2)?);
            let name = entry.get(46..46 + name_length).ok_or_else(broken)?;
            let extra = entry.get(46 + name_length..46 + name_length + extra_length).unwrap_or_default();
            let mut member = Member {
                offset: field(42, 4)?,
                packed: field(20, 4)?,
                unpacked: Some(field(24, 4)?).filter(|bytes| *bytes != 0xffff_ffff),
                method: field(10, 2)? as u16,
                encrypted: field(8, 2)? & 1 != 0,
            };
            member.read_long_sizes(field(24, 4)?, extra);
            // Of two with one name the last one counts, as for those who unpack both.
            self.members.insert(normal(&String::from_utf8_lossy(name)), member);
            at += 46 + name_length + extra_length + comment_length;
            if self.members.len().is_multiple_of(1024) {
                self.limits.check_time()?;
            }
        }
        if self.members.is_empty() { Err(broken()) } else { Ok(()) }
    }
}

impl Member {
    /// Takes what does not fit the directory's fields from the entry's extra field.
    fn read_long_sizes(&mut self, unpacked: usize, extra: &[u8]) {
        let mut at = 0;
        while let (Some(kind), Some(length)) = (number(extra, at, 2), number(extra, at + 2, 2)) {
            if kind == 1 {
                let mut field = at + 4 + if unpacked == 0xffff_ffff { 8 } else { 0 };
                for value in [&mut self.packed, &mut self.offset] {
                    if *value == 0xffff_ffff {
                        *value = number(extra, field, 8).unwrap_or(*value);
                        field += 8;
                    }
                }
            }
            at += 4 + length;
        }
    }
}

/// Where the record at the end of the directory begins.
fn find_end(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(22 + MAX_COMMENT);
    bytes[from..].windows(END.len()).rposition(|window| window == END).map(|at| from + at)
}

/// A number of `width` bytes, the lowest first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    let value = field.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    // Beyond any file in memory; sums of offsets cannot overflow then.
    usize::try_from(value).ok().filter(|value| *value < usize::MAX / 4)
}

fn inflate(packed: &[u8], most: usize, limits: &Limits) -> Result<Vec<u8>, Error> {
    let mut inflater = Decompress::new(false);
    let mut data = Vec::new();
    loop {
        limits.check_time()?;
        data.reserve(PIECE);
        let read = inflater.total_in() as usize;
        let before = data.len();
        let status =
            inflater.decompress_vec(&packed[read.min(packed.len())..], &mut data, FlushDecompress::None);
        if data.len() > most {
            limits.check_bytes(limits.expanded_bytes.saturating_add(1))?;
        }
        match status {
            Ok(Status::StreamEnd) => return Ok(data),
            Ok(_) if data.len() > before || inflater.total_in() as usize > read => {}
            // What was cut off or damaged: its beginning would pass for the whole.
            _ => return Err(broken()),
        }
    }
}

/// A member's name as parts of documents refer to it: with slashes, and not from the root.
fn normal(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_owned()
}

/// The path of a part that another part refers to, within the archive: `..` does not lead out of it.
pub(crate) fn resolve(from: &str, target: &str) -> String {
    let folder = from.rfind('/').map_or("", |at| &from[..at]);
    let mut path: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

fn broken() -> Error {
    Error::new(Reason::Broken, "is a damaged archive; get a new copy of it")
}

/// Archives for tests.
#[cfg(test)]
pub(crate) mod testing {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    /// A deflated archive of these members.
    pub(crate) fn archive<N: AsRef<str>, D: AsRef<[u8]>>(members: &[(N, D)]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, data) in members {
            let name = name.as_ref().as_bytes();
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(data.as_ref()).unwrap();
            let packed = encoder.finish().unwrap();
            directory.extend(entry(name, bytes.len(), packed.len(), data.as_ref().len()));
            bytes.extend(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
            bytes.extend((name.len() as u16).to_le_bytes());
            bytes.extend([0, 0]);
            bytes.extend(name);
            bytes.extend(packed);
        }
        finish(bytes, &directory, members.len())
    }

    /// An entry of the directory.
    pub(crate) fn entry(name: &[u8], offset: usize, packed: usize, unpacked: usize) -> Vec<u8> {
        let mut entry = b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        entry.extend((packed as u32).to_le_bytes());
        entry.extend((unpacked as u32).to_le_bytes());
        entry.extend((name.len() as u16).to_le_bytes());
        entry.extend([0; 12]);
        entry.extend((offset as u32).to_le_bytes());
        entry.extend(name);
        entry
    }

    /// Puts the directory and its end behind the members.
    pub(crate) fn finish(mut bytes: Vec<u8>, directory: &[u8], members: usize) -> Vec<u8> {
        let at = bytes.len() as u32;
        bytes.extend(directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend((members.min(0xffff) as u16).to_le_bytes());
        bytes.extend((members.min(0xffff) as u16).to_le_bytes());
        bytes.extend((directory.len() as u32).to_le_bytes());
        bytes.extend(at.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::testing::{archive, entry, finish};
    use super::{Archive, number, resolve};
    use crate::Reason::TooLarge;
    use crate::{Limits, Reason};

    fn read(bytes: &[u8], name: &str, limits: &Limits) -> Result<Option<Vec<u8>>, Reason> {
        let mut archive = Archive::open(bytes, limits).map_err(|error| error.reason)?;
        archive.read(name).map_err(|error| error.reason)
    }

    #[test]
    fn members_are_found_by_name() {
        let bytes =
            archive(&[("a.xml", "first"), ("b\\c.xml", "second"), ("/d", "third"), ("a.xml", "last")]);
        let limits = Limits::default();
        assert_eq!(read(&bytes, "a.xml", &limits), Ok(Some(b"last".to_vec())));
        assert_eq!(read(&bytes, "b/c.xml", &limits), Ok(Some(b"second".to_vec())));
        assert_eq!(read(&bytes, "d", &limits), Ok(Some(b"third".to_vec())));
        assert_eq!(read(&bytes, "e", &limits), Ok(None));
        let archive = Archive::open(&bytes, &limits).unwrap();
        assert!(archive.names().count() == 3);
    }

    #[test]
    fn what_unpacks_is_counted_over_all_members() {
        let limits = Limits { expanded_bytes: 1 << 20, deadline: None };
        let bomb = archive(&[("a", vec![0; 700 << 10]), ("b", vec![0; 700 << 10]), ("c", vec![0; 2 << 20])]);
        let mut open = Archive::open(&bomb, &limits).unwrap();
        assert_eq!(open.read("a").unwrap().unwrap().len(), 700 << 10);
        assert_eq!(open.read("b").unwrap_err().reason, Reason::TooLarge);
        assert_eq!(read(&bomb, "c", &limits), Err(Reason::TooLarge));
        // Overlapping members: a thousand entries for the same bytes.
        let mut open = Archive::open(&bomb, &limits).unwrap();
        assert!(open.read("a").is_ok());
        assert_eq!(open.read("a").unwrap_err().reason, Reason::TooLarge);
    }

    #[test]
    fn what_is_said_to_be_too_large_is_not_unpacked_and_what_is_not_said_is_counted() {
        let limits = Limits { expanded_bytes: 1 << 20, deadline: None };
        let bomb = archive(&[("a", vec![0; 2 << 20])]);
        let packed = number(&bomb, bomb.len() - 22 + 16, 4).unwrap() - 31;
        for (unpacked, expected) in
            [(2 << 20, TooLarge), (4, TooLarge), (0, TooLarge), (0xffff_ffff, TooLarge)]
        {
            let bytes = finish(bomb[..31 + packed].to_vec(), &entry(b"a", 0, packed, unpacked), 1);
            assert_eq!(read(&bytes, "a", &limits), Err(expected), "{unpacked}");
        }
        // Damaged, which is not found out.
        let bytes = finish(bomb[..40].to_vec(), &entry(b"a", 0, packed, 2 << 20), 1);
        assert_eq!(read(&bytes, "a", &limits), Err(TooLarge));
    }

    #[test]
    fn the_directory_is_not_believed() {
        let limits = Limits::default();
        let good = archive(&[("a", "text")]);
        let local = &good[..31 + 6];
        for (offset, packed, unpacked, expected) in [
            (0, 6, 0, Ok(Some(b"text".to_vec()))),
            (0, 0xffff_fff0, 7, Ok(Some(b"text".to_vec()))),
            (0, 2, 4, Err(Reason::Broken)),
            (5, 6, 4, Err(Reason::Broken)),
            (0xffff_fff0, 6, 4, Err(Reason::Broken)),
            (0xffff_ffff, 0xffff_ffff, 0xffff_ffff, Err(Reason::Broken)),
        ] {
            let bytes = finish(local.to_vec(), &entry(b"a", offset, packed, unpacked), 1);
            assert_eq!(read(&bytes, "a", &limits), expected, "{offset} {packed} {unpacked}");
        }
        let mut many = entry(b"name", 0, 6, 4).repeat(1_000_000);
        for (n, entry) in many.chunks_exact_mut(50).enumerate() {
            entry[46..].copy_from_slice(&(n as u32).to_le_bytes());
        }
        for members in [1, 0xffff] {
            assert!(Archive::open(&finish(local.to_vec(), &many, members), &limits).is_err());
        }
        assert_eq!(
            Archive::open(&finish(local.to_vec(), b"", 1), &limits).unwrap_err().reason,
            Reason::Broken
        );
    }

    #[test]
    fn a_password_and_odd_methods_are_told() {
        let limits = Limits::default();
        let good = archive(&[("a", "text")]);
        let at = good.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        let mut locked = good.clone();
        locked[at + 8] = 1;
        assert_eq!(read(&locked, "a", &limits), Err(Reason::Encrypted));
        let mut odd = good;
        odd[at + 10] = 93;
        assert_eq!(read(&odd, "a", &limits), Err(Reason::Broken));
    }

    #[test]
    fn paths_stay_within() {
        for (from, target, path) in [
            ("OEBPS/content.opf", "text/a.xhtml", "OEBPS/text/a.xhtml"),
            ("OEBPS/x/content.opf", "../a.xhtml", "OEBPS/a.xhtml"),
            ("content.opf", "../../etc/passwd", "etc/passwd"),
            ("word/document.xml", "/word/styles.xml", "word/styles.xml"),
            ("a/b", "./c//d", "a/c/d"),
        ] {
            assert_eq!(resolve(from, target), path);
        }
    }

    proptest! {
        #[test]
        fn any_damage_is_survived(cut in 0_usize..400, at in 0_usize..400, byte: u8) {
            let mut bytes = archive(&[("a", "some text that is long enough"), ("b", "more of it")]);
            let place = at % bytes.len();
            bytes[place] = byte;
            for bytes in [&bytes[..], &bytes[..cut.min(bytes.len())]] {
                for name in ["a", "b"] {
                    let _ = read(bytes, name, &Limits { expanded_bytes: 10_000, deadline: None });
                }
            }
        }
    }
}
