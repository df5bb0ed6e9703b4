//! Glyphs to text in reading order.

use crate::builder::{line, lines, page, pages, read, text};

#[test]
fn lines_become_paragraphs_and_words_are_joined() {
    let content = lines(
        50.0,
        700.0,
        &[
            "A dimictic lake mixes twice a year, in spring and in au-",
            "tumn, when its water is of one temperature from the sur-",
            "face down, and the wind can stir it.",
        ],
    ) + &lines(50.0, 640.0, &["Another paragraph stands apart."]);
    assert_eq!(
        page(&content),
        "A dimictic lake mixes twice a year, in spring and in autumn, when its water is of one temperature from the \
         surface down, and the wind can stir it.\n\nAnother paragraph stands apart."
    );
}

#[test]
fn columns_are_read_one_after_the_other() {
    let left: Vec<String> = (1..=9).map(|n| format!("left {n} of words that fill a line well")).collect();
    let right: Vec<String> = (1..=9).map(|n| format!("right {n} of words that fill a line well")).collect();
    let column = |x: f32, top: f32, texts: &[String]| {
        lines(x, top, &texts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let title = line(180.0, 740.0, 10.0, "A title that stands across both of the columns");
    // The right column's lines stand between those of the left.
    let text = page(&(title + &column(50.0, 700.0, &left) + &column(310.0, 695.0, &right)));
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
    assert!(place("A title") < place("left 1"));
    assert!(place("left 9") < place("right 1") && place("right 1") < place("right 9"));
}

#[test]
fn rows_of_a_table_stay_together() {
    let rows: String = (0..6)
        .map(|row| {
            let y = 700.0 - 12.0 * row as f32;
            line(50.0, y, 10.0, &format!("name of {row}")) + &line(250.0, y, 10.0, &format!("value of {row}"))
        })
        .collect();
    let text = page(&rows);
    assert!(text.starts_with("name of 0 value of 0\nname of 1 value of 1\n"), "{text}");
}

#[test]
fn words_are_parted_by_gaps_as_well_as_blanks() {
    assert_eq!(
        page("BT /F 10 Tf 50 700 Td [(W)80(ords)-300(with)-20(in)-300(steps)] TJ ET"),
        "Words within steps"
    );
    assert_eq!(page("BT /F 10 Tf 50 700 Td (two) Tj 40 0 Td (words) Tj ET"), "two words");
    assert_eq!(page("BT /F 10 Tf 5 Tc 50 700 Td (spread) Tj ET"), "spread");
    assert_eq!(page("BT /F 10 Tf 30 Tw 50 700 Td (far apart) Tj ET"), "far apart");
    assert_eq!(page("BT /F 1 Tf 10 0 0 10 50 700 Tm (scaled) Tj 3.5 0 Td (text) Tj ET"), "scaled text");
    assert_eq!(
        page("BT 12 TL /F 10 Tf 50 700 Td (one) Tj T* (two) ' 1 0 (three) \" ET").split_whitespace().count(),
        3
    );
}

#[test]
fn text_drawn_twice_is_read_once() {
    let bold = line(50.0, 700.0, 10.0, "Bold words") + &line(50.3, 700.0, 10.0, "Bold words");
    assert_eq!(page(&bold), "Bold words");
    assert_eq!(page("BT /F 10 Tf 50 700 Td (b) Tj 0.3 0 Td (b) Tj (o) Tj ET"), "bo");
}

#[test]
fn turned_pages_and_turned_text_are_upright() {
    let content = "BT /F 10 Tf 0 1 -1 0 300 100 Tm (turned text) Tj 0 -12 Td (of two lines) Tj ET";
    assert_eq!(page(content).replace('\n', " "), "turned text of two lines");
    let file = String::from_utf8(pages(&[content]).finish())
        .unwrap()
        .replace("/Type/Page/", "/Rotate 90/Type/Page/");
    assert_eq!(text(file.as_bytes()).replace('\n', " "), "turned text of two lines");
    assert_eq!(page("BT /F 10 Tf -1 0 0 -1 300 100 Tm (upside) Tj ( down) Tj ET"), "upside down");
}

#[test]
fn invisible_text_counts_and_marked_text_is_what_the_file_says() {
    assert_eq!(page("BT 3 Tr /F 10 Tf 50 700 Td (read by OCR) Tj ET"), "read by OCR");
    assert_eq!(
        page("BT /F 10 Tf 50 700 Td (a ) Tj /Span <</ActualText(word)>> BDC (w0rd) Tj EMC ( here) Tj ET"),
        "a word here"
    );
}

#[test]
fn accents_join_their_letters_and_ligatures_are_written_out() {
    assert_eq!(page("BT /F 10 Tf 50 700 Td [(\\250)333(u) 0 (ber)] TJ ET"), "über");
    assert_eq!(page("BT /F 10 Tf 50 700 Td [(fac)420(\\270)90(ade)] TJ ET"), "façade");
}

#[test]
fn headers_and_footers_that_repeat_are_left_out() {
    let contents: Vec<String> = (1..=4)
        .map(|number| {
            line(50.0, 780.0, 8.0, &format!("A Book of Lakes, chapter {number}"))
                + &line(
                    50.0,
                    700.0,
                    10.0,
                    &format!("Page {} says this.", ["one", "two", "three", "four"][number - 1]),
                )
                + &line(300.0, 30.0, 8.0, &number.to_string())
        })
        .collect();
    let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
    let extracted = read(&pages(&contents).finish()).unwrap();
    let expected =
        "Page one says this.\n\nPage two says this.\n\nPage three says this.\n\nPage four says this.";
    assert_eq!(extracted.text, expected);
    assert_eq!(extracted.pages, [0, 21, 42, 65]);
    // Two pages are no pattern.
    let two = read(&pages(&contents[..2]).finish()).unwrap();
    assert!(two.text.contains("A Book of Lakes, chapter 2"), "{}", two.text);
}

#[test]
fn large_short_lines_are_headings_and_bullets_are_items() {
    let content = line(50.0, 740.0, 20.0, "Lakes")
        + &line(50.0, 715.0, 14.0, "Their water")
        + &lines(50.0, 690.0, &["A lake is a body of water that stands in a basin of its own."])
        + &lines(50.0, 660.0, &["\\225 It mixes", "\\225 or does not"])
        + &lines(50.0, 620.0, &["# is no heading here"]);
    assert_eq!(
        page(&content),
        "# Lakes\n\n## Their water\n\nA lake is a body of water that stands in a basin of its own.\n\n- It mixes\n- or does \
         not\n\n\\# is no heading here"
    );
}

#[test]
fn a_paragraph_goes_on_over_the_page() {
    let first = line(50.0, 40.0, 10.0, "A sentence that begins on one page");
    let second = line(50.0, 750.0, 10.0, "and ends on the next.");
    let extracted = read(&pages(&[&first, "", &second]).finish()).unwrap();
    assert_eq!(extracted.text, "A sentence that begins on one page and ends on the next.");
    assert_eq!(extracted.pages, [0, 35, 35]);
    let first = line(50.0, 40.0, 10.0, "A word that is par-");
    let second = line(50.0, 750.0, 10.0, "ted between pages.");
    let extracted = read(&pages(&[&first, &second]).finish()).unwrap();
    assert_eq!(extracted.text, "A word that is parted between pages.");
    assert_eq!(extracted.pages, [0, 18]);
}
