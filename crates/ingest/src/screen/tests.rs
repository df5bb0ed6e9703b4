//! What is left out of inputs.

use std::path::PathBuf;

use ragstill_core::Document;
use serde_json::{Value, json};

use super::{
    CONTAMINATED, DUPLICATE, DUPLICATE_DOCUMENT, Excluded, NEAR_DUPLICATE, NEAR_DUPLICATE_DOCUMENT, Screener,
};
use crate::{ChunkOptions, Contamination, Dedup, Input, Place, ReadOptions, Sourced};

fn screened(input: &Input, dedup: Dedup, contamination: Option<Contamination>) -> Excluded {
    let mut screener = Screener::new("text", dedup, contamination);
    let records = || input.records().map(Result::unwrap);
    records().for_each(|sourced| screener.push(&sourced));
    screener.finish(records)
}

/// The number, reason and details of what is left out.
fn told(excluded: &Excluded) -> Vec<(u64, &'static str, Value)> {
    excluded.iter().map(|(number, exclusion)| (number, exclusion.reason(), exclusion.details())).collect()
}

/// Rows with ids r0, r1 and so on.
fn rows(texts: &[&str], options: &ReadOptions) -> Input {
    let rows =
        texts.iter().enumerate().map(|(at, text)| json!({"record_id": format!("r{at}"), "text": text}));
    let lines: String = rows.map(|row| format!("{row}\n")).collect();
    Input::open_with(&[PathBuf::from("-")], options, lines.as_bytes()).unwrap()
}

/// Documents with sources d0, d1 and so on, cut into chunks of this many characters at most.
fn documents(texts: &[String], size: usize) -> Input {
    let document = |(at, text): (usize, &String)| Document {
        source: format!("d{at}"),
        text: text.clone(),
        ..Document::default()
    };
    let chunk = ChunkOptions { size: Some(size), min: 0, ..ChunkOptions::default() };
    let options = ReadOptions { chunk, ..ReadOptions::default() };
    Input::from_documents(texts.iter().enumerate().map(document).collect(), &options).unwrap()
}

/// A text of this many sentences, which no other seed has.
fn text(seed: u32, sentences: u32) -> String {
    let sentence = |at: u32| format!("Sentence {at} of {seed} tells x{seed}y{at} and z{at}w{seed}. ");
    (0..sentences).map(sentence).collect()
}

/// The ids of an input's records.
fn ids(input: &Input) -> Vec<String> {
    input.records().map(|item| item.unwrap().record.id.to_string()).collect()
}

const LAKE: &str = "Lake Baikal in southern Siberia is the deepest lake on Earth and holds about a fifth of all fresh \
    water that is not frozen; its basin formed some twenty five million years ago, and hundreds of rivers run into it \
    while only the Angara leaves it on its way to the Yenisei and the Arctic Ocean.";

#[test]
fn copies_are_left_out_and_name_what_they_repeat() {
    let (shouted, edited) = (LAKE.to_uppercase(), LAKE.replace("hundreds", "scores"));
    let texts = ["Something else.", LAKE, &shouted, &edited, ""];
    let input = rows(&texts, &ReadOptions::default());
    let reasons = |dedup| {
        let told = told(&screened(&input, dedup, None)).into_iter();
        told.map(|(at, reason, details)| (at, reason, details["of"].clone())).collect::<Vec<_>>()
    };
    let of = json!("r1");
    assert_eq!(reasons(Dedup::Off), []);
    assert_eq!(reasons(Dedup::Exact), [(2, DUPLICATE, of.clone())]);
    assert_eq!(reasons(Dedup::Near), [(2, DUPLICATE, of.clone()), (3, NEAR_DUPLICATE, of)]);
}

#[test]
fn what_holds_an_evaluation_text_is_left_out_and_repeats_nothing() {
    let mut contamination = Contamination::new(13);
    contamination.add(LAKE, Place::line("eval.jsonl", 3));
    let longer = format!(
        "A preface. {LAKE} And more of it, which the other does not have at all, so that it is no copy."
    );
    let other = "Nothing of the kind stands in this text, and it has more than thirteen words in all.";
    let excluded =
        screened(&rows(&[&longer, other], &ReadOptions::default()), Dedup::Near, Some(contamination));
    let told = told(&excluded);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].1, &told[0].2["by"]), (CONTAMINATED, &json!("eval.jsonl:3")));
    assert!(told[0].2["match"].as_str().unwrap().starts_with("Lake Baikal in southern"));
}

