//! Pages to Markdown, as a reader of them would expect.

mod content;
mod hostile;

use serde_json::json;

use super::extract;
use crate::{Limits, Reason};

/// The text of a page or a piece of one.
fn text(html: &str) -> String {
    extract(html, &Limits::default()).unwrap().text
}

#[test]
fn paragraphs_and_headings() {
    assert_eq!(
        text(
            "<h1>Lakes &amp;\n ponds</h1><p>One <b>bold</b>&nbsp;word<br>and a\tline.<p>Two\u{ad}fold.</p>bare <i>text</i>"
        ),
        "# Lakes & ponds\n\nOne bold word\nand a line.\n\nTwofold.\n\nbare text"
    );
    // A heading's link to itself goes, and so does what a heading cannot hold.
    assert_eq!(
        text("<h2 id=a>A<br>b<a class=headerlink href='#a'>¶</a></h2><h3><button>Open</button></h3><p>c"),
        "## A b\n\n### Open\n\nc"
    );
    assert_eq!(text("<div>a<div>b</div>c</div><span>d</span> e"), "a\n\nb\n\nc\n\nd e");
}

#[test]
fn lists_nest_and_count() {
    assert_eq!(
        text("<ul><li>a<li><p>b<ol start=3><li>c<ul><li>d</ul><li>e</ol>f</ul>"),
        "- a\n- b\n  3. c\n     - d\n  4. e\n\n  f"
    );
    // A list within a list but outside of its items; an empty item.
    assert_eq!(text("<ul><li>a</li><ul><li>b</li></ul><li></li><li>c</ul>"), "- a\n\n- b\n- c");
    assert_eq!(
        text("<dl><dt>Lake<dd>Still water.<dd>A paint.<dt>River<dd>Moving water.</dl>"),
        "Lake\n: Still water.\n: A paint.\n\nRiver\n: Moving water."
    );
}

#[test]
fn tables_of_data_are_pipe_tables() {
    assert_eq!(
        text(
            "<table><caption>Depths</caption><thead><tr><th>Lake<th>m</thead>\
             <tr><td>Geneva <p>(Léman)</p><td>310<tr><td colspan=2>a|b<tr><td><td></table>"
        ),
        "Depths\n\n| Lake | m |\n| --- | --- |\n| Geneva (Léman) | 310 |\n| a\\|b |  |"
    );
}

#[test]
fn tables_that_lay_a_page_out_are_text() {
    assert_eq!(
        text("<table><tr><td><h1>A</h1><p>b<td><table><tr><td>c<td>d<tr><td>1<td>2</table></table>"),
        "# A\n\nb\n\n| c | d |\n| --- | --- |\n| 1 | 2 |"
    );
    assert_eq!(text("<table><tr><td>only</table>"), "only");
    assert_eq!(text("<table>stray<tr><td>a<td>b<tr><td>1<td>2</table>"), "stray\n\na\n\nb\n\n1\n\n2");
}

#[test]
fn code_keeps_its_white_space_and_its_language() {
    assert_eq!(
        text(
            "<pre><code class='hljs language-rust'>fn main() {\n\n    <span class=comment>// a &lt; b</span>\n}\n</code></pre>"
        ),
        "```rust\nfn main() {\n\n    // a < b\n}\n```"
    );
    assert_eq!(
        text(
            "<div class='highlight-python3 notranslate'><div class=highlight><pre>x = 1<br>y</pre></div></div>"
        ),
        "```python3\nx = 1\ny\n```"
    );
    assert_eq!(text("<pre>\n  a\n\tb</pre>"), "```\n  a\n\tb\n```");
    assert_eq!(
        text("<p>Run <code>make all</code>, <kbd>Ctrl</kbd> or <code>a`b</code>.<code></code>"),
        "Run `make all`, `Ctrl` or a`b."
    );
}

#[test]
fn quotations_figures_and_details() {
    assert_eq!(text("<blockquote><p>a<p>b<footer>c</footer></blockquote><p>d"), "> a\n>\n> b\n>\n> c\n\nd");
    assert_eq!(
        text(
            "<figure><img src=x alt='DSC 0815'><figcaption>The lake.</figcaption></figure><details><summary>More</summary>text</details>"
        ),
        "The lake.\n\nMore\n\ntext"
    );
    assert_eq!(text("<p><q>Yes</q>, she said."), "“Yes”, she said.");
}

