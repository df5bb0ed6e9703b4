//! Books built of their parts, well-meant ones and others.

use std::time::Duration;

use serde_json::json;

use super::extract;
use crate::archive::testing::archive;
use crate::{Error, Extracted, Limits, Reason};

const CONTAINER: &str = r#"<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"#;

/// A book with this package document's inside and these files beside it.
fn epub(package: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let package =
        format!("<?xml version=\"1.0\"?><package xmlns:dc=\"x\" xmlns:opf=\"y\">{package}</package>");
    let mut members = vec![
        ("mimetype".to_owned(), "application/epub+zip".to_owned()),
        ("META-INF/container.xml".to_owned(), CONTAINER.to_owned()),
        ("OEBPS/book.opf".to_owned(), package),
    ];
    members.extend(files.iter().map(|(name, data)| (format!("OEBPS/{name}"), (*data).to_owned())));
    archive(&members)
}

fn read(bytes: &[u8]) -> Result<Extracted, Error> {
    extract(bytes, &Limits::default().within(Duration::from_secs(600)))
}

fn chapter(body: &str) -> String {
    format!(
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>T</title></head><body>{body}</body></html>"
    )
}

/// Manifest items and a spine of them.
fn items(items: &[(&str, &str, &str)]) -> String {
    let manifest: String = items
        .iter()
        .map(|(id, href, more)| {
            format!("<item id=\"{id}\" href=\"{href}\" media-type=\"application/xhtml+xml\" {more}/>")
        })
        .collect();
    let spine: String = items.iter().map(|(id, _, _)| format!("<itemref idref=\"{id}\"/>")).collect();
    format!("<manifest>{manifest}</manifest><spine>{spine}</spine>")
}

#[test]
fn chapters_come_in_the_order_of_the_spine() {
    let package = "<metadata><dc:title> The\nbook </dc:title><dc:title>Its subtitle</dc:title><dc:creator opf:role=\"aut\">A</dc:creator>\
         <dc:creator>B</dc:creator><dc:language>en</dc:language><dc:date>2020</dc:date><dc:date>2021</dc:date><dc:publisher>P</dc:publisher>\
         <dc:subject>Lakes</dc:subject><dc:description>&lt;p&gt;On &lt;b&gt;lakes&lt;/b&gt;.&lt;/p&gt;</dc:description></metadata>\
         <manifest><item id=\"n\" href=\"nav.xhtml\" media-type=\"application/xhtml+xml\" properties=\"nav scripted\"/>\
         <item id=\"c2\" href=\"text/two%20b.xhtml\" media-type=\"application/xhtml+xml\"/>\
         <item id=\"c1\" href=\"./text/../one.xhtml\" media-type=\"application/xhtml+xml\"/>\
         <item id=\"x\" href=\"notes.html\" media-type=\"text/html\"/><item id=\"i\" href=\"i.svg\" media-type=\"image/svg+xml\"/>\
         <item id=\"t\" href=\"toc.html\" media-type=\"text/html\"/></manifest>\
         <spine><itemref idref=\"n\"/><itemref idref=\"t\"/><itemref idref=\"x\" linear=\"no\"/><itemref idref=\"c1\"/><itemref idref=\"c2\"/>\
         <itemref idref=\"c1\"/><itemref idref=\"i\"/><itemref idref=\"missing\"/></spine>\
         <guide><reference type=\"toc\" href=\"toc.html\"/><reference type=\"toc\" href=\"one.xhtml#toc\"/></guide>";
    let one = chapter(
        "<nav epub:type='toc'><ol><li>One</li></ol></nav><h1>One</h1><p>a<a epub:type='noteref' href='notes.html'>1</a><span epub:type='pagebreak'>12</span>\
         <a id='p'/> b</p><div class='sidebar'>kept</div><aside epub:type='footnote'>A note.</aside>",
    );
    let two = chapter("<h2>Two</h2><p>c<script src='x'/> &eacute;</p>");
    let bytes = epub(
        package,
        &[
            ("one.xhtml", &one),
            ("text/two b.xhtml", &two),
            ("notes.html", "<p>Note 1"),
            ("nav.xhtml", "<p>nav"),
            ("toc.html", "<p>toc"),
            ("i.svg", "<svg/>"),
        ],
    );
    let book = read(&bytes).unwrap();
    assert_eq!(book.text, "# One\n\na[1] b\n\nkept\n\nA note.\n\n## Two\n\nc é\n\nNote 1");
    assert_eq!(book.title.as_deref(), Some("The book"));
    assert_eq!(
        serde_json::Value::from(book.metadata),
        json!({"author": ["A", "B"], "language": "en", "date": "2020", "publisher": "P", "keywords": ["Lakes"], "description": "On lakes."})
    );
    assert!(book.pages.is_empty());
}

