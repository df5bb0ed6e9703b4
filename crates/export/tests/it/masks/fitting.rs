//! Conversations that are too long.

use ragstill_core::{Conversation, Example, Turn};
use ragstill_export::{ExportOptions, Fitter, TOO_LONG, Target, find_format};

use super::{conversation, kinds};

fn fitter(max_tokens: Option<usize>) -> Fitter {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    kinds::write_byte_level(&path);
    Fitter::new(&ExportOptions { tokenizer: Some(path), max_tokens, ..ExportOptions::default() }).unwrap()
}

fn long() -> Conversation {
    let mut long =
        conversation(&[("user", "one two three q"), ("observation", "four five"), ("assistant!", "answer")]);
    let spans = |turn: &mut Turn, words: &[&str]| {
        turn.droppable =
            words.iter().map(|word| turn.text.find(word).map(|at| at..at + word.len()).unwrap()).collect();
    };
    spans(&mut long.turns[0], &["one ", "two ", "three "]);
    spans(&mut long.turns[1], &["four "]);
    // What is trained stays, whatever is said of it.
    spans(&mut long.turns[2], &["answer"]);
    long
}

fn count(fitter: &Fitter, conversation: &Conversation) -> usize {
    fitter.fit(conversation).unwrap().tokens.unwrap().input_ids.len()
}

#[test]
fn the_last_spans_go_first_until_it_fits() {
    let free = fitter(None);
    let long = long();
    let all = count(&free, &long);
    let wanted = [
        (0, "one two three q", "four five"),
        (1, "one two three q", "five"),
        (2, "one two q", "five"),
        (3, "one q", "five"),
        (4, "q", "five"),
    ];
    for (dropped, user, observation) in wanted {
        let text = conversation(&[("user", user), ("observation", observation), ("assistant!", "answer")]);
        let fitter = fitter(Some(count(&free, &text)));
        let fitted = fitter.fit(&long).unwrap();
        assert_eq!(fitted.dropped, dropped);
        let texts: Vec<_> = fitted.conversation.turns.iter().map(|turn| turn.text.as_str()).collect();
        assert_eq!(texts, [user, observation, "answer"]);
        assert!(fitted.tokens.unwrap().input_ids.len() <= all);
    }
    assert_eq!(fitter(Some(5)).fit(&long).unwrap_err(), TOO_LONG);
}

#[test]
fn nothing_goes_without_a_limit_or_spans() {
    let short = conversation(&[("user", "q"), ("assistant!", "a")]);
    let fitted = fitter(None).fit(&short).unwrap().dropped;
    assert_eq!(fitted, 0);
    assert_eq!(fitter(Some(1)).fit(&short).unwrap_err(), TOO_LONG);
}

#[test]
fn every_format_of_conversations_has_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = folder.path().join("tokenizer.json");
    kinds::write_byte_level(&tokenizer);
    let short = conversation(&[("user", "q"), ("assistant!", "answer")]);
    let most = count(&fitter(None), &short);
    let options =
        ExportOptions { tokenizer: Some(tokenizer), max_tokens: Some(most), ..ExportOptions::default() };
    let mut shortened = conversation(&[("user", "one two q"), ("assistant!", "answer")]);
    shortened.turns[0].droppable = vec![0..4, 4..8];
    let too_long = conversation(&[("user", "one two three q"), ("assistant!", "answer")]);
    for format in ["axolotl-chat", "trl-prompt-completion", "openai", "axolotl-segments"] {
        let path = folder.path().join(format!("{format}.jsonl"));
        let target = Target { path: path.clone(), splits: vec!["train".into()] };
        let mut writer = find_format(format).unwrap().start(&target, &options).unwrap();
        for conversation in [&short, &shortened, &too_long] {
            writer.write(Example::Conversation(conversation.clone()), 0).unwrap();
        }
        let written = writer.finish().unwrap();
        assert_eq!(written.files, [(path.clone(), 2)], "{format}");
        assert_eq!(written.left_out, [(TOO_LONG.to_owned(), 1)]);
        assert!(written.hint.unwrap().contains("1 conversations lost passages"), "{format}");
        let text = std::fs::read_to_string(&path).unwrap();
        let [first, second] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert_eq!(first, second, "without what was droppable they are the same");
    }
}
