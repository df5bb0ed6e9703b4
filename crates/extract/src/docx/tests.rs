//! Documents built of their XML, well-meant ones and others.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::extract;
use crate::archive::testing::archive;
use crate::{Error, Extracted, Limits, Reason};

const STYLES: &str = r#"<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
    <w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="de-CH"/></w:rPr></w:rPrDefault></w:docDefaults>
    <w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
    <w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
    <w:style w:type="paragraph" w:styleId="Autor"><w:name w:val="Autor"/><w:basedOn w:val="Titel"/></w:style>
    <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="Eigene"><w:name w:val="Eigene"/><w:basedOn w:val="berschrift2"/></w:style>
    <w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>
    <w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style>
    <w:style w:type="paragraph" w:styleId="Code"><w:name w:val="HTML Preformatted"/></w:style>
    <w:style w:type="paragraph" w:styleId="Liste"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style>
    <w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>
    </w:styles>"#;

const NUMBERING: &str = r#"<w:numbering xmlns:w="x">
    <w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/></w:lvl>
      <w:lvl w:ilvl="1"><w:start w:val="3"/><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
    <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
    <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
    <w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
    </w:numbering>"#;

/// A document with this body, and other parts.
fn docx(body: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:mc=\"a\" xmlns:wps=\"b\" xmlns:m=\"c\" xmlns:v=\"d\"><w:body>{body}<w:sectPr/></w:body></w:document>"
    );
    let mut members = vec![
        ("word/document.xml", document.as_str()),
        ("word/styles.xml", STYLES),
        ("word/numbering.xml", NUMBERING),
    ];
    members.extend_from_slice(others);
    archive(&members)
}

fn read(bytes: &[u8]) -> Result<Extracted, Error> {
    extract(bytes, &Limits::default().within(Duration::from_secs(600)))
}

fn text(body: &str) -> String {
    read(&docx(body, &[])).unwrap().text
}

/// A paragraph with these properties and this text.
fn p(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn style(id: &str) -> String {
    format!("<w:pStyle w:val=\"{id}\"/>")
}

fn item(list: u32, level: u32) -> String {
    format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr>")
}

#[test]
fn headings_are_found_in_any_language() {
    let body = [
        p(&style("Titel"), "Seen"),
        p(&style("Autor"), "A. Autor"),
        p(&style("Kapitel"), "Eins"),
        p(&style("berschrift2"), "Zwei"),
        p(&style("Eigene"), "Drei"),
        p("<w:outlineLvl w:val=\"8\"/>", "Vier"),
        p(&format!("{}<w:outlineLvl w:val=\"9\"/>", style("berschrift2")), "Text"),
        p(&style("Verzeichnis1"), "Eins\u{9}3"),
        p(&style("A"), "im Kreis"),
        p(&style("fehlt"), "ohne Stil"),
    ];
    assert_eq!(
        text(&body.concat()),
        "# Seen\n\nA. Autor\n\n# Eins\n\n## Zwei\n\n## Drei\n\n###### Vier\n\nText\n\nim Kreis\n\nohne Stil"
    );
}

#[test]
fn lists_are_numbered_as_their_definitions_say() {
    let body = [
        p(&item(1, 0), "a"),
        p(&item(1, 1), "b"),
        p(&item(1, 1), "c"),
        p(&style("Liste"), "d"),
        p(&item(2, 0), "one"),
        p(&item(2, 0), "two"),
        p("", "between"),
        p(&item(2, 0), "three"),
        p(&item(3, 0), "seven"),
        p(&item(9, 0), "of no list"),
        p(&format!("{}{}", style("Liste"), item(0, 0)), "taken out"),
    ];
    assert_eq!(
        text(&body.concat()),
        "- a\n  3. b\n  4. c\n- d\n\n1. one\n2. two\n\nbetween\n\n3. three\n\n7. seven\n\n- of no list\n\ntaken out"
    );
}

#[test]
fn tables_have_their_cells() {
    let cell = |properties: &str, inner: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>");
    let nested = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("", &p("", "n1")), cell("", &p("", "n2")));
    let body = format!(
        "<w:tbl><w:tblPr/><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr><w:tr>{}</w:tr></w:tbl>",
        cell("<w:vMerge w:val=\"restart\"/>", &p("", "a|b")),
        cell("", &format!("{}{}", p("", "c"), p(&item(1, 0), "d"))),
        cell("<w:vMerge/>", &p("", "")),
        cell("", &format!("{nested}{}", p("", ""))),
        cell("<w:gridSpan w:val=\"2\"/>", &p("", "wide")),
        cell("", &p("", "")),
        cell("", &p("", "")),
    );
    assert_eq!(text(&body), "| a\\|b | c d |  |\n| --- | --- | --- |\n|  | n1, n2 |\n| wide |  |  |");
    // What only lays the page out is text.
    let body =
        format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("", &p("", "left")), cell("", &p("", "right")));
    assert_eq!(text(&body), "left\n\nright");
}