#[test]
fn a_document_that_repeats_another_is_left_out_wherever_it_is_cut() {
    // A word in each chunk is another, and what comes first moves all cuts.
    let original = text(1, 40);
    let moved = format!("Preface. {}", original.replace("Sentence 9 ", "Phrase 9 "));
    let same_words = original.replace(". ", ".\n\n");
    let input = documents(&[original, text(2, 30), moved, same_words], 300);
    let ids = ids(&input);
    let all: Vec<Sourced> = input.records().map(Result::unwrap).collect();
    let source = |number: u64| all[number as usize].record.text("source").unwrap();

    let near = screened(&input, Dedup::Near, None);
    let told_near = told(&near);
    let left: Vec<(&str, &str)> = told_near.iter().map(|(at, reason, _)| (source(*at), *reason)).collect();
    let of = |name: &str| all.iter().filter(|sourced| sourced.record.text("source").unwrap() == name).count();
    assert!(of("d2") > 5 && of("d3") > 5);
    assert_eq!(left.iter().filter(|found| **found == ("d2", NEAR_DUPLICATE_DOCUMENT)).count(), of("d2"));
    assert_eq!(left.iter().filter(|found| **found == ("d3", DUPLICATE_DOCUMENT)).count(), of("d3"));
    assert_eq!(left.len(), of("d2") + of("d3"));
    for (_, reason, details) in &told_near {
        assert_eq!((&details["of"], &details["document"]), (&json!(ids[0]), &json!("d0")));
        assert_eq!(details.get("similarity").is_some(), *reason == NEAR_DUPLICATE_DOCUMENT);
    }
    assert_eq!((near.documents().exact, near.documents().near), (1, 1));
    assert_eq!(
        (near.documents().listed[0].document.as_str(), near.documents().listed[0].of.as_str()),
        ("d2", "d0")
    );

    let exact = screened(&input, Dedup::Exact, None);
    let told_exact = told(&exact);
    assert!(told_exact.iter().filter(|found| source(found.0) == "d3").count() == of("d3"));
    assert!(told_exact.iter().all(|found| found.1 == DUPLICATE_DOCUMENT || source(found.0) == "d2"));
    assert!(screened(&input, Dedup::Off, None).is_empty());
}

#[test]
fn a_chunk_of_a_document_that_is_left_out_is_no_original() {
    // The second document repeats the first but for one chunk, which the third has.
    let own = "This stands nowhere else: the weather of the day was fair, and nobody saw the comet until it had gone. ";
    let first = text(1, 60);
    let second = format!("{first}{own}");
    let third = format!("{own}{}", text(3, 10));
    let input = documents(&[first, second, third], 104);
    let excluded = screened(&input, Dedup::Near, None);
    let all: Vec<Sourced> = input.records().map(Result::unwrap).collect();
    let kept: String = (0..)
        .zip(&all)
        .filter(|(number, _)| excluded.get(*number).is_none())
        .map(|(_, sourced)| sourced.record.text("text").unwrap())
        .collect();
    assert!(excluded.documents().near == 1 && kept.contains("nobody saw the comet"), "{:?}", told(&excluded));
}

#[test]
fn documents_of_one_chunk_and_of_several_are_compared() {
    let long = text(1, 21);
    let short = long.replace("Sentence 20 of 1 tells x1y20 and z20w1.", "End.");
    let size = short.len() + 5;
    assert!(long.len() > size);
    for texts in [[long.clone(), short.clone()], [short, long]] {
        let excluded = screened(&documents(&texts, size), Dedup::Near, None);
        let told = told(&excluded);
        assert!(told.iter().all(|found| found.1 == NEAR_DUPLICATE_DOCUMENT && found.2["document"] == "d0"));
        let listed = &excluded.documents().listed;
        assert_eq!((listed.len(), excluded.documents().near), (1, 1));
        assert_eq!((listed[0].document.as_str(), listed[0].of.as_str()), ("d1", "d0"));
    }
    let one = screened(&documents(&[LAKE.to_owned(), LAKE.to_owned()], 4000), Dedup::Near, None);
    assert_eq!((told(&one)[0].1, one.documents().exact), (DUPLICATE, 1));
}

#[test]
fn rows_that_are_cut_are_documents() {
    let chunk = ChunkOptions { size: Some(300), rows: true, ..ChunkOptions::default() };
    let options = ReadOptions { chunk, ..ReadOptions::default() };
    let (one, two) = (text(1, 40), text(1, 40).replace(" tells ", " says "));
    let moved = format!("A preface of some words that move the cuts. {one}");
    let excluded = screened(&rows(&[&one, LAKE, &two, &moved], &options), Dedup::Near, None);
    let listed = &excluded.documents().listed;
    assert_eq!((listed.len(), listed[0].document.as_str(), listed[0].of.as_str()), (1, "-:4", "-:1"));
    assert!(told(&excluded).iter().all(|found| found.2["of"] == "r0/0"));
}

#[test]
fn a_document_of_which_a_part_is_contaminated_is_no_original() {
    let mut contamination = Contamination::new(13);
    contamination.add(LAKE, Place::line("eval.jsonl", 1));
    let first = format!("{}{LAKE}", text(1, 30));
    // No evaluation text, but what the first document had in that place.
    let words: Vec<&str> = LAKE.split(' ').collect();
    let parted: Vec<String> = words.chunks(6).map(|some| some.join(" ")).collect();
    let second = format!("{}{}", text(1, 30), parted.join(" or "));
    let input = documents(&[first, second], 350);
    let excluded = screened(&input, Dedup::Near, Some(contamination));
    let all: Vec<Sourced> = input.records().map(Result::unwrap).collect();
    let last = all.len() as u64 - 1;
    assert!(excluded.get(last).is_none(), "what only the second has stays: {:?}", told(&excluded));
    assert_eq!(excluded.documents().near + excluded.documents().exact, 0);
    assert!(told(&excluded).iter().any(|found| found.1 == CONTAMINATED));
}
