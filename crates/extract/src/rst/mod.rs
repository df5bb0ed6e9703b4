//! reStructuredText to Markdown, as Sphinx and Docutils write it.
//!
//! Lines are taken block by block: titles, directives, literal blocks, tables, paragraphs. What only steers the tools
//! (comments, targets, tables of contents, options of directives) is left out; what a reader sees stays.

mod blocks;
mod inline;
mod table;

use serde_json::{Map, Value};

use crate::{Error, Extracted, Limits};

/// The text of a reStructuredText document; its title is the first one, and the fields at its start are metadata.
///
/// # Errors
/// When it takes too long.
pub fn extract(text: &str, limits: &Limits) -> Result<Extracted, Error> {
    let expanded: String = text.replace('\t', "        ");
    let lines: Vec<&str> = expanded.lines().map(str::trim_end).collect();
    let mut writer = blocks::Writer::new(limits);
    writer.write(&lines, 0)?;
    let blocks::Writer { out, title, fields, .. } = writer;
    let mut metadata = Map::new();
    for (name, value) in fields {
        metadata.insert(name.to_lowercase(), Value::from(value));
    }
    Ok(Extracted { text: out.trim().to_owned(), title, metadata, pages: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::extract;
    use crate::Limits;

    fn markdown(text: &str) -> String {
        extract(text, &Limits::default()).unwrap().text
    }

    #[test]
    fn titles_have_the_ranks_in_which_they_appear() {
        let text = "====\nTop\n====\n\n:Author: A. Writer\n:Date: 2024\n\nOne\n---\ntext\n\nDeeper\n~~~~~~\nmore\n\nTwo\n---\nend";
        let extracted = extract(text, &Limits::default()).unwrap();
        assert_eq!(extracted.text, "# Top\n\n## One\n\ntext\n\n### Deeper\n\nmore\n\n## Two\n\nend");
        assert_eq!(extracted.title.as_deref(), Some("Top"));
        assert_eq!(
            serde_json::to_string(&extracted.metadata).unwrap(),
            r#"{"author":"A. Writer","date":"2024"}"#
        );
    }

    #[test]
    fn directives_become_what_a_reader_sees() {
        let text = ".. _target:\n.. comment\n   more\n\n.. code-block:: python\n   :linenos:\n\n   def f():\n       pass\n\n\
                    .. note:: Read *this*.\n\n   And this.\n\n.. toctree::\n   :maxdepth: 2\n\n   a\n   b\n\n\
                    .. py:function:: f(x)\n\n   Does it.\n\n.. image:: a.png\n   :alt: A\n\n.. figure:: b.png\n\n   The caption.";
        let expected = "```python\ndef f():\n    pass\n```\n\nNote: Read *this*.\n\nAnd this.\n\n`f(x)`\n\nDoes it.\n\nThe caption.";
        assert_eq!(markdown(text), expected);
    }

    #[test]
    fn literal_blocks_are_code() {
        let text = "Run this::\n\n    $ make\n      all\n\nThen::\n\n>>> 1 + 1\n2\n\nend ::\n\n  x";
        let expected =
            "Run this:\n\n```\n$ make\n  all\n```\n\nThen:\n\n```\n>>> 1 + 1\n2\n```\n\nend\n\n```\nx\n```";
        assert_eq!(markdown(text), expected);
    }

    #[test]
    fn inline_marks_are_read() {
        let text = "Use ``a *b*`` with :ref:`the docs <here>` and :class:`~os.path.Name`, see `Python <https://x.y>`_,\n\
                    `a target`_ or [1]_ and [CIT2002]_; *em* and **strong**, file\\_name\\ s, :pep:`8`, under_score_d.";
        let expected = "Use `a *b*` with the docs and `Name`, see Python,\na target or [1] and [CIT2002]; *em* and **strong**, \
                        file_names, 8, under_score_d.";
        assert_eq!(markdown(text), expected);
    }

    #[test]
    fn tables_are_pipe_tables() {
        let simple = "=====  =====\nA      B\n=====  =====\n1      two\n       lines\n3\n=====  =====\n";
        assert_eq!(markdown(simple), "| A | B |\n| --- | --- |\n| 1 | two lines |\n| 3 |  |");
        let grid = "+---+-----+\n| A | B|C |\n+===+=====+\n| 1 | 2   |\n|   | x   |\n+---+-----+\n| 3 | 4   |\n+---+-----+";
        assert_eq!(markdown(grid), "| A | B\\|C |\n| --- | --- |\n| 1 | 2 x |\n| 3 | 4 |");
        let list = ".. list-table:: Title\n   :header-rows: 1\n\n   * - A\n     - B\n   * - 1\n     - 2\n       more\n";
        assert_eq!(markdown(list), "Title\n\n| A | B |\n| --- | --- |\n| 1 | 2 more |");
    }

    #[test]
    fn lists_and_definitions_stay() {
        let text = "* one\n  more\n\n  - inner\n\n* two\n\n#. first\n#. second\n\nterm\n    Its meaning.\n\n    More.\n\nEnd.";
        let expected = "* one\n  more\n\n  - inner\n\n* two\n\n1. first\n1. second\n\nterm\n\nIts meaning.\n\nMore.\n\nEnd.";
        assert_eq!(markdown(text), expected);
    }

    #[test]
    fn hostile_texts_end() {
        for text in [
            "  ".repeat(3000) + "x",
            (0..3000).map(|n| format!("{}.. note::\n\n", " ".repeat(n))).collect(),
            "* ".repeat(20_000),
            "=".repeat(100_000),
            "`".repeat(100_000),
            ":a:`".repeat(50_000),
            "+-".repeat(50_000),
            "=== ===\n".repeat(20_000),
            "|a\n".repeat(50_000),
            "\n.. \n".repeat(50_000),
        ] {
            let extracted = extract(&text, &Limits::default()).unwrap();
            assert!(extracted.text.len() <= 4 * text.len() + 100);
        }
    }
}
