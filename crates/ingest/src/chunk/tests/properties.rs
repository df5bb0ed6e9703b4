//! What holds for any text and any options.

use proptest::prelude::*;
use ragstill_core::Chunk;
use unicode_segmentation::UnicodeSegmentation;

use super::{chunks, options};
use crate::chunk::{ChunkBy, ChunkOptions, TokenCounter};

const KINDS: [ChunkBy; 4] = [ChunkBy::Characters, ChunkBy::Tokens, ChunkBy::Sentences, ChunkBy::Markdown];

/// Texts of what Markdown and prose are made of, and of what makes Unicode hard.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zA-Z]{1,9}",
        5 => "[ \t]{1,3}",
        3 => "[.!?…。:]{1,2}",
        2 => Just("\n\n".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\u{c}".to_owned()),
        1 => Just("\n- ".to_owned()),
        1 => Just("\n1. ".to_owned()),
        1 => "\n#{1,7} [A-Z][a-z]{1,5}\n",
        1 => Just("\n===\n".to_owned()),
        1 => Just("\n---\n".to_owned()),
        1 => Just("\n```\n".to_owned()),
        1 => Just("\n    code\n".to_owned()),
        1 => Just("\n| a | b |\n|---|---|\n| 1 | 2 |\n".to_owned()),
        1 => Just("\n> ".to_owned()),
        1 => Just("e.g. ".to_owned()),
        1 => "\\PC{1,4}",
        1 => any::<char>().prop_map(String::from),
        1 => "[\u{301}\u{200d}🇫👩क्\u{600}한日\u{a0}]{1,4}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Options with sizes that these texts need several chunks for, with or without an overlap.
fn any_options(least: usize) -> impl Strategy<Value = ChunkOptions> {
    (0..KINDS.len(), least..60, 0..2_usize, 0.0..1.0).prop_map(|(kind, size, overlapping, part)| {
        let size = if KINDS[kind] == ChunkBy::Sentences { size % 7 + 1 } else { size };
        let overlap = overlapping * ((size.div_ceil(2) - 1) as f64 * part) as usize;
        options(KINDS[kind], size, overlap)
    })
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn chunks_cover_the_text(text in any_text(), markdown: bool, options in any_options(1)) {
        let (mut start, mut end) = (0, 0);
        for Chunk { span, .. } in chunks(&text, markdown, &options) {
            prop_assert!(!is_blank(&text[span.clone()]));
    prop_assert!(span.end > end && (span.start > start || end == 0), "{span:?} after {start}..{end}");
            if span.start >= end {
                prop_assert!(is_blank(&text[end..span.start]), "{:?} is lost", &text[end..span.start]);
            } else {
                prop_assert!(options.overlap > 0);
            }
            (start, end) = (span.start, span.end);
        }
        prop_assert!(is_blank(&text[end..]));
    }

    #[test]
    fn chunks_are_no_longer_than_the_options_say(text in any_text(), markdown: bool, options in any_options(1)) {
        let counter = TokenCounter::estimate();
        let size = options.resolved_size();
        for Chunk { span, .. } in chunks(&text, markdown, &options) {
            let chunk = &text[span];
            let characters = chunk.chars().count();
            let fits = match options.by {
                ChunkBy::Characters | ChunkBy::Markdown => characters <= size,
                ChunkBy::Tokens => counter.count(chunk) <= size || characters == 1,
                ChunkBy::Sentences => characters <= 16_000,
            };
            prop_assert!(fits, "{chunk:?}");
        }
    }

    #[test]
    fn no_grapheme_is_split(text in any_text(), markdown: bool, options in any_options(8)) {
        let counter = TokenCounter::estimate();
        let size = options.resolved_size();
        let graphemes: Vec<(usize, &str)> = text.grapheme_indices(true).collect();
        prop_assume!(graphemes.iter().all(|(_, grapheme)| match options.by {
            ChunkBy::Tokens => counter.count(grapheme) <= size,
            ChunkBy::Sentences => true,
            ChunkBy::Characters | ChunkBy::Markdown => grapheme.chars().count() <= size,
        }));
        let bounds: Vec<usize> = graphemes.iter().map(|(at, _)| *at).chain([text.len()]).collect();
        for Chunk { span, .. } in chunks(&text, markdown, &options) {
            for end in [span.start, span.end] {
                prop_assert!(bounds.binary_search(&end).is_ok(), "cut at {end} in {text:?}");
            }
        }
    }

    #[test]
    fn the_same_text_is_cut_in_the_same_way(text in any_text(), markdown: bool, options in any_options(1)) {
        prop_assert_eq!(chunks(&text, markdown, &options), chunks(&text, markdown, &options));
    }

    #[test]
    fn sentences_are_counted(sentences in prop::collection::vec("[A-Z][a-z]{1,5} [a-z]{1,5}zz\\.", 1..40), size in 1_usize..9) {
        let text = sentences.join(" ");
        let found = chunks(&text, false, &options(ChunkBy::Sentences, size, 0));
        let counts: Vec<usize> = found.iter().map(|chunk| text[chunk.span.clone()].matches('.').count()).collect();
        let (last, full) = counts.split_last().unwrap();
        prop_assert!(full.iter().all(|count| *count == size) && *last <= size);
        prop_assert_eq!(counts.iter().sum::<usize>(), sentences.len());
    }
}

/// Each would take minutes if anything looked back to the text's start, or ahead to its end, again and again.
#[test]
fn time_is_linear_in_texts_without_structure() {
    let units = [
        "a",
        "a ",
        "a. ",
        "a b\n",
        "\n",
        " ",
        "#",
        "\n# ",
        "# a\n",
        "```",
        "```\n",
        "|",
        "|\n",
        "a|\n",
        "> ",
        ">\n",
        "- ",
        "- a\n",
        "1. ",
        "-\n",
        "a\n-\n",
        "    a\n",
        "[",
        "`",
        "🇫",
        "\u{301}",
        "👩\u{200d}",
        "\u{c}",
        "。",
        ".",
        "\t",
        "湖",
    ];
    for unit in units {
        let text = unit.repeat(400_000 / unit.len());
        for by in KINDS {
            for markdown in [true, false] {
                let size = if by == ChunkBy::Sentences { 10 } else { 1000 };
                let found = chunks(&text, markdown, &options(by, size, size / 4));
                assert!(found.len() < text.len(), "{unit:?}");
            }
        }
    }
}
