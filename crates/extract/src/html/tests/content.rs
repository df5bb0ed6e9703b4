//! What of a page is its content.

use super::text;

const PROSE: &str = "A dimictic lake mixes twice a year, in spring and in autumn, when its water is of one temperature \
    from the surface to the bottom. In summer a warm layer floats on a cold one.";

/// So many paragraphs of prose.
fn prose(paragraphs: usize) -> String {
    format!("<p>{PROSE}</p>").repeat(paragraphs)
}

fn expected(paragraphs: usize) -> String {
    vec![PROSE; paragraphs].join("\n\n")
}

#[test]
fn boilerplate_is_left_out() {
    let links = "<li><a href=/a>Home</a><li><a href=/b>About us</a><li><a href=/c>All of our many lakes</a>";
    let page = format!(
        "<body><div id=cookie-consent>We use cookies, and we need you to say yes to all of them at once.</div>\
         <header class=site-header><ul>{links}</ul></header><nav>{links}</nav>\
         <div class=layout-with-sidebar><div class=post><h1>Lakes</h1>{}\
         <div class='share-buttons'>Share this with all of your friends, today</div></div>\
         <div class=sidebar><h3>Popular</h3><p>Ten lakes that you must have seen, and one that you must not.</p></div></div>\
         <section id=comments class=comments-area><h2>Comments</h2><p>First! I have always wanted to see this, thank you, thank you.</p></section>\
         <div class=relatedposts><a href=/d>Ponds</a></div><footer>Copyright, imprint, and all that is legal here</footer>",
        prose(3)
    );
    assert_eq!(text(&page), format!("# Lakes\n\n{}", expected(3)));
}

#[test]
fn a_page_that_is_all_content_comes_out_whole() {
    let sections = "<h2>A</h2><p>One.</p><ul><li><a href=x>x</a><li>y</ul><h2>B</h2><p>Two.</p><table><tr><td>1<td>2<tr><td>3<td>4</table>";
    for page in [
        sections.to_owned(),
        format!("<html><body>{sections}</body></html>"),
        format!("<div><section id=a>{sections}</section></div>"),
        format!("<article>{sections}</article>"),
        format!("<div class=sidebar>{sections}</div>"),
        format!("<table><tr><td><nav>{sections}</nav></table>"),
    ] {
        assert_eq!(
            text(&page),
            "## A\n\nOne.\n\n- x\n- y\n\n## B\n\nTwo.\n\n| 1 | 2 |\n| --- | --- |\n| 3 | 4 |",
            "{page}"
        );
    }
}

#[test]
fn sections_of_a_document_are_not_taken_for_what_their_ids_say() {
    let page = format!(
        "<div class=document><div class=body role=main><section id=sharing-with-a-single-developer><h2>Sharing</h2>{}</section>\
         <section id=cookies><h2>Cookies</h2>{}<aside class='footnote brackets'>A note, which stands in an aside.</aside></section></div></div>\
         <div class=sphinxsidebar><p>The next topic, and the one before it, are linked here for you.</p></div>",
        prose(1),
        prose(1)
    );
    assert_eq!(
        text(&page),
        format!("## Sharing\n\n{PROSE}\n\n## Cookies\n\n{PROSE}\n\nA note, which stands in an aside.")
    );
}

#[test]
fn paragraphs_beside_the_largest_part_are_kept() {
    let page = format!("<main><div class=lead>{PROSE}</div><div class=body-text>{}</div></main>", prose(8));
    assert_eq!(text(&page), expected(9));
}

#[test]
fn what_holds_most_of_the_text_is_kept_whatever_its_name() {
    let page = format!("<div class='comments'>{}</div><p>After.</p>", prose(5));
    assert_eq!(text(&page), expected(5));
}
