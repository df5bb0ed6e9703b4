//! What must hold for any answers.

use proptest::prelude::*;
use ragstill_score::{Normalization, Scorer};

/// Texts of words that repeat, articles, punctuation, white space, other scripts, and anything.
fn answer() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "a", "an", "the", "The", "yes", "no", "noanswer", "Paris", "paris", "3.14", "1,000", "Σ", "ΟΔΟΣ", "İ", "ß",
            "\u{301}", "_", "-", "’", "。", "北京", "京", "ガ", "\u{85}", "\u{1c}", "\u{200b}", "\u{3000}", "Ａ", "½", "\0",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        3 => Just(" ".to_owned()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn normalization() -> impl Strategy<Value = Normalization> {
    prop::sample::select(Normalization::ALL.to_vec())
}

proptest! {
    #[test]
    fn f1_is_symmetric_and_between_0_and_1(one in answer(), other in answer(), by in normalization()) {
        let mut scorer = Scorer::new(by);
        let f1 = scorer.f1(&one, [&other]);
        prop_assert!((0.0..=1.0).contains(&f1));
        // Precision and recall change places, and their sum and product are the same.
        prop_assert!((f1 - scorer.f1(&other, [&one])).abs() <= 1e-15);
    }

    #[test]
    fn an_answer_matches_itself_unless_nothing_of_it_counts(one in answer(), by in normalization()) {
        let score = Scorer::new(by).score(&one, [&one]);
        let counts = !by.normalize(&one).is_empty();
        prop_assert_eq!((score.f1, score.exact_match), (if counts { 1.0 } else { 0.0 }, counts));
    }

    #[test]
    fn exact_match_is_equality_after_normalisation(one in answer(), other in answer(), by in normalization()) {
        let (normal, others) = (by.normalize(&one), by.normalize(&other));
        let mut scorer = Scorer::new(by);
        let score = scorer.score(&one, [&other]);
        prop_assert_eq!(score.exact_match, !normal.is_empty() && normal == others);
        prop_assert_eq!(score.exact_match, scorer.exact_match(&one, [&other]));
        prop_assert_eq!(score.f1, scorer.f1(&one, [&other]));
    }

    #[test]
    fn normal_answers_have_single_spaces(one in answer(), by in normalization()) {
        let normal = by.normalize(&one);
        prop_assert!(!normal.contains("  ") && !normal.starts_with(' ') && !normal.ends_with(' '), "{normal:?}");
        prop_assert!(!normal.chars().any(|c| c.is_ascii_punctuation() || c.is_ascii_uppercase()), "{normal:?}");
    }

    #[test]
    fn the_order_of_tokens_does_not_matter(
        words in prop::collection::vec("[b-z]{1,12}|[éß京]", 2..30),
        other in prop::collection::vec("[b-z]{1,12}|[éß京]", 1..30),
        seed in any::<u64>(),
        by in normalization(),
    ) {
        let mut shuffled = words.clone();
        shuffled.sort_by_key(|word| word.bytes().fold(seed, |all, byte| (all ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)));
        let mut scorer = Scorer::new(by);
        let other = other.join(" ");
        let f1 = scorer.f1(&words.join(" "), [&other]);
        prop_assert_eq!(f1, scorer.f1(&shuffled.join(" "), [&other]));
        prop_assert_eq!(scorer.f1(&shuffled.join(" "), [words.join(" ")]), 1.0);
    }

    #[test]
    fn the_best_of_several_truths_counts_in_any_order(
        prediction in answer(),
        truths in prop::collection::vec(answer(), 0..5),
        by in normalization(),
    ) {
        let mut scorer = Scorer::new(by);
        let best = truths.iter().map(|truth| scorer.f1(&prediction, [truth])).fold(0.0, f64::max);
        prop_assert_eq!(scorer.f1(&prediction, &truths), best);
        prop_assert_eq!(scorer.f1(&prediction, truths.iter().rev()), best);
        let exact = truths.iter().any(|truth| scorer.exact_match(&prediction, [truth]));
        prop_assert_eq!(scorer.exact_match(&prediction, truths.iter().rev()), exact);
    }
}
