//! Makes small PDF files.

use std::fmt::Write;

use ragstill_extract::{Error, Extracted, Limits, pdf};

/// A file's objects.
#[derive(Debug, Default, Clone)]
pub struct Builder {
    objects: Vec<(u32, Vec<u8>)>,
    /// More of the trailer.
    pub trailer: String,
}

impl Builder {
    pub fn object(mut self, number: u32, body: impl AsRef<[u8]>) -> Self {
        self.objects.push((number, body.as_ref().to_vec()));
        self
    }

    pub fn stream(self, number: u32, entries: &str, data: &[u8]) -> Self {
        let mut body = format!("<<{entries}/Length {}>>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.object(number, body)
    }

    /// The objects alone, without a table.
    pub fn objects(&self) -> Vec<u8> {
        self.write().0
    }

    fn write(&self) -> (Vec<u8>, Vec<(u32, usize)>) {
        let (mut bytes, mut places) = (b"%PDF-1.7\n".to_vec(), Vec::new());
        for (number, body) in &self.objects {
            places.push((*number, bytes.len()));
            bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\nendobj\n");
        }
        (bytes, places)
    }

    /// The file, with object 1 as its root.
    pub fn finish(&self) -> Vec<u8> {
        let (mut bytes, places) = self.write();
        let start = bytes.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_string();
        for (number, place) in &places {
            writeln!(table, "{number} 1\n{place:010} 00000 n ").unwrap();
        }
        writeln!(
            table,
            "trailer\n<</Root 1 0 R/Size {}{}>>\nstartxref\n{start}\n%%EOF",
            1 + places.iter().map(|(number, _)| number).max().unwrap(),
            self.trailer
        )
        .unwrap();
        bytes.extend_from_slice(table.as_bytes());
        bytes
    }
}

/// A file whose pages show these instructions, with Helvetica as `F` and Courier as `C`. Its pages' numbers count from
/// 10, those of their contents from 1000.
pub fn pages(contents: &[&str]) -> Builder {
    let kids: String = (0..contents.len()).map(|at| format!("{} 0 R ", 10 + at)).collect();
    let mut builder = Builder::default()
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object(
            2,
            format!(
                "<</Type/Pages/Count {}/Kids[{kids}]/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R/C 4 0 R>>>>>>",
                contents.len()
            ),
        )
        .object(3, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
        .object(4, "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>");
    for (at, content) in (0..).zip(contents) {
        builder = builder
            .object(10 + at, format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", 1000 + at))
            .stream(1000 + at, "", content.as_bytes());
    }
    builder
}

/// Instructions for a line of text.
pub fn line(x: f32, y: f32, size: f32, text: &str) -> String {
    format!("BT /F {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
}

/// Instructions for lines under each other.
pub fn lines(x: f32, top: f32, texts: &[&str]) -> String {
    (0..).zip(texts).map(|(at, text)| line(x, top - 12.0 * at as f32, 10.0, text)).collect()
}

pub fn read(bytes: &[u8]) -> Result<Extracted, Error> {
    pdf::extract(bytes, &Limits::default())
}

/// The text of a file that must have some.
pub fn text(bytes: &[u8]) -> String {
    let extracted = read(bytes).unwrap();
    let starts = &extracted.pages;
    assert!(starts.is_sorted() && starts.first() == Some(&0));
    assert!(starts.iter().all(|at| extracted.text.is_char_boundary(*at)), "{starts:?}");
    extracted.text
}

/// The text of a page with these instructions.
pub fn page(content: &str) -> String {
    text(&pages(&[content]).finish())
}
