//! Markdown: one document, its title the first heading, its front matter metadata.

use ragstill_core::Document;
use ragstill_extract::Extracted;
use serde_json::{Map, Value};

/// The document of a Markdown text, and the line on which it starts.
pub(super) fn extract(text: &str) -> (Extracted, u64) {
    let body = body_start(text);
    let first_line = 1 + text[..body].matches('\n').count() as u64;
    (extracted(&text[..body], &text[body..]), first_line)
}

/// The document of a Markdown text: its title is that of the front matter (a YAML block at the start, `---` to `---`), or
/// else the first `# ` heading (outside code). The rest of the front matter is metadata; the text is kept as it is.
pub fn markdown_document(source: impl Into<String>, markdown: &str) -> Document {
    let Extracted { text, title, metadata, pages } = extract(markdown).0;
    Document { source: source.into(), title, text, is_markdown: true, pages, metadata }
}

fn extracted(front: &str, body: &str) -> Extracted {
    let mut metadata = front_matter(front);
    let title = match metadata.shift_remove("title") {
        Some(Value::String(title)) if !title.trim().is_empty() => Some(title.trim().to_owned()),
        _ => title(body),
    };
    Extracted { text: body.to_owned(), title, metadata, pages: Vec::new() }
}

/// What the front matter says; nothing when it is not a YAML map.
fn front_matter(front: &str) -> Map<String, Value> {
    let yaml = front.trim().trim_start_matches("---").trim_end_matches("---").trim_end_matches("...");
    match serde_saphyr::from_str(yaml) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The byte after the front matter and the blank lines that follow it; 0 without front matter.
fn body_start(text: &str) -> usize {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return 0 };
    let mut at = first.len();
    for line in lines {
        at += line.len();
        if matches!(line.trim_end(), "---" | "...") {
            let blank = text[at..].len() - text[at..].trim_start_matches(['\n', '\r']).len();
            return at + blank;
        }
    }
    // Never closed: a thematic break, not front matter.
    0
}

fn title(body: &str) -> Option<String> {
    let mut fence: Option<&str> = None;
    for line in body.lines() {
        let start = line.trim_start();
        if let Some(open) = fence {
            if start.starts_with(open) {
                fence = None;
            }
        } else if start.starts_with("```") || start.starts_with("~~~") {
            fence = Some(&start[..3]);
        } else if let Some(heading) = line.strip_prefix("# ") {
            // A closing run of `#` is decoration, but the one of "C#" is not.
            let heading = heading.trim();
            let bare = heading.trim_end_matches('#');
            let heading = if bare.ends_with(' ') || bare.is_empty() { bare.trim_end() } else { heading };
            if !heading.is_empty() {
                return Some(heading.to_owned());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::markdown_document;

    #[test]
    fn the_first_heading_is_the_title_and_stays_in_the_text() {
        let document = markdown_document("a.md", "intro\n\n## Two\n# Lakes of  Europe ##\n# Later\n");
        assert_eq!(document.title.as_deref(), Some("Lakes of  Europe"));
        assert_eq!(document.text, "intro\n\n## Two\n# Lakes of  Europe ##\n# Later\n");
        assert_eq!(markdown_document("a.md", "# C#\n").title.as_deref(), Some("C#"));
        assert_eq!(markdown_document("a.md", "#hashtag\n#\n").title, None);
    }

    #[test]
    fn headings_in_code_are_none() {
        let text = "```sh\n# comment\n```\n~~~\n# other\n```\n~~~\n# Title";
        assert_eq!(markdown_document("a.md", text).title.as_deref(), Some("Title"));
    }

    #[test]
    fn front_matter_is_metadata() {
        let front = "---\ntitle: The lake\ntags: [a, b]\ndate: 2024-05-01\n---\n\n# T\nbody";
        let document = markdown_document("a.md", front);
        assert_eq!((document.title.as_deref(), document.text.as_str()), (Some("The lake"), "# T\nbody"));
        assert_eq!(
            serde_json::to_string(&document.metadata).unwrap(),
            r#"{"tags":["a","b"],"date":"2024-05-01"}"#
        );
        let broken = markdown_document("a.md", "---\n- [\n---\n# T\nbody");
        assert_eq!((broken.title.as_deref(), broken.metadata.len()), (Some("T"), 0));
        for kept in ["---\nnever closed", "text\n---\na: b\n---\n", "----\na\n----\n"] {
            assert_eq!(markdown_document("a.md", kept).text, kept);
        }
        assert_eq!(markdown_document("a.md", "---\n---").text, "");
    }
}
