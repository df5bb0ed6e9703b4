use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Action, Step, action, step};

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z]{1,6}[ ,.:!?]{0,2}",
        2 => prop::sample::select(vec![
            "'", "\"", "\\", "’", "“", "”", "`", "```", "{", "}", "}}", "\n", "\t", "\u{1}", "é", "湖", "#", "function", "'query': '",
            "Action 2:", "\nThought 3: ", "+", "'}}", ", ", "é",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..20)
        .prop_map(|pieces| pieces.concat().trim().to_owned())
        .prop_filter("nothing left", |text| !text.is_empty())
}

fn any_action() -> impl Strategy<Value = Action> {
    (text(), any::<bool>()).prop_map(|(text, searches)| match searches {
        true => Action::Search { query: text },
        false => Action::Finish { answer: text },
    })
}

/// What models, and those who mean them ill, put around an action.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => prop::sample::select(vec![
            "Thought 1: ", "Action 1:", "\nAction 1:\n```\n", "\n```\n", "```json\n", "Observation 1: ", "**Action 2:**", "{", "}", "}}", "'",
            "\"", "'function': 'search'", "'parameters': {'query': '", "'function'", "'parameters'", ": ", ", ", "query", "answer", "finish",
            "__import__('os')", "f'", " + ", "<think>", "</think>", "\\", "’", "“", "é", "`", "~~~", "9", "\u{0}", "\r\n",
            "{'function': 'search', 'parameters': {'query': 'a'}}", "{'function': 'finish', 'parameters': {'answer': '", "'}}",
        ]).prop_map(str::to_owned),
        1 => "[a-z' ]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(said in any_action()) {
        prop_assert_eq!(action(&said.to_string()), Ok(said.clone()), "{}", said);
    }

    #[test]
    fn so_is_json(said in any_action()) {
        let parameters = serde_json::Map::from_iter([(said.parameter().to_owned(), said.text().into())]);
        let json = serde_json::json!({"function": said.function(), "parameters": parameters});
        prop_assert_eq!(action(&json.to_string()), Ok(said), "{}", json);
    }

    #[test]
    fn a_step_is_read_back_whatever_follows(
        said in any_action(),
        thought in "[a-zA-Z ,.'’é\"{}()+-]{0,60}",
        number in 1..1000_u32,
        behind in prop_oneof![Just(String::new()), hostile().prop_map(|text| format!("\n{}", text.replace("</", "")))],
    ) {
        let written = Step { number: Some(number), thought: thought.trim().to_owned(), action: said };
        let rendered = written.render(number);
        prop_assert_eq!(step(&rendered), Ok(written.clone()), "{}", rendered);
        if !behind.contains("<think") {
            let reply = rendered + &behind;
            prop_assert_eq!(step(&reply), Ok(written), "{}", reply);
        }
    }

    #[test]
    fn no_reply_is_too_strange(text in hostile()) {
        match step(&text) {
            Ok(found) => {
                let number = found.number.unwrap_or(1);
                let again = step(&found.render(number));
                prop_assert_eq!(again, Ok(Step { number: Some(number), ..found }));
            }
            Err(why) => prop_assert!(!why.is_empty() && why.chars().count() < 300, "{}", why),
        }
        if let Ok(found) = action(&text) {
            prop_assert!(!found.text().trim().is_empty());
            // Without escapes a text is a piece of what was said.
            prop_assert!(text.contains('\\') || text.contains(found.text()), "{}", found);
        }
    }
}
