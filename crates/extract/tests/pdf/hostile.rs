//! Files made to hurt: nothing may panic, hang, overflow the stack or take the machine's memory.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use ragstill_extract::{Error, Extracted, Limits, Reason, pdf};

use crate::builder::{Builder, line, lines, pages, read, text};

/// Reads a file and insists that it does not take long, even without optimisation.
fn quickly(bytes: &[u8]) -> Result<Extracted, Error> {
    let start = Instant::now();
    let result = read(bytes);
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
    result
}

/// Deflated blanks. Each part is packed by itself, so they are all the same bytes and cost nothing to make.
fn blanks(megabytes: usize) -> Vec<u8> {
    let mut packer = flate2::Compress::new(flate2::Compression::fast(), false);
    let mut part = Vec::with_capacity(1 << 20);
    packer.compress_vec(&vec![b' '; 1 << 20], &mut part, flate2::FlushCompress::Full).unwrap();
    part.repeat(megabytes)
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(data).unwrap();
    packer.finish().unwrap()
}

#[test]
fn circles_end() {
    let content = line(50.0, 700.0, 10.0, "Once");
    // Of pages.
    let file = pages(&[&content]).object(20, "<</Type/Pages/Kids[10 0 R 2 0 R 20 0 R]>>").finish();
    let file = String::from_utf8(file).unwrap().replace("/Kids[10 0 R ]", "/Kids[20 0 R 2 0 R 10 0 R]");
    assert_eq!(text(file.as_bytes()), "Once");
    // Of references, of lengths, of contents.
    let file = pages(&[&content]).object(5, "6 0 R").object(6, "5 0 R").finish();
    let file = String::from_utf8(file).unwrap();
    assert_eq!(text(file.replace("/F 3 0 R", "/X 5 0 R/F 3 0 R").as_bytes()), "Once");
    assert_eq!(text(file.replace("/Length 48", "/Length 1000 0 R").as_bytes()), "Once");
    quickly(file.replace("1000 0 R>>", "5 0 R>>").as_bytes()).unwrap_err();
    // Of tables.
    let start = file.rfind("xref\n0 1").unwrap();
    assert_eq!(text(file.replace("/Size", &format!("/Prev {start}/Size")).as_bytes()), "Once");
    // Of object streams that hold themselves and each other.
    let file = Builder::default()
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .stream(2, "/Type/ObjStm/N 2/First 8/Extends 3 0 R", b"2 0 3 2 5 0 R")
        .stream(3, "/Type/ObjStm/N 2/First 8/Length 2 0 R", b"2 0 3 2 2 0 R");
    quickly(&file.finish()).unwrap_err();
    quickly(&file.objects()).unwrap_err();
}

