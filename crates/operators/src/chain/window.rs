//! Requests that are longer than a model's window lose their middle: the first half of the window and the last half are kept, as
//! ReaRAG does it.

use ragstill_ingest::TokenCounter;
use ragstill_teacher::Message;

use super::options::Window;

/// What a chat template adds to a message, in tokens, at most.
const AROUND: usize = 8;

/// What stands where something was left out.
const GAP: &str = "[…]";

/// The messages within the window, and whether anything was left out.
pub(super) fn fit(messages: Vec<Message>, window: &Window) -> (Vec<Message>, bool) {
    let lengths: Vec<usize> =
        messages.iter().map(|message| window.counter.count(&message.content) + AROUND).collect();
    if lengths.iter().sum::<usize>() <= window.tokens {
        return (messages, false);
    }
    let half = window.tokens / 2;
    let mut kept = Vec::new();
    let (mut first, mut left) = (0, half);
    while first < messages.len() && lengths[first] <= left {
        kept.push(messages[first].clone());
        left -= lengths[first];
        first += 1;
    }
    let head =
        messages.get(first).map(|message| with(message, prefix(&message.content, left, &window.counter)));
    let (mut last, mut left) = (messages.len(), window.tokens - half);
    while last > first && lengths[last - 1] <= left {
        left -= lengths[last - 1];
        last -= 1;
    }
    let tail = last
        .checked_sub(1)
        .map(|last| with(&messages[last], suffix(&messages[last].content, left, &window.counter)));
    // Where the cut is has to be seen.
    let head = head.filter(|head| !head.content.is_empty());
    let tail = tail.filter(|tail| !tail.content.is_empty());
    let (head, tail) = match (head, tail) {
        (Some(head), tail) => (Some(with(&head, &format!("{}\n{GAP}", head.content))), tail),
        (None, tail) => (None, tail.map(|tail| with(&tail, &format!("{GAP}\n{}", tail.content)))),
    };
    let mut add = |message: Message| match kept.last_mut() {
        // Two of the same role in a row would be refused by many chat templates.
        Some(before) if before.role == message.role => {
            *before = with(before, &format!("{}\n{}", before.content, message.content));
        }
        _ => kept.push(message),
    };
    head.into_iter().for_each(&mut add);
    tail.into_iter().for_each(&mut add);
    messages[last..].iter().cloned().for_each(&mut add);
    (kept, true)
}

/// A text within the window, without its middle.
pub(super) fn fit_text(text: &str, tokens: usize, counter: &TokenCounter) -> String {
    if counter.count(text) <= tokens {
        return text.to_owned();
    }
    let half = tokens / 2;
    format!("{}\n{GAP}\n{}", prefix(text, half, counter), suffix(text, tokens - half, counter))
}

fn with(message: &Message, content: &str) -> Message {
    Message { role: message.role, content: content.into() }
}

/// The longest beginning of a text that has at most this many tokens, and what a template adds.
fn prefix<'a>(text: &'a str, tokens: usize, counter: &TokenCounter) -> &'a str {
    let most = tokens.saturating_sub(AROUND);
    &text[..longest(
        text.len(),
        |length| counter.count(&text[..text.floor_char_boundary(length)]) <= most,
        |length| text.floor_char_boundary(length),
    )]
}

/// The longest end of a text that has at most this many tokens, and what a template adds.
fn suffix<'a>(text: &'a str, tokens: usize, counter: &TokenCounter) -> &'a str {
    let most = tokens.saturating_sub(AROUND);
    let start = |length: usize| text.ceil_char_boundary(text.len() - length);
    let length = longest(text.len(), |length| counter.count(&text[start(length)..]) <= most, |length| length);
    &text[start(length)..]
}

/// The greatest length up to `all` that fits, taking it that what fits does so when it is shorter.
fn longest(all: usize, fits: impl Fn(usize) -> bool, bound: impl Fn(usize) -> usize) -> usize {
    let (mut fit, mut not) = (0, all + 1);
    while not - fit > 1 {
        let middle = fit + (not - fit) / 2;
        if fits(middle) { fit = middle } else { not = middle }
    }
    bound(fit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};
    use ragstill_ingest::TokenCounter;
    use ragstill_teacher::{Message, MessageRole};

    use super::{AROUND, GAP, fit, fit_text};
    use crate::chain::options::Window;

    fn window(tokens: usize) -> Window {
        Window { tokens, counter: TokenCounter::estimate() }
    }

    fn messages(texts: &[String]) -> Vec<Message> {
        let role = |at: usize| match at {
            0 => MessageRole::System,
            at if at % 2 == 1 => MessageRole::User,
            _ => MessageRole::Assistant,
        };
        texts
            .iter()
            .enumerate()
            .map(|(at, text)| Message { role: role(at), content: text.as_str().into() })
            .collect()
    }

    #[test]
    fn the_question_and_the_latest_steps_are_kept() {
        let texts: Vec<String> = ["Be brief.", "How deep is it?"]
            .map(str::to_owned)
            .into_iter()
            .chain((0..20).map(|step| format!("step {step}: {}", "word ".repeat(40))))
            .collect();
        let (kept, was_cut) = fit(messages(&texts), &window(400));
        assert!(was_cut);
        assert_eq!((&*kept[0].content, &*kept[1].content), ("Be brief.", "How deep is it?"));
        assert_eq!(*kept.last().unwrap().content, texts[21]);
        let all: String = kept.iter().map(|message| &*message.content).collect();
        assert!(all.contains("step 0:") && !all.contains("step 9:") && all.contains(GAP));
    }

    #[test]
    fn one_message_that_is_too_long_loses_its_middle() {
        let text = format!("begin {} end", "word ".repeat(10_000));
        let (kept, was_cut) = fit(messages(&["s".into(), text.clone()]), &window(200));
        assert!(was_cut && kept.len() == 2);
        assert!(kept[1].content.starts_with("begin word") && kept[1].content.ends_with("word  end"));
        assert!(fit_text(&text, 100, &TokenCounter::estimate()).len() < 1_000);
        assert_eq!(fit_text("short", 100, &TokenCounter::estimate()), "short");
    }

    proptest! {
        #[test]
        fn what_is_kept_fits_and_roles_take_turns(texts in prop::collection::vec("[a-zé湖 ]{0,300}", 1..12), tokens in 64..600_usize) {
            let all = messages(&texts);
            let (kept, was_cut) = fit(all.clone(), &window(tokens));
            let counter = TokenCounter::estimate();
            let length: usize = kept.iter().map(|message| counter.count(&message.content) + AROUND).sum();
            // The gap has a few tokens of its own.
            prop_assert!(length <= tokens + 2 * AROUND, "{} of {}", length, tokens);
            if !was_cut {
                prop_assert_eq!(kept, all);
            } else {
                prop_assert!(kept.windows(2).all(|pair| pair[0].role != pair[1].role));
            }
        }
    }
}
