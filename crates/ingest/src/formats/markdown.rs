//! Markdown: one document, its title the first heading, its front matter left out.

use ragstill_core::Document;

use super::{Item, Stream, whole_text};
use crate::error::Fault;

pub(super) fn read(stream: Stream, limit: usize) -> Result<Item, Fault> {
    let text = whole_text(stream.reader, &stream.file, limit)?;
    let body = body_start(&text);
    let first_line = 1 + text[..body].matches('\n').count() as u64;
    Ok(Item::Document { document: document(stream.source.to_string(), &text[body..]), first_line })
}

/// The document of a Markdown text: its title is the first `# ` heading (outside code), a YAML front matter block at
/// the start (`---` to `---`) is left out, the rest is kept as it is.
pub fn markdown_document(source: impl Into<String>, markdown: &str) -> Document {
    document(source.into(), &markdown[body_start(markdown)..])
}

fn document(source: String, body: &str) -> Document {
    Document { source, title: title(body), text: body.to_owned(), is_markdown: true, ..Document::default() }
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
    fn front_matter_is_left_out() {
        let document = markdown_document("a.md", "---\ntitle: x\n---\n\n# T\nbody");
        assert_eq!((document.title.as_deref(), document.text.as_str()), (Some("T"), "# T\nbody"));
        for kept in ["---\nnever closed", "text\n---\na: b\n---\n", "----\na\n----\n"] {
            assert_eq!(markdown_document("a.md", kept).text, kept);
        }
        assert_eq!(markdown_document("a.md", "---\n---").text, "");
    }
}
