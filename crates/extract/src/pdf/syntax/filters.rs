//! How streams are packed.

use flate2::{Decompress, FlushDecompress, Status};

use super::lexer::{hex_digit, is_space};
use super::object::Dict;
use crate::pdf::budget::Budget;

/// A stream's bytes behind one of its filters. `None` for filters of images and unknown ones.
///
/// What is broken is unpacked as far as it goes.
pub(super) fn decode(filter: &[u8], data: &[u8], parameters: &Dict, budget: &Budget<'_>) -> Option<Vec<u8>> {
    let unpacked = match filter {
        b"FlateDecode" | b"Fl" => predict(inflate(data, budget), parameters),
        b"LZWDecode" | b"LZW" => {
            let early = parameters.raw(b"EarlyChange").number() != Some(0.0);
            predict(lzw(data, early, budget), parameters)
        }
        b"ASCII85Decode" | b"A85" => ascii85(data),
        b"ASCIIHexDecode" | b"AHx" => ascii_hex(data),
        b"RunLengthDecode" | b"RL" => run_length(data, budget),
        b"Crypt" => data.to_vec(),
        _ => return None,
    };
    budget.expand(unpacked.len()).then_some(unpacked)
}

/// Zlib, or deflate without its frame.
fn inflate(data: &[u8], budget: &Budget<'_>) -> Vec<u8> {
    let framed = data.len() >= 2
        && data[0] & 0x0f == 8
        && (usize::from(data[0]) << 8 | usize::from(data[1])) % 31 == 0;
    let unpacked = inflate_as(data, framed, budget);
    if unpacked.is_empty() && !data.is_empty() { inflate_as(data, !framed, budget) } else { unpacked }
}

fn inflate_as(data: &[u8], framed: bool, budget: &Budget<'_>) -> Vec<u8> {
    let mut state = Decompress::new(framed);
    // One byte more than allowed shows that there is more.
    let room = budget.room().saturating_add(1);
    let mut unpacked = Vec::with_capacity(data.len().saturating_mul(4).clamp(1 << 10, 1 << 20).min(room));
    loop {
        let (read, written) = (state.total_in(), unpacked.len());
        let rest = data.get(read as usize..).unwrap_or_default();
        let status = state.decompress_vec(rest, &mut unpacked, FlushDecompress::None);
        let stuck = state.total_in() == read && unpacked.len() == written;
        if !matches!(status, Ok(Status::Ok | Status::BufError)) || unpacked.len() >= room {
            return unpacked;
        }
        if unpacked.len() == unpacked.capacity() {
            unpacked.reserve(unpacked.len().min(room - unpacked.len()).max(64));
        } else if stuck || rest.is_empty() {
            return unpacked;
        }
        if !budget.work(unpacked.len() - written) {
            return Vec::new();
        }
    }
}