#[test]
fn missing_parts_are_read_around() {
    let package = items(&[("a", "a.xhtml", ""), ("b", "gone.xhtml", ""), ("c", "c.xhtml", "")]);
    let bytes = epub(&package, &[("a.xhtml", "<p>a</p>"), ("c.xhtml", "<p>c</p>")]);
    assert_eq!(read(&bytes).unwrap().text, "a\n\nc");
    // No container, no spine.
    let bytes = archive(&[
        (
            "x/b.opf",
            "<package><manifest><item id='a' href='a.htm'/><item id='b' href='b.css'/></manifest></package>",
        ),
        ("x/a.htm", "<p>a</p>"),
        ("x/b.css", "p {}"),
    ]);
    assert_eq!(read(&bytes).unwrap().text, "a");
}

#[test]
fn what_cannot_be_read_says_why() {
    let reason = |bytes: &[u8]| read(bytes).unwrap_err().reason;
    let package = items(&[("a", "a.xhtml", "")]);
    assert_eq!(reason(b"PK"), Reason::Broken);
    assert_eq!(reason(&archive(&[("a", "b")])), Reason::Broken);
    assert_eq!(reason(&archive(&[("META-INF/container.xml", CONTAINER)])), Reason::Broken);
    assert_eq!(reason(&epub("", &[])), Reason::NoText);
    assert_eq!(reason(&epub(&package, &[("a.xhtml", "<img src='a.png'/>")])), Reason::NoText);
    assert_eq!(reason(&epub("<manifest>", &[])), Reason::Broken);
}

#[test]
fn protected_chapters_are_told_and_scrambled_fonts_are_not() {
    let encryption = |method: &str, path: &str| {
        format!(
            "<encryption xmlns:enc='x'><enc:EncryptedData><enc:EncryptionMethod Algorithm='{method}'/><enc:CipherData>\
             <enc:CipherReference URI='{path}'/></enc:CipherData></enc:EncryptedData></encryption>"
        )
    };
    let package = items(&[("a", "a%20b.xhtml", "")]);
    for (method, path, locked) in [
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/a%20b.xhtml", true),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/font.otf", false),
        ("http://www.idpf.org/2008/embedding", "OEBPS/a%20b.xhtml", false),
    ] {
        let bytes = epub(&package, &[("a b.xhtml", "<p>text"), ("../META-INF/encryption.xml", "")]);
        assert!(read(&bytes).is_ok());
        let members = [
            ("META-INF/container.xml", CONTAINER.to_owned()),
            ("OEBPS/book.opf", format!("<package>{package}</package>")),
            ("OEBPS/a b.xhtml", "<p>text".to_owned()),
            ("META-INF/encryption.xml", encryption(method, path)),
        ];
        let result = read(&archive(&members)).map_err(|error| error.reason);
        assert_eq!(result.err(), locked.then_some(Reason::Encrypted), "{method} {path}");
    }
}

#[test]
fn paths_do_not_lead_out_and_circles_end() {
    let package = items(&[
        ("a", "../../../../etc/passwd", ""),
        ("b", "book.opf", ""),
        ("c", "%2e%2e/%2e%2e/c.xhtml", ""),
        ("d", "a.xhtml%00", ""),
        ("e", "%", ""),
        ("f", "%+1%zz", ""),
        ("g", "", ""),
    ]);
    // The package document as a chapter of itself has no text of its own.
    let bytes = epub(&package, &[("../c.xhtml", "<p>c</p>")]);
    assert_eq!(read(&bytes).unwrap_err().reason, Reason::NoText);
    let package = items(&[("a", "a.xhtml", ""), ("a", "a.xhtml", ""), ("b", "a.xhtml#x", "")]);
    assert_eq!(read(&epub(&package, &[("a.xhtml", "<p>once</p>")])).unwrap().text, "once");
}

#[test]
fn what_unpacks_is_counted_over_all_chapters() {
    let ids: Vec<String> = (0..40).map(|n| format!("c{n}")).collect();
    let files: Vec<String> = ids.iter().map(|id| format!("{id}.xhtml")).collect();
    let listed: Vec<(&str, &str, &str)> =
        ids.iter().zip(&files).map(|(id, file)| (id.as_str(), file.as_str(), "")).collect();
    let blank = " ".repeat(128 << 10);
    let chapters: Vec<(&str, &str)> = files.iter().map(|file| (file.as_str(), blank.as_str())).collect();
    let bytes = epub(&items(&listed), &chapters);
    let limits = Limits { expanded_bytes: 1 << 20, deadline: None };
    assert_eq!(extract(&bytes, &limits).unwrap_err().reason, Reason::TooLarge);
    assert_eq!(read(&bytes).unwrap_err().reason, Reason::NoText);
}

#[test]
fn nested_by_the_hundred_thousand() {
    let deep = format!("{}deep{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
    let package =
        format!("{}{}{}", "<x>".repeat(100_000), "</x>".repeat(100_000), items(&[("a", "a.xhtml", "")]));
    let bytes = epub(&package, &[("a.xhtml", &deep)]);
    let thread =
        std::thread::Builder::new().stack_size(1 << 20).spawn(move || read(&bytes).unwrap().text).unwrap();
    assert_eq!(thread.join().unwrap(), "deep");
}