#[test]
fn runs_within_a_paragraph() {
    let run = |inner: &str| format!("<w:r>{inner}</w:r>");
    let body = format!(
        "<w:p>{}<w:hyperlink>{}</w:hyperlink>{}{}<w:ins>{}</w:ins><w:del>{}</w:del><w:moveFrom>{}</w:moveFrom><w:moveTo>{}</w:moveTo>{}{}</w:p>",
        run("<w:t>A&amp;B </w:t>"),
        run("<w:t>link</w:t>"),
        run("<w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>z </w:t>"),
        run("<w:fldChar/><w:instrText>PAGE</w:instrText>"),
        run("<w:t>in</w:t>"),
        run("<w:delText>out</w:delText><w:t>out</w:t>"),
        run("<w:t>from</w:t>"),
        run("<w:t> to</w:t>"),
        run("<w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t>"),
        run("<w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>, 10</w:t>")
            + &run("<w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>6</w:t>"),
    );
    assert_eq!(text(&body), "A&B link\tx\ny-z in to, 10^6");
}

#[test]
fn changes_of_properties_are_not_the_properties() {
    let body = format!(
        "<w:p><w:pPr>{}<w:rPr><w:del/></w:rPr><w:pPrChange><w:pPr>{}</w:pPr></w:pPrChange></w:pPr><w:r><w:t>now</w:t></w:r></w:p>",
        style("berschrift2"),
        style("Titel")
    );
    assert_eq!(text(&body), "## now");
}

#[test]
fn text_boxes_come_once() {
    let content = |text: &str| format!("<w:txbxContent>{}</w:txbxContent>", p("", text));
    let body = format!(
        "<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:txbx>{}</wps:txbx></w:drawing></mc:Choice>\
         <mc:Fallback><w:pict><v:textbox>{}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t> after</w:t></w:r></w:p>",
        content("in the box"),
        content("in the box")
    );
    assert_eq!(text(&body), "before after\n\nin the box");
}

#[test]
fn notes_follow_at_the_end() {
    let body = "<w:p><w:r><w:t>a</w:t><w:footnoteReference w:id=\"5\"/></w:r><w:r><w:t> b</w:t><w:endnoteReference w:id=\"5\"/>\
                <w:t> c</w:t><w:footnoteReference w:id=\"5\"/><w:footnoteReference w:id=\"6\"/></w:r></w:p>";
    let footnotes = format!(
        "<w:footnotes xmlns:w=\"x\"><w:footnote w:type=\"separator\" w:id=\"-1\">{}</w:footnote><w:footnote w:id=\"5\">{}{}</w:footnote></w:footnotes>",
        p("", "line"),
        p("", "Foot"),
        p("", "note")
    );
    let endnotes =
        format!("<w:endnotes xmlns:w=\"x\"><w:endnote w:id=\"5\">{}</w:endnote></w:endnotes>", p("", "End"));
    let bytes = docx(body, &[("word/footnotes.xml", &footnotes), ("word/endnotes.xml", &endnotes)]);
    assert_eq!(read(&bytes).unwrap().text, "a[^1] b[^2] c[^1][^3]\n\n[^1]: Foot note\n\n[^2]: End");
}