fn lzw(data: &[u8], early: bool, budget: &Budget<'_>) -> Vec<u8> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    // Of each code: where its bytes stood in the output when it was made, and how many they are.
    let mut codes: Vec<(usize, usize)> = Vec::with_capacity(4096);
    let (mut unpacked, mut previous): (Vec<u8>, Option<(usize, usize)>) = (Vec::new(), None);
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    for &byte in data {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = (bits >> held & ((1 << width) - 1)) as usize;
        bits &= (1 << held) - 1;
        match code {
            CLEAR => {
                codes.clear();
                previous = None;
                width = 9;
                continue;
            }
            END => break,
            _ => {}
        }
        let start = unpacked.len();
        match (code, codes.get(code.wrapping_sub(258)).copied(), previous) {
            (0..=255, ..) => unpacked.push(code as u8),
            (_, Some((from, length)), _) => unpacked.extend_from_within(from..from + length),
            // The code being made: the previous bytes and their first again.
            (_, None, Some((from, length))) if code == codes.len() + 258 => {
                unpacked.extend_from_within(from..from + length);
                unpacked.push(unpacked[from]);
            }
            _ => break,
        }
        // A new code: the previous bytes and the first of these, which follow them in the output.
        if let Some((from, length)) = previous
            && codes.len() < 4096 - 258
        {
            codes.push((from, length + 1));
        }
        previous = Some((start, unpacked.len() - start));
        width = match codes.len() + 258 + usize::from(early) {
            ..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
        if unpacked.len() > budget.room() || !budget.work(unpacked.len() - start) {
            break;
        }
    }
    unpacked
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::with_capacity(data.len() / 5 * 4 + 4);
    let (mut group, mut count) = (0_u32, 0);
    let data = data.strip_prefix(b"<~").unwrap_or(data);
    for &byte in data {
        match byte {
            b'~' => break,
            b'z' if count == 0 => unpacked.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    unpacked.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        unpacked.extend(&group.to_be_bytes()[..count - 1]);
    }
    unpacked
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        data.iter().take_while(|byte| **byte != b'>').filter_map(|byte| hex_digit(*byte)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn run_length(data: &[u8], budget: &Budget<'_>) -> Vec<u8> {
    let (mut unpacked, mut at) = (Vec::new(), 0);
    while let Some(&length) = data.get(at) {
        let length = usize::from(length);
        match length {
            0..=127 => {
                let end = (at + 2 + length).min(data.len());
                unpacked.extend_from_slice(&data[at + 1..end]);
                at = end;
            }
            128 => break,
            _ => {
                let Some(&byte) = data.get(at + 1) else { break };
                unpacked.resize(unpacked.len() + 257 - length, byte);
                at += 2;
            }
        }
        if unpacked.len() > budget.room() {
            break;
        }
    }
    unpacked
}

/// Undoes the prediction of bytes from their neighbours.
fn predict(mut data: Vec<u8>, parameters: &Dict) -> Vec<u8> {
    let get = |key: &[u8], default: usize| parameters.raw(key).unsigned().unwrap_or(default);
    let predictor = get(b"Predictor", 1);
    if predictor < 2 {
        return data;
    }
    let (colors, bits) = (get(b"Colors", 1).clamp(1, 64), get(b"BitsPerComponent", 8).clamp(1, 16));
    let columns = get(b"Columns", 1).clamp(1, 1 << 24);
    let pixel = (colors * bits).div_ceil(8);
    let row = (colors * bits * columns).div_ceil(8);
    if predictor == 2 {
        // TIFF's: other sizes of a component are for images.
        if bits == 8 {
            for line in data.chunks_mut(row) {
                for at in pixel..line.len() {
                    line[at] = line[at].wrapping_add(line[at - pixel]);
                }
            }
        }
        return data;
    }
    let mut plain: Vec<u8> = Vec::with_capacity(data.len());
    for line in data.chunks_mut(row + 1) {
        let (kind, line) = (line[0], &mut line[1..]);
        let above = plain.len().checked_sub(row);
        for at in 0..line.len() {
            let left = if at >= pixel { line[at - pixel] } else { 0 };
            let up = above.map_or(0, |start| plain[start + at]);
            let corner = above.map_or(0, |start| if at >= pixel { plain[start + at - pixel] } else { 0 });
            let guess = match kind {
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            };
            line[at] = line[at].wrapping_add(guess);
        }
        plain.extend_from_slice(line);
    }
    plain
}

/// The neighbour closest to left + up - corner (PNG specification, section 9.4).
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i16::from);
    let estimate = a + b - c;
    let [from_a, from_b, from_c] = [a, b, c].map(|neighbour| (estimate - neighbour).abs());
    if from_a <= from_b && from_a <= from_c {
        left
    } else if from_b <= from_c {
        up
    } else {
        corner
    }
}

/// Whether bytes look like the end of a stream's data.
pub(super) fn ends_stream(bytes: &[u8]) -> bool {
    let start = bytes.iter().take(4).take_while(|byte| is_space(**byte)).count();
    bytes[start..].starts_with(b"endstream") || bytes[start..].starts_with(b"endobj")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::object::{Dict, Object};
    use super::{decode, lzw, predict};
    use crate::Limits;
    use crate::pdf::budget::Budget;

    fn plain(filter: &str, data: &[u8]) -> Vec<u8> {
        let limits = Limits::default();
        decode(filter.as_bytes(), data, &Dict::default(), &Budget::new(&limits)).unwrap()
    }

    #[test]
    fn known_packings() {
        assert_eq!(plain("ASCII85Decode", b"<~87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(plain("A85", b"z!!~>"), [0, 0, 0, 0, 0]);
        assert_eq!(plain("ASCIIHexDecode", b"48 65 6c6C 6F7>x"), b"Hellop");
        assert_eq!(plain("RunLengthDecode", b"\x02abc\xfed\x80zz"), b"abcddd");
        // The example of the PDF specification, 7.4.4.2.
        assert_eq!(
            plain("LZWDecode", &[0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01]),
            [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]
        );
    }

    #[test]
    fn deflate_with_and_without_a_frame_and_cut_off() {
        let text: Vec<u8> = (0..5000_u32).flat_map(|n| (n * n).to_string().into_bytes()).collect();
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(&text).unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(plain("FlateDecode", &packed), text);
        assert_eq!(plain("Fl", &packed[2..packed.len() - 4]), text);
        let cut = plain("FlateDecode", &packed[..packed.len() / 2]);
        assert!(cut.len() > text.len() / 4 && text.starts_with(&cut));
        assert!(plain("FlateDecode", b"rubbish").len() < 100);
    }

    #[test]
    fn unpacking_stops_at_the_limit() {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(&vec![0; 1 << 20]).unwrap();
        let packed = packer.finish().unwrap();
        let limits = Limits { expanded_bytes: 1 << 18, deadline: None };
        let budget = Budget::new(&limits);
        assert_eq!(decode(b"FlateDecode", &packed, &Dict::default(), &budget), None);
        assert_eq!(budget.check().unwrap_err().reason, crate::Reason::TooLarge);
    }

    #[test]
    fn lzw_of_any_bytes_ends() {
        let limits = Limits::default();
        for seed in 0..200_u32 {
            let noise: Vec<u8> = (0..300_u32)
                .map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed * 977) >> 13) as u8)
                .collect();
            lzw(&noise, seed % 2 == 0, &Budget::new(&limits));
        }
    }

    #[test]
    fn predictions_are_undone() {
        let dict = |predictor: f64, columns: f64| {
            Dict::new(vec![
                (b"Predictor"[..].into(), Object::Number(predictor)),
                (b"Columns"[..].into(), Object::Number(columns)),
            ])
        };
        assert_eq!(predict(vec![1, 1, 1, 1, 1, 1], &dict(2.0, 3.0)), [1, 2, 3, 1, 2, 3]);
        let rows = vec![0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        assert_eq!(predict(rows, &dict(12.0, 3.0)), [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]);
        assert_eq!(predict(vec![2, 5], &dict(12.0, 3.0)), [5]);
    }
}
