//! Rows as lines of JSON.

use serde::Serialize;

use crate::render::Segment;
use crate::tokens::Tokens;

/// `{"segments":[{"label":…,"text":…},…]}`, with a line break.
pub(super) fn segments(segments: &[Segment]) -> Result<Vec<u8>, String> {
    #[derive(Serialize)]
    struct Labelled<'a> {
        label: bool,
        text: &'a str,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        segments: Vec<Labelled<'a>>,
    }
    let texts: usize = segments.iter().map(|segment| segment.text.len()).sum();
    let segments: Vec<_> =
        segments.iter().map(|segment| Labelled { label: segment.train, text: &segment.text }).collect();
    // Room for the names, and for some characters that have to be escaped.
    let mut row = Vec::with_capacity(texts + texts / 16 + 32 * segments.len() + 32);
    serde_json::to_writer(&mut row, &Row { segments }).map_err(|error| error.to_string())?;
    row.push(b'\n');
    Ok(row)
}

/// `{"input_ids":[…],"attention_mask":[…],"labels":[…]}`, with a line break.
pub(super) fn tokens(tokens: &Tokens) -> Vec<u8> {
    // Numbers only, so nothing has to be escaped; and they are most of the file.
    let mut row = Vec::with_capacity(64 + 16 * tokens.input_ids.len());
    row.extend_from_slice(b"{\"input_ids\":");
    list(&mut row, tokens.input_ids.iter().map(|id| i64::from(*id)));
    row.extend_from_slice(b",\"attention_mask\":");
    list(&mut row, tokens.input_ids.iter().map(|_| 1));
    row.extend_from_slice(b",\"labels\":");
    list(&mut row, tokens.labels.iter().copied());
    row.extend_from_slice(b"}\n");
    row
}

fn list(row: &mut Vec<u8>, numbers: impl Iterator<Item = i64>) {
    row.push(b'[');
    for (at, number) in numbers.enumerate() {
        if at > 0 {
            row.push(b',');
        }
        digits(row, number);
    }
    row.push(b']');
}

/// Appends a number. Formatting would take longer than all else of a row but its tokens.
fn digits(row: &mut Vec<u8>, number: i64) {
    let mut buffer = [0; 20];
    let mut at = buffer.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        // The remainder is one digit.
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        row.push(b'-');
    }
    row.extend_from_slice(&buffer[at..]);
}