#[test]
fn formulas_are_readable() {
    let r = |text: &str| format!("<m:r><m:t>{text}</m:t></m:r>");
    let body = format!(
        "<w:p><m:oMathPara><m:oMath>{}<m:f><m:num>{}</m:num><m:den>{}</m:den></m:f>{}<m:rad><m:e>{}</m:e></m:rad>\
         <m:sSup><m:e>{}</m:e><m:sup>{}</m:sup></m:sSup><m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr><m:sub>{}</m:sub><m:sup>{}</m:sup><m:e>{}</m:e></m:nary>\
         <m:d><m:e>{}</m:e></m:d></m:oMath></m:oMathPara></w:p>",
        r("x="),
        r("a+b"),
        r("2"),
        r("+"),
        r("y"),
        r("z"),
        r("n"),
        r("i=1"),
        r("10"),
        r("i"),
        r("q")
    );
    assert_eq!(text(&body), "x=(a+b)/2+√yz^n∑_(i=1)^10i(q)");
}

#[test]
fn quotations_and_code_are_joined() {
    let body = [
        p(&style("Zitat"), "a"),
        p(&style("Zitat"), "b"),
        p(&style("Code"), "if x:"),
        p(&style("Code"), "    y"),
        p("", "c"),
    ];
    assert_eq!(text(&body.concat()), "> a\n>\n> b\n\n```\nif x:\n    y\n```\n\nc");
}

#[test]
fn parts_are_found_by_their_relations_and_strict_documents_are_read() {
    let relations = "<Relationships><Relationship Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" Target=\"/doc/main.xml\"/>\
         <Relationship Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"props/core.xml\"/></Relationships>";
    let of_document = "<Relationships><Relationship Type=\"http://x/hyperlink\" TargetMode=\"External\" Target=\"http://x\"/>\
         <Relationship Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/styles\" Target=\"../st.xml\"/></Relationships>";
    let document = "<document xmlns=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><body><p><pPr><pStyle val=\"Kapitel\"/></pPr><r><t>Strict</t></r></p></body></document>";
    let core = "<cp:coreProperties xmlns:cp=\"a\" xmlns:dc=\"b\" xmlns:dcterms=\"c\"><dc:title> On\nlakes </dc:title><dc:creator>A; B</dc:creator>\
         <cp:keywords>ice, water;;</cp:keywords><dcterms:created>2024-05-01T00:00:00Z</dcterms:created><dc:subject> </dc:subject></cp:coreProperties>";
    let members = [
        ("_rels/.rels", relations),
        ("doc/_rels/main.xml.rels", of_document),
        ("doc/main.xml", document),
        ("st.xml", STYLES),
        ("props/core.xml", core),
    ];
    let read = read(&archive(&members)).unwrap();
    assert_eq!((read.text.as_str(), read.title.as_deref()), ("# Strict", Some("On lakes")));
    assert_eq!(
        serde_json::Value::from(read.metadata),
        json!({"author": ["A", "B"], "keywords": ["ice", "water"], "date": "2024-05-01T00:00:00Z", "language": "de-CH"})
    );
    assert!(read.pages.is_empty());
}