#[test]
fn exponents_indices_and_notes_are_readable() {
    assert_eq!(
        text(
            "<p>10<sup>6</sup> m<sup>2</sup> of H<sub>2</sub>O on the 1<sup>st</sup>, x<sup>n</sup><sup><a href='#1'>3</a></sup>"
        ),
        "10^6 m^2 of H2O on the 1st, x^n[3]"
    );
    assert_eq!(text("<p>a<sup>[4]</sup><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"), "a[4]漢");
}

#[test]
fn formulas_are_tex_once() {
    assert_eq!(
        text(
            "<p>A <span class=katex><span class=katex-mathml><math><semantics><mi>x</mi>\
             <annotation encoding='application/x-tex'>x^2</annotation></semantics></math></span>\
             <span class=katex-html aria-hidden=true>x2</span></span> b"
        ),
        "A $x^2$ b"
    );
    assert_eq!(
        text(
            "<p><span class=mwe-math-element><span class='mwe-math-mathml-inline' style='display: none'>\
             <math alttext='{\\displaystyle a+b}'><mi>a</mi></math></span>\
             <img class=mwe-math-fallback-image-inline aria-hidden=true alt='{\\displaystyle a+b}'></span>."
        ),
        "$a+b$."
    );
    assert_eq!(
        text("<p><script type='math/tex'>a<b</script> <math><mi>c</mi><mo>=</mo><mn>1</mn></math>"),
        "$a<b$ c=1"
    );
    assert_eq!(text("<p>so <img class=tex alt='$k$'> is"), "so $k$ is");
}

#[test]
fn what_is_not_shown_is_left_out() {
    assert_eq!(
        text(
            "<style>a{}</style><script>if (a < b) '</p>'</script><noscript>Enable it</noscript><template>t</template>\
             <p hidden>h<p aria-hidden=true>i<p style='color:red; DISPLAY : none'>j<div hidden=until-found>found</div>\
             <p class='sr-only'>k<select><option>l</select><svg><title>m</title><text>n</text></svg><textarea>o</textarea>\
             <p>shown<del>not</del> <button>Like</button><!-- p -->"
        ),
        "found\n\nshown"
    );
}

#[test]
fn titles_and_metadata() {
    let page = extract(
        "<html lang=en-GB><head><title>Ice – Lakes</title><meta property='og:site_name' content='Lakes'>\
         <meta name=author content=' A. Author '><meta name=author content='B. Author'>\
         <meta name=description content='On\nice.'><meta property='article:published_time' content='2024-05-01'></head>\
         <body><p>Ice floats.</body></html>",
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(page.title.as_deref(), Some("Ice"));
    assert_eq!(
        serde_json::Value::from(page.metadata),
        json!({"author": ["A. Author", "B. Author"], "date": "2024-05-01", "description": "On ice.",
               "language": "en-GB", "site": "Lakes"})
    );
    assert!(page.pages.is_empty());

    let page = extract(
        "<script type='application/ld+json'>{\"@graph\": [{\"@type\": \"Person\", \"name\": \"x\"}, {\"@type\": [\"NewsArticle\"],
          \"headline\": \"Ice\", \"author\": [{\"name\": \"A\"}, 7], \"datePublished\": {}, \"inLanguage\": \"de\"}]};</script>\
         <script type='application/ld+json'>[[[</script><h1>Eis</h1><p>Eis schwimmt.",
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(page.title.as_deref(), Some("Ice"));
    assert_eq!(serde_json::Value::from(page.metadata), json!({"author": "A", "language": "de"}));

    let page = extract("<h1>Ice <a href='#ice'>#</a></h1><p>Ice floats.", &Limits::default()).unwrap();
    assert_eq!((page.title.as_deref(), page.metadata.len()), (Some("Ice"), 0));
}

#[test]
fn xhtml_ends_elements_where_they_begin() {
    let page = "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='a'/></head>\
        <body><p/><p>a<a id='x'/>b</p><![CDATA[c < d]]></body></html>";
    assert_eq!(text(page), "ab\n\nc < d");
}

#[test]
fn a_page_without_text_says_so() {
    for page in ["", " \n", "<script>x</script><div id=root></div>", "<!-- only -->", "\0\u{feff}\u{200b}"] {
        assert_eq!(extract(page, &Limits::default()).unwrap_err().reason, Reason::NoText, "{page}");
    }
}
