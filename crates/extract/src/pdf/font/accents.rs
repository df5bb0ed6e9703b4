//! Accents drawn over letters, as TeX's older fonts and some scanners' do, to the letter that has them.

/// The combining mark, the accents that are drawn for it, and letters each followed by itself with the mark.
const MARKS: &[(char, &str, &str)] = &[
    ('\u{300}', "`", "AÀEÈIÌNǸOÒUÙWẀYỲaàeèiìnǹoòuùwẁyỳÂẦÊỀÔỒÜǛâầêềôồüǜĂẰăằĒḔēḕŌṐōṑƠỜơờƯỪưừ"),
    (
        '\u{301}',
        "´",
        "AÁCĆEÉGǴIÍKḰLĹMḾNŃOÓPṔRŔSŚUÚWẂYÝZŹaácćeégǵiíkḱlĺmḿnńoópṕrŕsśuúwẃyýzźÂẤÅǺÆǼÇḈÊẾÏḮÔỐÕṌØǾÜǗâấåǻæǽçḉêếïḯôốõṍøǿüǘĂẮăắĒḖēḗŌṒōṓŨṸũṹƠỚơớƯỨưứ",
    ),
    ('\u{302}', "ˆ^", "AÂCĈEÊGĜHĤIÎJĴOÔSŜUÛWŴYŶZẐaâcĉeêgĝhĥiîjĵoôsŝuûwŵyŷzẑ"),
    ('\u{303}', "˜~", "AÃEẼIĨNÑOÕUŨVṼYỸaãeẽiĩnñoõuũvṽyỹÂẪÊỄÔỖâẫêễôỗĂẴăẵƠỠơỡƯỮưữ"),
    ('\u{304}', "¯", "AĀEĒGḠIĪOŌUŪYȲaāeēgḡiīoōuūyȳÄǞÆǢÕȬÖȪÜǕäǟæǣõȭöȫüǖǪǬǫǭȦǠȧǡȮȰȯȱ"),
    ('\u{306}', "˘", "AĂEĔGĞIĬOŎUŬaăeĕgğiĭoŏuŭȨḜȩḝ"),
    (
        '\u{307}',
        "˙",
        "AȦBḂCĊDḊEĖFḞGĠHḢIİMṀNṄOȮPṖRṘSṠTṪWẆXẊYẎZŻaȧbḃcċdḋeėfḟgġhḣmṁnṅoȯpṗrṙsṡtṫwẇxẋyẏzżŚṤśṥŠṦšṧſẛ",
    ),
    ('\u{308}', "¨", "AÄEËHḦIÏOÖUÜWẄXẌYŸaäeëhḧiïoötẗuüwẅxẍyÿÕṎõṏŪṺūṻ"),
    ('\u{30a}', "˚", "AÅUŮaåuůwẘyẙ"),
    ('\u{30b}', "˝", "OŐUŰoőuű"),
    ('\u{30c}', "ˇ", "AǍCČDĎEĚGǦHȞIǏKǨLĽNŇOǑRŘSŠTŤUǓZŽaǎcčdďeěgǧhȟiǐjǰkǩlľnňoǒrřsštťuǔzžÜǙüǚƷǮ"),
    ('\u{327}', "¸", "CÇDḐEȨGĢHḨKĶLĻNŅRŖSŞTŢcçdḑeȩgģhḩkķlļnņrŗsştţĆḈćḉĔḜĕḝ"),
    ('\u{328}', "˛", "AĄEĘIĮOǪUŲaąeęiįoǫuųŌǬōǭ"),
];

/// The combining mark that an accent stands for.
pub(crate) fn mark_of(c: char) -> Option<char> {
    // The usual letter costs one comparison.
    if c.is_ascii_alphanumeric() || c > '\u{36f}' {
        return None;
    }
    MARKS.iter().find(|(mark, drawn, _)| *mark == c || drawn.contains(c)).map(|(mark, ..)| *mark)
}

/// A letter with a mark, where there is one of both.
pub(crate) fn compose(letter: char, mark: char) -> Option<char> {
    let letter = match letter {
        'ı' => 'i',
        'ȷ' => 'j',
        letter => letter,
    };
    let (.., pairs) = MARKS.iter().find(|(known, ..)| *known == mark)?;
    let mut chars = pairs.chars();
    while let (Some(plain), Some(marked)) = (chars.next(), chars.next()) {
        if plain == letter {
            return Some(marked);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{compose, mark_of};

    #[test]
    fn letters_with_marks() {
        for (letter, accent, expected) in [
            ('u', '¨', 'ü'),
            ('E', '´', 'É'),
            ('ı', '´', 'í'),
            ('c', '\u{327}', 'ç'),
            ('Õ', '¨', 'Ṏ'),
            ('A', '˛', 'Ą'),
        ] {
            assert_eq!(compose(letter, mark_of(accent).unwrap()), Some(expected));
        }
        assert_eq!(mark_of('a'), None);
        assert_eq!(mark_of('中'), None);
        assert_eq!(compose('v', '\u{308}'), None);
    }
}
