//! Pages that are made to hurt: no panic, no deep stack, time and memory in proportion to the page.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::html::{chapter, extract};
use crate::{Limits, Reason};

/// Reads a page in all ways, on a stack that bounded recursion fits in, within a time that linear work does not need.
fn survives(page: String) -> Option<String> {
    let read = move || {
        let limits = Limits::default().within(Duration::from_secs(600));
        let whole = chapter(&page, &limits);
        let main = extract(&page, &limits);
        for error in [whole.err(), main.as_ref().err().cloned()].into_iter().flatten() {
            assert_ne!(error.reason, Reason::TooSlow);
        }
        main.ok().map(|page| page.text)
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(read).unwrap().join().unwrap()
}

#[test]
fn elements_nested_by_the_hundred_thousand() {
    for tag in ["div", "p", "ul", "li", "blockquote", "table", "a", "dd", "sup", "svg"] {
        let open = format!("<{tag}>").repeat(100_000);
        let close = format!("</{tag}>").repeat(100_000);
        let text = survives(format!("{open}deep{close}"));
        assert_eq!(text.map(|text| text.contains("deep")), (tag != "svg").then_some(true), "{tag}");
    }
    survives("<table><tr><td>".repeat(100_000));
    survives("<ul><li>a".repeat(100_000));
    survives("<b><p>x".repeat(50_000));
    survives("<math><mi>x".repeat(50_000));
    survives("<pre><sup><code><q>".repeat(50_000));
    assert_eq!(
        survives(format!("{}a{}<p>b", "<div>".repeat(5000), "</div>".repeat(5000))).as_deref(),
        Some("a\n\nb")
    );
}

#[test]
fn attributes_by_the_hundred_thousand_and_by_the_megabyte() {
    let many: String = (0..200_000).map(|n| format!(" a{n}=1 class=c{n}")).collect();
    assert_eq!(survives(format!("<p{many}>text")).as_deref(), Some("text"));
    assert_eq!(survives(format!("<p class='{}'>text", "ad ".repeat(1 << 20))).as_deref(), Some("text"));
    assert_eq!(survives(format!("<p {}>text", "x".repeat(1 << 20))).as_deref(), Some("text"));
    assert_eq!(survives(format!("<{}>text", "x".repeat(1 << 20))).as_deref(), Some("text"));
    survives("<p class=".repeat(500_000));
}

#[test]
fn a_line_of_fifty_megabytes() {
    let page = format!("<p>{}", "All on one line, without end. ".repeat((50 << 20) / 30));
    assert!(extract(&page, &Limits::default()).unwrap().text.len() > 50 << 19);
}

#[test]
fn what_never_ends() {
    for page in [
        "<",
        "</",
        "<!",
        "<!--",
        "<![CDATA[",
        "<p a='",
        "<p a=",
        "&",
        "&#",
        "&#x110000;",
        "&#0;",
        "<title>",
        "<script>",
        "<textarea>",
        "<plaintext>",
    ] {
        survives(page.to_owned());
        survives(format!("<p>a{}", page.repeat(20_000)));
    }
}

#[test]
fn what_would_be_written_much_longer_than_it_is() {
    let limits = Limits { expanded_bytes: 1 << 20, deadline: None };
    let quoted = format!("{}<pre>{}</pre>", "<blockquote>".repeat(150), "x\n".repeat(200_000));
    let spanned = format!("<table>{}</table>", "<tr><td colspan=1000>a<td>b".repeat(3000));
    for page in [quoted, spanned] {
        assert_eq!(extract(&page, &limits).unwrap_err().reason, Reason::TooLarge);
    }
    let page = "x".repeat(2 << 20);
    assert_eq!(extract(&page, &limits).unwrap_err().reason, Reason::TooLarge);
}

#[test]
fn more_elements_than_any_page_has() {
    let page = "<hr>".repeat(5 << 20);
    assert_eq!(extract(&page, &Limits::default()).unwrap_err().reason, Reason::TooLarge);
}

#[test]
fn it_ends_after_the_deadline() {
    let limits = Limits { deadline: Some(Instant::now()), ..Limits::default() };
    let page = "<p>text".repeat(10_000);
    assert_eq!(extract(&page, &limits).unwrap_err().reason, Reason::TooSlow);
}

#[test]
fn controls_do_not_get_through() {
    let text =
        survives("<p>a\0b\u{1}c\u{7f}\u{85}d</p><pre>\0e\r\n\u{1b}[0m</pre><h1>\u{8}f</h1>".to_owned())
            .unwrap();
    assert!(text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')), "{text:?}");
}

/// Pieces of pages, broken ones among them.
fn piece() -> impl Strategy<Value = String> {
    let tags = [
        "a",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "form",
        "h1",
        "h6",
        "html",
        "img",
        "li",
        "math",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "script",
        "select",
        "span",
        "sub",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "template",
        "th",
        "title",
        "tr",
        "ul",
    ];
    prop_oneof![
        4 => prop::sample::select(tags.to_vec()).prop_map(|tag| format!("<{tag} class='a ad' href=x colspan=2>")),
        3 => prop::sample::select(tags.to_vec()).prop_map(|tag| format!("</{tag}>")),
        2 => "[a-zß漢 `|#\\n]{0,12}",
        1 => "\\PC{0,4}",
        1 => prop::sample::select(vec!["<", "&amp;", "&#0;", "<!--", "-->", "\0", "<![CDATA[", "]]>", "'", "/>"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn any_page_is_read(pieces in prop::collection::vec(piece(), 0..40)) {
        let page = pieces.concat();
        let limits = Limits::default();
        let whole = chapter(&page, &limits).unwrap();
        match extract(&page, &limits) {
            Ok(read) => {
                prop_assert!(!read.text.trim().is_empty() && read.text == read.text.trim());
                prop_assert!(read.text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
            }
            Err(error) => prop_assert_eq!(error.reason, Reason::NoText),
        }
        prop_assert!(whole.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
    }
}
