//! What codes stand for.

use crate::builder::{Builder, pages, text};

/// The text of a page with this font as `G`, and these objects.
fn with_font(font: &str, content: &str, more: impl FnOnce(Builder) -> Builder) -> String {
    let file = more(pages(&[content]).object(5, font)).finish();
    text(String::from_utf8_lossy(&file).replace("/Font<<", "/Font<</G 5 0 R").as_bytes())
}

#[test]
fn encodings_with_differences() {
    let font = "<</Type/Font/Subtype/Type1/BaseFont/X/Encoding<</BaseEncoding/WinAnsiEncoding\
                /Differences[65/alpha/fi 128/uni4E2D/Lslash]>>>>";
    assert_eq!(with_font(font, "BT /G 10 Tf 50 700 Td (xABC\\200\\201) Tj ET", |file| file), "xαfiC中Ł");
}

#[test]
fn maps_to_unicode_come_first() {
    let font = "<</Type/Font/Subtype/Type1/BaseFont/X/ToUnicode 6 0 R/Encoding/WinAnsiEncoding>>";
    let map = "1 beginbfchar <41> <0066006600690078> endbfchar 1 beginbfrange <42> <43> <0078> endbfrange";
    let read =
        with_font(font, "BT /G 10 Tf 50 700 Td (ABCD) Tj ET", |file| file.stream(6, "", map.as_bytes()));
    assert_eq!(read, "ffixxyD");
}

#[test]
fn symbols_and_dingbats_have_encodings_of_their_own() {
    let font = |name: &str| format!("<</Type/Font/Subtype/Type1/BaseFont/{name}>>");
    assert_eq!(with_font(&font("Symbol"), "BT /G 10 Tf 50 700 Td (abg) Tj ET", |file| file), "αβγ");
    assert_eq!(with_font(&font("ZapfDingbats"), "BT /G 10 Tf 50 700 Td (4) Tj ET", |file| file), "✔");
}

#[test]
fn composite_fonts() {
    let composite = |encoding: &str, ordering: &str, more: &str| {
        format!(
            "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/{encoding}{more}/DescendantFonts[<</Type/Font\
             /Subtype/CIDFontType0/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>\
             /W[1[500 500] 34 60 600]>>]>>"
        )
    };
    let show = |hex: &str| format!("BT /G 10 Tf 50 700 Td <{hex}> Tj ET");
    let map = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0010> <0012> <4E00> endbfrange";
    assert_eq!(
        with_font(&composite("Identity-H", "Identity", "/ToUnicode 6 0 R"), &show("001000110012"), |file| {
            file.stream(6, "", map.as_bytes())
        }),
        "一丁丂"
    );
    assert_eq!(
        with_font(&composite("Identity-H", "Japan1", ""), &show("034B04650022"), |file| file),
        "あ亜A"
    );
    assert_eq!(with_font(&composite("UniGB-UCS2-H", "GB1", ""), &show("4E2D6587"), |file| file), "中文");
    assert_eq!(with_font(&composite("90ms-RKSJ-H", "Japan1", ""), &show("93FA967B41"), |file| file), "日本A");
    assert_eq!(with_font(&composite("GBK-EUC-H", "GB1", ""), &show("D6D0CEC4"), |file| file), "中文");
    assert_eq!(with_font(&composite("ETen-B5-H", "CNS1", ""), &show("A4A4A4E5"), |file| file), "中文");
    assert_eq!(with_font(&composite("KSCms-UHC-H", "Korea1", ""), &show("C7D1B1DB"), |file| file), "한글");
    assert_eq!(with_font(&composite("H", "Japan1", ""), &show("467C"), |file| file), "日");
    // From top to bottom, and the next line to the left.
    let vertical = "BT /G 10 Tf 300 700 Td <93FA967B> Tj -12 0 Td <8CEA> Tj ET";
    assert_eq!(with_font(&composite("90ms-RKSJ-V", "Japan1", ""), vertical, |file| file), "日本語");
}

#[test]
fn type3_fonts_are_as_wide_as_their_matrix_says() {
    let font = "<</Type/Font/Subtype/Type3/FontMatrix[0.01 0 0 0.01 0 0]/FirstChar 65/Widths[60 60]\
                /Encoding<</Differences[65/a72/a105]>>/CharProcs<<>>>>";
    assert_eq!(with_font(font, "BT /G 10 Tf 50 700 Td (AB) Tj ET", |file| file), "Hi");
}

#[test]
fn the_encoding_of_an_embedded_program() {
    let font =
        "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+CMSY/FirstChar 1/Widths[500 500]/FontDescriptor 6 0 R>>";
    let program = "%!PS-AdobeFont\n/Encoding 256 array\ndup 1 /arrowright put\ndup 2 /plusminus put\nreadonly def\ncurrentfile eexec";
    let read = with_font(font, "BT /G 10 Tf 50 700 Td (\\001\\002) Tj ET", |file| {
        file.object(6, "<</Type/FontDescriptor/Flags 4/FontFile 7 0 R>>").stream(7, "", program.as_bytes())
    });
    assert_eq!(read, "→±");
}
