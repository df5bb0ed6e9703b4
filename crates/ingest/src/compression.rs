//! Compressed files: `.gz` and `.zst` around any format.

use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Serialize;

/// The largest window of a Zstandard frame, as a power of two: 128 MiB, what the `zstd` program reads without being
/// asked. A frame that wants more memory is refused.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// The compression that a file's name tells, and the name without its ending.
    pub(crate) fn of_path(path: &Path) -> (Self, &Path) {
        let compression = match path.extension().map(|ending| ending.to_ascii_lowercase()) {
            Some(ending) if ending == "gz" => Self::Gzip,
            Some(ending) if ending == "zst" => Self::Zstd,
            _ => return (Self::None, path),
        };
        (compression, Path::new(path.file_stem().unwrap_or_default()))
    }

    /// The compression that a stream's first bytes tell.
    pub(crate) fn of_bytes(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// What the stream unpacks to. Nothing is unpacked before it is read.
    ///
    /// # Errors
    /// When there is no memory for the decoder.
    pub(crate) fn unpack(self, reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::None => reader,
            Self::Gzip => Box::new(Unpacking(MultiGzDecoder::new(reader))),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(reader)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(Unpacking(decoder))
            }
        })
    }
}

/// A decoder, whose complaints about the data are told from those of the disk.
struct Unpacking<R>(R);

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Other => io::Error::new(io::ErrorKind::InvalidData, error),
            _ => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Write};
    use std::path::Path;

    use super::Compression;

    #[test]
    fn names_tell_the_compression() {
        let of = |name| Compression::of_path(Path::new(name));
        assert_eq!(of("d/a.jsonl.GZ"), (Compression::Gzip, Path::new("a.jsonl")));
        assert_eq!(of("a.md.zst"), (Compression::Zstd, Path::new("a.md")));
        assert_eq!(of("a.md"), (Compression::None, Path::new("a.md")));
    }

    #[test]
    fn several_members_are_one_stream() {
        let member = |text: &str| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let gzip = [member("one "), member("two")].concat();
        let frame = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
        let zstd = [frame("one "), frame("two")].concat();
        for (compression, bytes) in [(Compression::Gzip, gzip), (Compression::Zstd, zstd)] {
            assert_eq!(Compression::of_bytes(&bytes), compression);
            let mut text = String::new();
            compression.unpack(Box::new(Cursor::new(bytes))).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "one two");
        }
    }
}
