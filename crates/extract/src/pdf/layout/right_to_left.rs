//! Lines of Hebrew, Arabic and their kin: drawn from right to left, they are sorted as they look, and read the other way.

/// Puts a line's characters from the order they look into the order they are read.
pub(super) fn reorder(line: &mut String) {
    // All of these scripts are beyond Latin, Greek and Cyrillic: the usual line costs one look at its bytes.
    if !line.bytes().any(|byte| matches!(byte, 0xd6..=0xdf | 0xef)) || !line.chars().any(is_right_to_left) {
        return;
    }
    let right = line.chars().filter(|c| is_right_to_left(*c)).count();
    let left = line.chars().filter(|c| c.is_alphabetic() && !is_right_to_left(*c)).count();
    let chars: Vec<char> = line.chars().collect();
    *line = if right >= left {
        // The whole line runs to the left; words and numbers that do not are turned back.
        let mut turned: Vec<char> = chars.into_iter().rev().map(mirrored).collect();
        turn_runs(&mut turned, |c| !is_right_to_left(c) && c.is_alphanumeric(), |c| " .,:/-_@%".contains(c));
        turned.into_iter().collect()
    } else {
        let mut turned = chars;
        turn_runs(&mut turned, is_right_to_left, |c| c == ' ');
        turned.into_iter().collect()
    };
}

/// Reverses each run of characters that belong, with those between that may.
fn turn_runs(chars: &mut [char], belongs: impl Fn(char) -> bool, may_stand_between: impl Fn(char) -> bool) {
    let mut at = 0;
    while at < chars.len() {
        if !belongs(chars[at]) {
            at += 1;
            continue;
        }
        let (start, mut end) = (at, at + 1);
        while at < chars.len() && (belongs(chars[at]) || may_stand_between(chars[at])) {
            at += 1;
            if belongs(chars[at - 1]) {
                end = at;
            }
        }
        chars[start..end].reverse();
        at = at.max(end);
    }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}') && !c.is_numeric()
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::reorder;

    fn read(line: &str) -> String {
        let mut line = line.to_string();
        reorder(&mut line);
        line
    }

    #[test]
    fn lines_are_turned_and_what_runs_the_other_way_stays() {
        assert_eq!(read("plain (text) 12"), "plain (text) 12");
        assert_eq!(read("םלוע םולש"), "שלום עולם");
        assert_eq!(read("12.5 םולש (PDF file) םלוע"), "עולם (PDF file) שלום 12.5");
        assert_eq!(read("the word םולש means peace"), "the word שלום means peace");
        assert_eq!(read("ﬁ"), "ﬁ");
    }

    #[test]
    fn marks_that_are_no_letters_count_for_their_script() {
        assert_eq!(read("\u{5be}\u{591}"), "\u{591}\u{5be}");
        assert_eq!(read("it is \u{5be}\u{591} here"), "it is \u{591}\u{5be} here");
    }
}
