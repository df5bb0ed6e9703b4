//! Marks within a line: literals, roles, links, substitutions.

/// The roles of which the text is code: names of things in programs.
const CODE_ROLES: &[&str] = &[
    "class", "func", "meth", "mod", "attr", "obj", "data", "const", "exc", "type", "member", "macro", "file",
    "program", "option", "command", "kbd", "code", "samp", "envvar", "keyword", "token", "literal", "c",
    "cpp", "var", "struct", "enum",
];

/// The text of one line or paragraph as Markdown.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '\\', '[', ':']) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let taken = match found.as_bytes()[0] {
            b'`' => quoted(found, &mut out),
            b'\\' => escaped(found, &mut out),
            b'[' => reference(found, &mut out),
            _ => role(found, &mut out),
        };
        if taken == 0 {
            out.push_str(&found[..1]);
        }
        rest = &found[taken.max(1)..];
    }
    out.push_str(rest);
    out
}

/// ``` ``literal`` ```, `` `a link <target>`_ ``, `` `a title` ``. Returns the bytes read, 0 if it is none of these.
fn quoted(text: &str, out: &mut String) -> usize {
    if let Some(rest) = text.strip_prefix("``") {
        let Some(end) = rest.find("``") else { return 0 };
        out.push('`');
        out.push_str(&rest[..end]);
        out.push('`');
        return end + 4;
    }
    let Some(end) = text[1..].find('`') else { return 0 };
    let content = &text[1..=end];
    let mut taken = end + 2;
    taken += text[taken..].bytes().take_while(|byte| *byte == b'_').count().min(2);
    out.push_str(shown(content));
    taken
}

/// What is shown of `text <target>`.
fn shown(content: &str) -> &str {
    match content.rfind('<').filter(|at| *at > 0 && content.ends_with('>')) {
        Some(at) => content[..at].trim_end(),
        None => content,
    }
}

/// A backslash makes the next character an ordinary one; a space after it vanishes.
fn escaped(text: &str, out: &mut String) -> usize {
    match text[1..].chars().next() {
        Some(c) if c.is_whitespace() => 1 + c.len_utf8(),
        Some(c) if c.is_ascii_punctuation() => {
            out.push(c);
            2
        }
        _ => 0,
    }
}

/// `[1]_`, `[#note]_`, `[Label]_`: without the underscore.
fn reference(text: &str, out: &mut String) -> usize {
    let Some(end) = text.find(']').filter(|end| *end < 60) else { return 0 };
    if !text[end + 1..].starts_with('_') || text[end + 2..].starts_with(char::is_alphanumeric) {
        return 0;
    }
    out.push_str(&text[..=end]);
    end + 2
}

/// `:role:` before a quotation: its text, without the target and, after a `~`, without all but the last part of a name.
fn role(text: &str, out: &mut String) -> usize {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | ':');
    let Some(quote) = text[1..].find(|c| !is_name(c)).map(|at| at + 1) else { return 0 };
    if quote < 3 || !text[..quote].ends_with(':') || !text[quote..].starts_with('`') {
        return 0;
    }
    let Some(end) = text[quote + 1..].find('`').map(|at| quote + 1 + at) else { return 0 };
    let content = &text[quote + 1..end];
    let name = text[1..quote - 1].rsplit(':').next().unwrap_or_default();
    let text = match content.strip_prefix('~') {
        Some(path) => path.rsplit('.').next().unwrap_or(path),
        None => shown(content).trim_start_matches('!'),
    };
    let (open, close) = match name {
        _ if CODE_ROLES.contains(&name) => ("`", "`"),
        "math" => ("$", "$"),
        _ => ("", ""),
    };
    out.push_str(open);
    out.push_str(text);
    out.push_str(close);
    end + 1
}