#[test]
fn what_cannot_be_read_says_why() {
    let reason = |bytes: &[u8]| read(bytes).unwrap_err().reason;
    let good = docx(&p("", &"text ".repeat(500)), &[]);
    assert_eq!(reason(b""), Reason::Broken);
    assert_eq!(reason(&good[..good.len() / 2]), Reason::Broken);
    assert_eq!(reason(&archive(&[("a", "b")])), Reason::Broken);
    assert_eq!(reason(&docx("", &[])), Reason::NoText);
    assert_eq!(reason(&docx("<w:p><w:r><w:t>a</w:t></w:p>", &[])), Reason::Broken);
    let mut old = super::COMPOUND_FILE.to_vec();
    assert_eq!(reason(&old), Reason::Broken);
    old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(reason(&old), Reason::Encrypted);
}

#[test]
fn nested_by_the_hundred_thousand() {
    for tag in ["w:p", "w:r", "w:tbl", "w:x", "w:txbxContent", "m:sup", "w:del"] {
        let nested = format!("{}{}", format!("<{tag}>").repeat(100_000), format!("</{tag}>").repeat(100_000));
        let body = format!("<w:p><m:oMath>{nested}</m:oMath></w:p>{}", p("", "text"));
        let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(move || text(&body)).unwrap();
        assert!(thread.join().unwrap().ends_with("text"), "{tag}");
    }
    let cell = "<w:tbl><w:tr><w:tc>".repeat(30_000);
    let ends = "</w:tc></w:tr></w:tbl>".repeat(30_000);
    assert_eq!(text(&format!("{cell}{}{ends}", p("", "deep"))), "deep");
}

#[test]
fn entities_do_not_expand() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE w:document [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
        <w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>&b; &x; &#x41;&#66;&lt;&#0;&#xffffffffff;</w:t></w:r></w:p></w:body></w:document>";
    assert_eq!(read(&archive(&[("word/document.xml", laughs)])).unwrap().text, "&b; &x; AB<&#xffffffffff;");
}

#[test]
fn what_would_take_much_more_room_than_the_document_does() {
    let limits = Limits { expanded_bytes: 4 << 20, deadline: None };
    let cells = "<w:tc><w:tcPr><w:gridSpan w:val=\"50\"/></w:tcPr></w:tc>".repeat(40_000);
    let bytes = docx(&format!("<w:tbl><w:tr>{cells}</w:tr></w:tbl>"), &[]);
    assert_eq!(extract(&bytes, &limits).unwrap_err().reason, Reason::TooLarge);
    let bomb = docx(&p("", &"x".repeat(5 << 20)), &[]);
    assert!(bomb.len() < 100_000);
    assert_eq!(extract(&bomb, &limits).unwrap_err().reason, Reason::TooLarge);
    let bytes = docx(&p("", "text").repeat(20_000), &[]);
    let late = Limits { deadline: Some(std::time::Instant::now()), ..Limits::default() };
    assert_eq!(extract(&bytes, &late).unwrap_err().reason, Reason::TooSlow);
}

#[test]
fn bytes_that_are_no_text() {
    let document = b"<w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>a\xff\0b\x01c\xc3\xa9</w:t></w:r></w:p></w:body></w:document>";
    assert_eq!(read(&archive(&[("word/document.xml", document)])).unwrap().text, "a\u{fffd}bc\u{e9}");
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(
            "<w:document xmlns:w=\"x\"><w:p><w:r><w:t>wide ✓</w:t></w:r></w:p></w:document>".encode_utf16(),
        )
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(read(&archive(&[("word/document.xml", wide)])).unwrap().text, "wide ✓");
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(pieces in prop::collection::vec(prop::sample::select(vec![
        "<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:t>a", "b</w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>",
        "<w:pPr>", "</w:pPr>", "<w:vMerge/>", "<w:gridSpan w:val='9'/>", "<w:txbxContent>", "</w:txbxContent>", "<m:oMath>", "</m:oMath>",
        "<m:sup>", "</m:sup>", "<mc:Choice>", "</mc:Choice>", "<w:footnoteReference w:id='1'/>", "<w:br/>", "&#9;", "é",
    ]), 0..30)) {
        let _ = read(&docx(&pieces.concat(), &[]));
    }
}
