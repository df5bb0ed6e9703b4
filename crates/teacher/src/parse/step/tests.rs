use super::{Action, action, step};

fn search(query: &str) -> Action {
    Action::Search { query: query.into() }
}

fn finish(answer: &str) -> Action {
    Action::Finish { answer: answer.into() }
}

/// An action as it stands in its fence.
fn in_fence(text: &str) -> String {
    format!("Thought 1: Hm.\nAction 1:\n```\n{text}\n```")
}

#[test]
fn actions_that_leave_no_doubt_are_read() {
    for (text, expected) in [
        (r#"{'function': 'search', 'parameters': {'query': 'Lake Nyos'}}"#, search("Lake Nyos")),
        (r#"{"function": "search", "parameters": {"query": "Lake Nyos"}}"#, search("Lake Nyos")),
        (r#"{'function': 'finish', 'parameters': {'answer': '208 m'}}"#, finish("208 m")),
        // The other order, white space, commas at the end.
        (r#"{'parameters': {'query': 'a'}, 'function': 'search'}"#, search("a")),
        ("{\n  'function': 'search',\n  'parameters': {\n    'query': 'a',\n  },\n}", search("a")),
        (r#"{'function':'search','parameters':{'query':'a',},}"#, search("a")),
        (r#"{'function': 'search', 'parameters': {'query': '  a b  '}}"#, search("a b")),
        // Quotes within quotes.
        (
            r#"{'function': 'search', 'parameters': {'query': 'Where is Yuma's library?'}}"#,
            search("Where is Yuma's library?"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': "Where is Yuma's library?"}}"#,
            search("Where is Yuma's library?"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': 'Where is Yuma\'s library?'}}"#,
            search("Where is Yuma's library?"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': 'the boys' school'}}"#,
            search("the boys' school"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': 'the boys', girls' and teachers' school'}}"#,
            search("the boys', girls' and teachers' school"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': 'Who is 'The Rock', really?'}}"#,
            search("Who is 'The Rock', really?"),
        ),
        (
            r#"{"function": "search", "parameters": {"query": "Who sang "Yes", and when?"}}"#,
            search(r#"Who sang "Yes", and when?"#),
        ),
        (
            r#"{"function": "search", "parameters": {"query": "author of "Emma": a novel"}}"#,
            search(r#"author of "Emma": a novel"#),
        ),
        (
            r#"{'parameters': {'query': 'Who is 'The Rock', really?'}, 'function': 'search'}"#,
            search("Who is 'The Rock', really?"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': 'He said "no" and left'}}"#,
            search(r#"He said "no" and left"#),
        ),
        (r#"{'function': 'search', 'parameters': {'query': 'rock 'n' roll'}}"#, search("rock 'n' roll")),
        (r#"{'function': 'finish', 'parameters': {'answer': 'O'Brien'}}"#, finish("O'Brien")),
        (
            r#"{'function': 'finish', 'parameters': {'answer': 'the 'Tacoma Narrows' Bridge'}}"#,
            finish("the 'Tacoma Narrows' Bridge"),
        ),
        // Typographic quotes.
        ("{‘function’: ‘search’, ‘parameters’: {‘query’: ‘Yuma’s library’}}", search("Yuma’s library")),
        ("{“function”: “search”, “parameters”: {“query”: “a “b” c”}}", search("a “b” c")),
        // Escapes and other alphabets.
        (r#"{'function': 'search', 'parameters': {'query': 'caf\u00e9\tbar'}}"#, search("café\tbar")),
        (r#"{'function': 'search', 'parameters': {'query': '湖有多深？'}}"#, search("湖有多深？")),
        (r#"{'function': 'search', 'parameters': {'query': 'C:\\temp'}}"#, search("C:\\temp")),
        (
            r#"{'function': 'search', 'parameters': {'query': '{x} and [y] + f(z)'}}"#,
            search("{x} and [y] + f(z)"),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': '__import__("os").system("ls")'}}"#,
            search(r#"__import__("os").system("ls")"#),
        ),
        (
            r#"{'function': 'search', 'parameters': {'query': 'first line
second'}}"#,
            search("first line\nsecond"),
        ),
        // Comments and keys without quotes change nothing.
        ("{'function': 'search', # look\n 'parameters': {'query': 'a'}}", search("a")),
        (r#"{function: 'search', parameters: {query: 'a'}}"#, search("a")),
        // The same thing twice.
        (
            "{'function': 'search', 'parameters': {'query': 'a'}}\n{'function': 'search', 'parameters': {'query': 'a'}}",
            search("a"),
        ),
    ] {
        assert_eq!(step(&in_fence(text)).map(|step| step.action), Ok(expected), "{text}");
    }
}

#[test]
fn everything_else_is_refused() {
    for (text, why) in [
        // Code.
        ("__import__('os').system('rm -rf /')", "must be an object"),
        ("print({'function': 'search', 'parameters': {'query': 'a'}})", "must be an object"),
        ("eval(\"{'function': 'search'}\")", "must be an object"),
        ("search('Lake Nyos')", "must be an object"),
        ("action = {'function': 'search', 'parameters': {'query': 'a'}}", "must be an object"),
        ("dict(function='search', parameters=dict(query='a'))", "must be an object"),
        ("lambda: {'function': 'search'}", "must be an object"),
        ("[{'function': 'search', 'parameters': {'query': 'a'}}]", "must be an object"),
        ("({'function': 'search', 'parameters': {'query': 'a'}})", "must be an object"),
        ("{'function': 'search', 'parameters': {'query': f'{secret}'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': r'a'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': b'a'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a' + 'b'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a' 'b'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a' * 999999999}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': '%s' % 'x'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a'.upper()}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': '{}'.format('x')}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'abc'[0]}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'x' if True else 'y'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'x' or 'y'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': open('/etc/passwd').read()}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': input()}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {**{'query': 'a'}}}", "cannot be read"),
        ("{'function': (lambda: 'search')(), 'parameters': {'query': 'a'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': '''a'''}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a'}}.copy()", "something follows"),
        ("{'function': 'search', 'parameters': {'query': 'a'}} | {'x': 1}", "something follows"),
        ("{'function': 'search', 'parameters': {'query': 'a'}}; import os", "something follows"),
        ("{'function': 'search', 'parameters': {'query': 'a'}}\nos.system('ls')", "something follows"),
        // Other things than the two.
        ("{'function': 'system', 'parameters': {'query': 'ls'}}", "calls `system`"),
        ("{'function': 'Search', 'parameters': {'query': 'a'}}", "calls `Search`"),
        ("{'function': ['search'], 'parameters': {'query': 'a'}}", "`function` must be the name"),
        ("{'function': 'search', 'parameters': {'answer': 'a'}}", "takes `query` and nothing else"),
        ("{'function': 'finish', 'parameters': {'query': 'a'}}", "takes `answer` and nothing else"),
        ("{'function': 'search', 'parameters': {'query': 'a', 'top_k': 5}}", "a parameter too many"),
        (
            "{'function': 'search', 'parameters': {'query': 'a'}, 'then': 'finish'}",
            "nothing else, found `then`",
        ),
        ("{'function': 'search', 'parameters': {}}", "has no parameter"),
        ("{'function': 'search', 'parameters': 'a'}", "must be an object"),
        ("{'function': 'search', 'parameters': ['a']}", "must be an object"),
        ("{'function': 'search', 'query': 'a'}", "nothing else, found `query`"),
        ("{'function': 'search'}", "`parameters` must be an object"),
        ("{'parameters': {'query': 'a'}}", "`function` must be the name"),
        ("{'function': 'search', 'parameters': {'query': ['a', 'b']}}", "must be a text"),
        ("{'function': 'finish', 'parameters': {'answer': 42}}", "must be a text"),
        ("{'function': 'finish', 'parameters': {'answer': None}}", "must be a text"),
        (
            "{'function': 'finish', 'parameters': {'answer': 99999999999999999999999999999999}}",
            "cannot be read",
        ),
        ("{'function': 'finish', 'parameters': {'answer': 1e999}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': ' '}}", "is blank"),
        ("{'function': 'search', 'function': 'finish', 'parameters': {'query': 'a'}}", "cannot be read"),
        ("{}", "`function` must be the name"),
        ("{'search', 'a'}", "cannot be read"),
        ("", "must be an object"),
        ("None", "must be an object"),
        // Doubt.
        (
            "{'function': 'search', 'parameters': {'query': 'a'}}\n{'function': 'search', 'parameters': {'query': 'b'}}",
            "two different actions",
        ),
        (
            "{'function': 'search', 'parameters': {'query': 'a'}} {'function': 'finish', 'parameters': {'answer': 'a'}}",
            "two different actions",
        ),
        ("{'function': 'search', 'parameters': {'query': 'a'}, {'query': 'b'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'the set {'x'} of it'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a'b', 'query': 'c'}}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a'", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a'}", "cannot be read"),
        ("{'function': 'search', 'parameters': {'query': 'a\"}}", "cannot be read"),
        (r"{'function': 'search', 'parameters': {'query': '\x41'}}", "cannot be read"),
    ] {
        let found = step(&in_fence(text)).expect_err(text);
        assert!(found.contains(why), "{text}: {found}");
    }
    let long = format!("{{'function': 'search', 'parameters': {{'query': '{}'}}}}", "x".repeat(4_001));
    assert!(action(&long).unwrap_err().contains("4001 characters"));
    let deep = format!("{{'function': 'search', 'parameters': {}", "{'a':".repeat(100_000));
    assert!(action(&deep).unwrap_err().contains("128 levels"));
}

#[test]
fn the_first_step_of_a_reply_is_taken() {
    let fence = "```\n{'function': 'search', 'parameters': {'query': 'a'}}\n```";
    let bare = "{'function': 'search', 'parameters': {'query': 'a'}}";
    for (reply, number, thought) in [
        (format!("Thought 1: Hm.\nAction 1:\n{fence}"), Some(1), "Hm."),
        (format!("Thought 1: Hm. Action 1: ```{bare}```"), Some(1), "Hm."),
        (
            format!(
                "Thought 3: Hm.\n\nMore.\nAction 3: \n{fence}\nObservation 3: found\nThought 4: x\nAction 4:\n{fence}"
            ),
            Some(3),
            "Hm.\n\nMore.",
        ),
        (format!("**Thought 1:** Hm.\n\n**Action 1:**\n```json\n{bare}\n```"), Some(1), "Hm."),
        (format!("### Thought 1\nHm.\n### Action 1\n~~~python\n{bare}\n~~~"), Some(1), "Hm."),
        (format!("Sure, here is the next step:\nThought: Hm.\nAction: {fence}"), None, "Hm."),
        (format!("Hm.\nAction 2:\n{fence}"), Some(2), "Hm."),
        (format!("Action 2:\n{fence}"), Some(2), ""),
        (
            format!("<think>Thought 9: no. Action 9: {fence}</think>\nThought 1: Hm.\nAction 1:\n{fence}"),
            Some(1),
            "Hm.",
        ),
        (format!("Thought 1: Hm.\nAction 1: I will search.\n{fence}"), Some(1), "Hm."),
        (format!("Thought 1: Hm.\nAction 1:\n```\n{bare}"), Some(1), "Hm."),
        (format!("Thought 1: Hm.\nAction 1:\n```\n{bare}\nObservation 1: It's {{'x'}}."), Some(1), "Hm."),
        (format!("Thought 1: Hm.\nAction 1: {bare}"), Some(1), "Hm."),
        (format!("Thought 1: Hm.\nAction 1: {bare} and wait.\nObservation 1: x"), Some(1), "Hm."),
        (format!("Thought 1: Hm.\nAction 1: `{bare}`"), Some(1), "Hm."),
        (format!("Thought 1: Hm.\r\nAction 1:\r\n```\r\n{bare}\r\n```\r\n"), Some(1), "Hm."),
    ] {
        let step = step(&reply).unwrap_or_else(|why| panic!("{reply}: {why}"));
        assert_eq!((step.number, step.thought.as_str()), (number, thought), "{reply}");
        assert_eq!(step.action, search("a"), "{reply}");
    }
}

#[test]
fn replies_that_begin_with_no_step_are_refused() {
    let fence = "```\n{'function': 'search', 'parameters': {'query': 'a'}}\n```";
    let bare = "{'function': 'search', 'parameters': {'query': 'a'}}";
    for (reply, why) in [
        (String::new(), "is empty"),
        ("<think>Thought 1: Hm.".to_owned(), "inside its reasoning"),
        ("The lake is 208 m deep.".to_owned(), "has no action, and begins `The lake"),
        ("Thought 1: Hm.".to_owned(), "has no action"),
        (format!("Observation 1: found.\nThought 2: Hm.\nAction 2:\n{fence}"), "begins with an observation"),
        (
            format!("Thought 1: I know it.\nObservation 1: found\nThought 2: Hm.\nAction 2:\n{fence}"),
            "has no action",
        ),
        (format!("Thought 1: Hm.\nThought 2: Hm.\nAction 2:\n{fence}"), "has no action"),
        (format!("Thought 1: Hm.\nAction 2:\n{fence}"), "numbered 1 and its action 2"),
        (format!("Thought 99999999999999: Hm.\nAction 1:\n{fence}"), "a number of 14 digits"),
        ("Thought 1: Hm.\nAction 1: search for it".to_owned(), "an object in a fence must follow"),
        (format!("Thought 1: Hm.\nAction 1: eval({bare})"), "an object in a fence must follow"),
        (format!("Thought 1: Hm.\nAction 1: {bare}.get('x')"), "something follows"),
        (format!("Thought 1: Hm.\nAction 1: {bare} if x else {bare}"), "something follows"),
        (format!("Thought 1: Hm.\nAction 1: `{bare}"), "something follows"),
        (
            format!("Thought 1: Hm.\nAction 1: later\nObservation 1: x\n{fence}"),
            "an object in a fence must follow",
        ),
        (format!("Thought 1: Hm </think> hm.\nAction 1:\n{fence}"), "has no action"),
    ] {
        // A closing tag makes reasoning of all before it, so that the thought is gone.
        let found = match step(&reply) {
            Err(found) => found,
            Ok(step) if reply.contains("</think>") => {
                assert_eq!(step.thought, "hm.", "{reply}");
                continue;
            }
            Ok(step) => panic!("{reply}: {step:?}"),
        };
        assert!(found.contains(why), "{reply}: {found}");
    }
}

#[test]
fn a_hundred_steps_at_once_are_one() {
    let reply: String = (1..=100)
        .map(|n| format!("Thought {n}: t{n}\nAction {n}:\n```\n{{'function': 'search', 'parameters': {{'query': 'q{n}'}}}}\n```\nObservation {n}: o\n"))
        .collect();
    let step = step(&reply).unwrap();
    assert_eq!((step.number, step.action), (Some(1), search("q1")));
}

#[test]
fn a_string_without_an_end_does_not_reach_beyond_its_fence() {
    let reply = "Thought 1: Hm.\nAction 1:\n```\n{'function': 'search', 'parameters': {'query': 'a}}\n```\nObservation 1: it's 'b'}}";
    assert!(step(reply).unwrap_err().contains("cannot be read"));
}
