use proptest::prelude::{Strategy, prop, prop_assert, proptest};

use super::{Language, answer, gaps, question, spellings, subject};
use crate::words::contains_words;

/// The questions and answers of a text.
fn quiz(text: &str) -> Vec<(String, String)> {
    let subject = subject(text);
    gaps(text).into_iter().map(|gap| (question(&subject, &gap.clause), gap.answer)).collect()
}

#[test]
fn english_numbers_dates_and_names_are_asked_for_in_their_sentences() {
    let text = "# The collapse of the I-35W bridge\n\nThe I-35W bridge carried eight lanes over the Mississippi. It was 581 m long and had been opened to traffic. On 1 August 2007, in the early evening, the main span gave way. The second inquiry counted 262 tonnes of material near the weak node. They were asked 12 times. According to Fig. 31 the plates yielded. The National Transportation Safety Board found another cause in the gusset plates; no person had 3.";
    assert_eq!(
        quiz(text),
        [
            ("Regarding the collapse of the I-35W bridge: on which date was it that, in the early evening, the main span gave way?", "1 August 2007"),
            ("Regarding the collapse of the I-35W bridge: the I-35W bridge was how many m long and had been opened to traffic?", "581 m"),
            ("Regarding the collapse of the I-35W bridge: the second inquiry counted how many tonnes of material near the weak node?", "262 tonnes"),
            ("Regarding the collapse of the I-35W bridge: who or what found another cause in the gusset plates?", "National Transportation Safety Board"),
        ]
        .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
    );
}

#[test]
fn titles_and_spaced_marks_of_abstracts() {
    let text = "heat transfer on a blunt cone .\nheat transfer was measured on a cone at a mach number of 12.5 .  the\nresults in ref. 34 agree with those between 3 and 15 feet .";
    assert_eq!(subject(text), "heat transfer on a blunt cone");
    let asked = "Regarding heat transfer on a blunt cone: heat transfer was measured on a cone at a mach number of what value?";
    assert_eq!(quiz(text), [(asked.to_owned(), "12.5".to_owned())]);
}

#[test]
fn german_and_chinese_are_asked_in_their_language() {
    let text = "# Der Bodensee\n\nDer Bodensee ist 251 m tief und hat ein steiles Ufer. Im Jahr 1963 fror er zum letzten Mal ganz zu. Das Ufer ist ungefähr 273 km lang.";
    assert_eq!(
        quiz(text),
        [
            ("Zum Thema Der Bodensee: in welchem Jahr fror er zum letzten Mal ganz zu?", "1963"),
            ("Der Bodensee ist wie viele m tief und hat ein steiles Ufer?", "251 m"),
            ("Zum Thema Der Bodensee: das Ufer ist ungefähr wie viele km lang?", "273 km"),
        ]
        .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
    );
    let text = "博登湖位于德国、瑞士和奥地利之间。博登湖最深处达251米，面积536平方公里。湖面最后一次完全封冻是在1963年。";
    assert_eq!(
        quiz(text),
        [
            ("关于博登湖：湖面最后一次完全封冻是在哪一年？", "1963年"),
            ("博登湖最深处达多少米，面积536平方公里？", "251米"),
        ]
        .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
    );
}

#[test]
fn a_text_answers_the_questions_that_were_made_of_it_and_no_others() {
    let text = "Lake Constance is 251 m deep. The last complete freeze was in the winter of 1963. It rains.";
    for (question, expected) in quiz(text) {
        assert_eq!(answer(text, &question), Some(expected));
    }
    for other in ["How tall is the Eiffel Tower in Paris?", "湖有多深？", ""] {
        assert_eq!(answer(text, other), None, "{other}");
    }
    assert_eq!(answer("", "How deep is it?"), None);
}

#[test]
fn spellings_say_the_same() {
    let english = |answer| spellings(answer, Language::English);
    assert_eq!(english("1 August 2007"), ["1 August 2007", "August 1, 2007", "2007-08-01"]);
    assert_eq!(english("17,500 m"), ["17,500 m", "17500 m", "17,500 metres", "17,500 meters", "17,500"]);
    assert_eq!(english("40%"), ["40%", "40 %", "40 percent"]);
    assert_eq!(english("Nikola Tesla"), ["Nikola Tesla"]);
    assert_eq!(spellings("1. August 2007", Language::German), ["1. August 2007", "01.08.2007", "2007-08-01"]);
    assert_eq!(spellings("2007年8月1日", Language::Chinese), ["2007年8月1日", "2007-08-01"]);
}

#[test]
fn odd_texts_are_no_trouble() {
    for text in [
        "",
        ".",
        "#",
        "# \n",
        "1963",
        "。",
        "(((",
        "1 2 3 4 5 6 7",
        "年年年",
        "1963年",
        "É 12 . . .",
        "\u{1f600} 12 m .",
    ] {
        let _ = (quiz(text), answer(text, text));
    }
}

/// Texts of what matters to the built-in teacher, in any order.
fn texts() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "The lake",
        "It",
        "was",
        "1963",
        "12",
        "251 m",
        "3.5",
        "per cent",
        "%",
        "in",
        "of",
        "on",
        "13.",
        "August",
        "Februar",
        "and",
        "to",
        "(",
        ")",
        ". ",
        " . ",
        "; ",
        ", ",
        "Peter Lake",
        "St.",
        "深251米",
        "1963年2月",
        "。",
        "；",
        "Der See",
        "ist",
        "im Jahr",
        "\n\n",
        "#",
        "é",
        "\u{1f600}",
        "million",
        "people",
        ":",
        "therefore",
    ]);
    prop::collection::vec(parts, 0..30).prop_map(|parts| parts.join(" "))
}

proptest! {
    #[test]
    fn answers_stand_in_the_text_and_not_in_the_question(text in texts()) {
        for (question, answer) in quiz(&text) {
            let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert!(flat(&text).contains(&answer), "{answer} in {text}");
            prop_assert!(!contains_words(&question, &answer), "{answer} in {question}");
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,80}", question in "\\PC{0,40}") {
        let _ = (quiz(&text), answer(&text, &question), spellings(&text, Language::English));
    }
}