#[test]
fn forms_that_draw_themselves_and_each_other_end() {
    let form = |number: u32, content: &str| {
        format!(
            "{number} 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</Font<</F 3 0 R>>/XObject<</A 20 0 R/B 21 0 R>>>>\
             /Length {}>>\nstream\n{content}\nendstream\nendobj\n",
            content.len()
        )
    };
    let file = String::from_utf8(pages(&["/A Do"]).finish())
        .unwrap()
        .replace("/Resources<<", "/Resources<</XObject<</A 20 0 R>>");
    let forms =
        form(20, &format!("{} /A Do /B Do", line(50.0, 700.0, 10.0, "first"))) + &form(21, "/A Do /B Do");
    assert_eq!(text(file.replace("xref\n0 1", &format!("{forms}xref\n0 1")).as_bytes()), "first");
    // Each form draws the next ten times, sixteen deep.
    let mut forms = String::new();
    for number in 20..40 {
        let content = "/A Do ".repeat(10);
        let next = number + 1;
        write!(
            forms,
            "{number} 0 obj\n<</Subtype/Form/Resources<</XObject<</A {next} 0 R>>>>/Length {}>>\nstream\n{content}\nendstream\nendobj\n",
            content.len()
        )
        .unwrap();
    }
    let file = file.replace("xref\n0 1", &format!("{forms}xref\n0 1"));
    let limits = Limits { expanded_bytes: 1 << 20, deadline: None };
    let error = pdf::extract(file.as_bytes(), &limits).unwrap_err();
    assert_eq!(error.reason, Reason::TooLarge);
    let start = Instant::now();
    let error =
        pdf::extract(file.as_bytes(), &Limits::default().within(Duration::from_millis(200))).unwrap_err();
    assert_eq!(error.reason, Reason::TooSlow);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_stream_of_gigabytes_stops_at_the_limit() {
    let blanks = blanks(4096);
    let packed_twice = deflate(&blanks[..1 << 20]);
    assert!(blanks.len() < 64 << 20);
    let limits = Limits { expanded_bytes: 4 << 20, deadline: None };
    for (filter, data) in
        [("/Filter/FlateDecode", &blanks), ("/Filter[/FlateDecode/FlateDecode]", &packed_twice)]
    {
        let file = Builder::default()
            .object(1, "<</Type/Catalog/Pages 2 0 R>>")
            .object(2, "<</Type/Pages/Kids[10 0 R]>>")
            .object(10, "<</Type/Page/Contents 11 0 R>>")
            .stream(11, filter, data);
        assert_eq!(pdf::extract(&file.finish(), &limits).unwrap_err().reason, Reason::TooLarge);
        // As a stream of objects, and as a table.
        for kind in
            ["/Type/ObjStm/N 1000000/First 100000000", "/Type/XRef/W[1 1 1]/Size 100000000/Root 1 0 R"]
        {
            let file = Builder::default().stream(1, &format!("{kind}{filter}"), data).objects();
            let reason = pdf::extract(&file, &limits).unwrap_err().reason;
            assert!(matches!(reason, Reason::TooLarge | Reason::Broken), "{reason:?}");
            let file = [&file[..], b"startxref\n9\n%%EOF"].concat();
            assert_eq!(pdf::extract(&file, &limits).unwrap_err().reason, Reason::TooLarge);
        }
    }
}

#[test]
fn the_same_stream_a_million_times() {
    let content = line(50.0, 700.0, 10.0, "Again");
    let file = String::from_utf8(pages(&[&content]).finish()).unwrap();
    let many = file.replace("/Contents 1000 0 R", &format!("/Contents[{}]", "1000 0 R ".repeat(300_000)));
    let limits = Limits { expanded_bytes: 1 << 20, deadline: None };
    assert_eq!(pdf::extract(many.as_bytes(), &limits).unwrap_err().reason, Reason::TooLarge);
    // The same page as often is one page.
    let many = file.replace("/Kids[10 0 R ]", &format!("/Kids[{}]", "10 0 R ".repeat(1_000_000)));
    let extracted = quickly(many.as_bytes()).unwrap();
    assert_eq!((extracted.text.as_str(), extracted.pages.len()), ("Again", 1));
}

#[test]
fn a_million_objects() {
    let mut file = pages(&[&line(50.0, 700.0, 10.0, "Among many")]).objects();
    for number in 2000..1_002_000 {
        writeln!(file, "{number} 0 obj<</A {number} 0 R>>endobj").unwrap();
    }
    assert_eq!(quickly(&file).unwrap().text, "Among many");
    // As many empty pages.
    let mut file = pages(&[&line(50.0, 700.0, 10.0, "Among many")]).objects();
    let mut kids = String::new();
    for number in 2000..102_000 {
        writeln!(file, "{number} 0 obj<</Type/Page>>endobj").unwrap();
        write!(kids, "{number} 0 R ").unwrap();
    }
    let file = String::from_utf8(file).unwrap().replace("/Kids[", &format!("/Kids[{kids}"));
    assert_eq!(quickly(file.as_bytes()).unwrap().pages.len(), 100_001);
}

#[test]
fn more_words_than_a_page_has_and_more_gaps_than_a_table() {
    // A word for each two bytes, and rows of cells that could be columns.
    let words = format!("BT /F 1 Tf 1 0 0 1 10 10 Tm [{}] TJ ET", "(a)-300".repeat(600_000));
    let _ = quickly(&pages(&[&words, &line(50.0, 700.0, 10.0, "After")]).finish());
    let mut cells = "/F 1 Tf BT ".to_string();
    for at in 0..20_000_u32 {
        write!(
            cells,
            "1 0 0 1 {} {} Tm (cell) Tj ",
            at.wrapping_mul(7919) % 590,
            at.wrapping_mul(104_729) % 790
        )
        .unwrap();
    }
    let _ = quickly(&pages(&[&cells]).finish());
    // A form drawn again and again is text again and again.
    let content = "/A Do 0 -1 1 1 re ".repeat(50_000);
    let form = "4242 0 obj\n<</Subtype/Form/Resources<</Font<</F 3 0 R>>>>/Length 3000>>\nstream\n"
        .to_string()
        + &lines(50.0, 700.0, &["A line"; 50])
        + "\nendstream\nendobj\n";
    let file = String::from_utf8(pages(&[&content]).finish()).unwrap();
    let file = file
        .replace("/Resources<<", "/Resources<</XObject<</A 4242 0 R>>")
        .replace("xref\n0 1", &format!("{form}xref\n0 1"));
    let limits = Limits { expanded_bytes: 4 << 20, deadline: None };
    let start = Instant::now();
    let _ = pdf::extract(file.as_bytes(), &limits);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn deep_nesting_is_refused_without_a_stack() {
    for (open, close) in
        [("[", "]"), ("<</A ", ">>"), ("[<</A", ">>]"), ("(", ")"), ("q ", "Q "), ("/A BMC ", "EMC ")]
    {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let content = format!("{deep} {}", line(50.0, 700.0, 10.0, "After"));
        let _ = quickly(&pages(&[&content]).finish());
        let _ = quickly(&pages(&[&line(50.0, 700.0, 10.0, "After")]).object(5, &deep).finish());
        let _ = quickly(format!("%PDF-1.7\n{deep}").as_bytes());
        let _ = quickly(format!("%PDF-1.7\n1 0 obj\n{deep}\nendobj\ntrailer\n{deep}").as_bytes());
        let _ = quickly(format!("%PDF-1.7\nxref\n0 1\n{deep}\nstartxref\n9").as_bytes());
    }
    // A chain of nodes, each the only child of the one before.
    let mut file = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n".to_vec();
    for number in 2..100_000 {
        writeln!(file, "{number} 0 obj<</Kids[{} 0 R]>>endobj", number + 1).unwrap();
    }
    let _ = quickly(&file);
}

#[test]
fn numbers_out_of_all_bounds() {
    let content = format!(
        "99999999999999999999999999999999 0 0 1e9 0 0 cm {} 1 0 0 1 -9999999999999999999999 0 cm {}",
        line(1e30, -1e30, 1e30, "Far away"),
        line(0.0, 0.0, f32::MIN_POSITIVE, "tiny")
    );
    let _ = quickly(&pages(&[&content, &line(50.0, 700.0, 10.0, "Here")]).finish());
    let file = String::from_utf8(pages(&[&line(50.0, 700.0, 10.0, "Here")]).finish()).unwrap();
    for (from, to) in [
        ("[0 0 600 800]", "[0 0 1e99 99999999999999999999999999999999999999999999]"),
        ("/Type/Page/", "/Rotate 999999999999999999999999999/Type/Page/"),
        ("0 1\n0000000000", "0 4294967295\n0000000000"),
        ("0 1\n0000000000", "99999999999999999999 99999999999999999999\n0000000000"),
        ("startxref\n", "startxref\n99999999999999999999"),
        ("/Length ", "/Length 1844674407370955161"),
    ] {
        assert!(file.contains(from));
        let _ = quickly(file.replace(from, to).as_bytes());
    }
}

#[test]
fn every_beginning_of_a_file_and_every_byte_changed() {
    let file = pages(&[&line(50.0, 700.0, 10.0, "Cut anywhere")]).finish();
    for end in 0..file.len() {
        let _ = read(&file[..end]);
    }
    for at in 0..file.len() {
        for byte in [0, b'9', b'<', b'(', 0xff] {
            let mut changed = file.clone();
            changed[at] = byte;
            let _ = read(&changed);
        }
    }
}
