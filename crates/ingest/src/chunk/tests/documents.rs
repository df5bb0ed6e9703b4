//! What becomes of documents.

use super::{chunks, options, texts};
use crate::chunk::ChunkBy::{Characters, Markdown, Sentences};
use crate::chunk::ChunkOptions;

/// A document with everything that Markdown has.
const LAKES: &str = include_str!("lakes.md");

/// The chunks of [`LAKES`] as a person reads them: above each its headings, below it a line.
fn lakes(options: &ChunkOptions) -> String {
    let shown =
        |span, headings: Vec<String>| format!("[{}]\n{}\n=====\n", headings.join(" > "), &LAKES[span]);
    chunks(LAKES, true, options).into_iter().map(|chunk| shown(chunk.span, chunk.headings)).collect()
}

#[test]
fn a_document_in_every_way() {
    insta::assert_snapshot!("by_characters", lakes(&options(Characters, 400, 0)));
    insta::assert_snapshot!("by_characters_overlapping", lakes(&options(Characters, 400, 100)));
    insta::assert_snapshot!("by_markdown", lakes(&options(Markdown, 400, 0)));
    insta::assert_snapshot!("by_sentences_overlapping", lakes(&options(Sentences, 5, 1)));
}

#[test]
fn code_is_cut_only_where_it_is_longer_than_a_window_and_then_between_lines() {
    let code = "```\nfn a() {\n    one();\n    two();\n}\n```";
    let text = format!("Some words stand before it. More of them.\n\n{code}\n\nAfter it.");
    assert_eq!(texts(&text, &options(Characters, 60, 0))[1], format!("{code}\n\nAfter it."));
    // What goes on in the middle of a block keeps its indentation.
    assert_eq!(texts(code, &options(Characters, 26, 0)), ["```\nfn a() {\n    one();", "    two();\n}\n```"]);
}

#[test]
fn tables_are_cut_between_rows_and_keep_some_with_their_head() {
    let rows: String = (1..=9).map(|row| format!("| row {row} | and its value |\n")).collect();
    let text = format!("Words before the table, which fill most of it.\n\n| a | b |\n|---|---|\n{rows}");
    let found = texts(&text, &options(Characters, 90, 0));
    assert_eq!(found[0], "Words before the table, which fill most of it.");
    assert_eq!(found[1].lines().count(), 4, "the head and two rows: {}", found[1]);
    assert!(
        found[1..]
            .iter()
            .flat_map(|chunk| chunk.lines())
            .all(|row| row.starts_with("| ") || row == "|---|---|")
    );
}

#[test]
fn items_headings_and_introductions_stay_with_what_belongs_to_them() {
    let text = "Words that come first here.\n\n## A heading\n\nIts first words. And more.\n\nOther words.";
    assert_eq!(
        texts(text, &options(Characters, 50, 0)),
        ["Words that come first here.", "## A heading\n\nIts first words. And more.", "Other words."]
    );
    let text = "- One item. It is long.\n- Another. It goes on here.\n\nIt has:\n\n- a thing\n- more\n";
    assert_eq!(
        texts(text, &options(Characters, 40, 0)),
        ["- One item. It is long.", "- Another. It goes on here.", "It has:\n\n- a thing\n- more"]
    );
    // A heading that fits no window with its text does not stand alone before it.
    let text = format!("# Heading\n\nFirst. {}", "words ".repeat(20));
    assert_eq!(texts(&text, &options(Characters, 40, 0))[0], "# Heading\n\nFirst. words words words");
}

#[test]
fn sections_are_joined_while_they_fit_and_no_higher_one_begins() {
    let text = "# A\na\n## B\nb\n## C\nc\n### D\nd\n# E\ne\n";
    let by = |size| texts(text, &options(Markdown, size, 0));
    assert_eq!(by(100), [text.trim_end()]);
    assert_eq!(by(18), ["# A\na\n## B\nb", "## C\nc\n### D\nd", "# E\ne"], "C goes with what is under it");
    assert_eq!(by(13), ["# A\na\n## B\nb", "## C\nc", "### D\nd", "# E\ne"]);
    assert_eq!(
        texts("## B\nb\n\n# A\na", &options(Markdown, 100, 0)),
        ["## B\nb", "# A\na"],
        "a title is of higher rank"
    );
    assert_eq!(
        texts("## A\n### B\ntext\n### C\ntext", &options(Markdown, 17, 0)),
        ["## A\n### B\ntext", "### C\ntext"],
        "a heading is never left without its text"
    );
}

#[test]
fn only_sections_that_are_cut_overlap() {
    let text = "# A\nOne is here. Two is here. Three is here.\n# B\nFour is here.";
    assert_eq!(
        texts(text, &options(Markdown, 32, 12)),
        ["# A\nOne is here. Two is here.", "Two is here. Three is here.", "# B\nFour is here."]
    );
}

#[test]
fn headings_are_known_without_markdown_marks_and_only_in_markdown() {
    let text = format!("# *A* `b` [c](d)\n\n{}", "Words and more. ".repeat(10));
    let found = chunks(&text, true, &options(Characters, 60, 0));
    assert_eq!((found[0].headings.len(), found[1].headings.join("/")), (0, "A b c".to_owned()));
    assert!(chunks(&text, false, &options(Characters, 60, 0)).iter().all(|chunk| chunk.headings.is_empty()));
}

#[test]
fn pages_end_paragraphs() {
    let text = "The first page ends here\u{c}The second begins here";
    for markdown in [true, false] {
        let found = chunks(text, markdown, &options(Characters, 40, 0));
        assert_eq!(&text[found[0].span.clone()], "The first page ends here", "{markdown}");
    }
}
