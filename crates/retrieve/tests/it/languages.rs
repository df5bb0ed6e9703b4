//! Analysis in other languages than English.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use ragstill_retrieve::analysis::{Analyzer, Language};

/// A sentence in each language and its terms. Those of ``LIKE_LUCENE`` are what Lucene 9.5's analyser of the
/// language returns; in all of them inflected forms of a word meet.
const SENTENCES: [(&str, &str, &str); 37] = [
    ("ar", "الكتب الجديدة في المكتبة، وقرأ الطلاب كتبهم سنة ١٩٤٥", "كتب جديد مكتب قرء طلاب كتب سنة 1945"),
    ("hy", "Գրքերը գրադարանում են, իսկ գիրքը սեղանի վրա է։", "գրքերը գրադ գիրքը սեղ"),
    ("eu", "Etxeko liburuak mahaian daude, eta etxeak handiak dira.", "etxeko liburu mahai daude etxe handi"),
    (
        "ca",
        "L'home i els homes d'Andorra llegien els llibres nous de la biblioteca.",
        "hom hom andorr lleg llibr nous bibliotec",
    ),
    (
        "zh",
        "我们在北京大学学习计算机科学。AI 模型很好!",
        "我们 们在 在北 北京 京大 大学 学学 学习 习计 计算 算机 机科 科学 ai 模型 型很 很好",
    ),
    ("cs", "Nové knihy jsou v knihovně a kniha leží na stole.", "knih knihovn knih lež stol"),
    (
        "da",
        "Børnene læser bøgerne på biblioteket, og bogen ligger på bordet.",
        "børn læs bøg bibliotek bog lig bord",
    ),
    (
        "nl",
        "De vrouwen lezen de boeken in de bibliotheek; de vrouw leest een boek.",
        "vrouw lez boek bibliothek vrouw leest boek",
    ),
    ("eo", "La novaj libroj estas en la biblioteko.", "la nov libr est en la bibliotek"),
    ("et", "Uued raamatud on raamatukogus ja raamat on laual.", "uued raama on raamatukogu raama on laual"),
    (
        "fi",
        "Uudet kirjat ovat kirjastossa, ja kirja on pöydällä taloissa.",
        "uude kirj kirjasto kirj pöydä talo",
    ),
    (
        "fr",
        "L'avion et les avions d'aujourd'hui volaient jusqu’à l’école nationale.",
        "avion avion aujourd'hui vol écol national",
    ),
    (
        "de",
        "Die Häuser der Städte und das Haus der Stadt: Haeuser, Straßen, Strassen.",
        "haus stadt haus stadt haus strass strass",
    ),
    (
        "el",
        "Τα βιβλία είναι στη βιβλιοθήκη και το βιβλίο στο τραπέζι. ΣΊΣΥΦΟΣ Σίσυφος",
        "βιβλ βιβλιοθηκ βιβλι τραπεζ σισυφ σισυφ",
    ),
    ("hi", "किताबें पुस्तकालय में हैं और किताब पर है, लड़कियों लड़की १२३।", "किताब पुस्तकालय किताब लड़क लड़क 123"),
    ("hu", "Az új könyvek a könyvtárban vannak, és a könyv az asztalon van.", "könyv könyvtár könyv asztal"),
    (
        "id",
        "Anak-anak membaca buku-buku di perpustakaan, pembaca dibacakan bukunya.",
        "anak anak baca buku buku pustaka baca baca buku",
    ),
    (
        "ga",
        "Tá na leabhair nua sa leabharlann; an tAthair agus a nAthair, d'ól sé.",
        "tá leabhair nua leabharlann athair athair ól",
    ),
    (
        "it",
        "L'aereo e gli aerei dell'Italia; nell’università degli studenti.",
        "aere aere ital univers student",
    ),
    (
        "ja",
        "私は東京大学で日本語を勉強。ｶﾞｷﾞ カタカナ Ｔｅｓｔ１２",
        "私は は東 東京 京大 大学 学で で日 日本 本語 語を を勉 勉強 ガギ カタ タカ カナ test12",
    ),
    (
        "ko",
        "한국어를 공부하는 학생들은 책을 읽는다. 나 너 abc",
        "한국 국어 어를 공부 부하 하는 학생 생들 들은 책을 읽는 는다 나 너 abc",
    ),
    ("lt", "Naujos knygos yra bibliotekoje, o knyga guli ant stalo.", "nauj knyg bibliotek knyg gul stal"),
    ("ne", "किताबहरू पुस्तकालयमा छन् र किताब टेबलमा छ।", "किताब पुस्तकालय किताब टेबल"),
    (
        "no",
        "Barna leser bøkene på biblioteket, og boken ligger på bordet.",
        "barn les bøk bibliotek bok ligg bord",
    ),
    ("fa", "کتاب‌های جدید در کتابخانه هستند و كتاب روی میز است، ۲۰", "کتاب کتابخ کتاب میز 20"),
    ("pl", "Nowe książki, a książka leży na stole.", "now książk a książk leż na stol"),
    (
        "pt",
        "Os livros novos na biblioteca nacional; o livro novo é da criança.",
        "livr nov bibliotec nacional livr nov é crianc",
    ),
    (
        "ro",
        "Cărțile noi sunt în bibliotecă, iar cartea este pe masă. Cărţile",
        "cărț bibliotec cart mas cărț",
    ),
    (
        "ru",
        "Новые книги находятся в библиотеке, а книга лежит на столе; книгами.",
        "нов книг наход библиотек книг леж стол книг",
    ),
    ("sr", "Нове књиге, књига. Nove knjige su u biblioteci.", "nov knjig knjig nov knjig u bibliotec"),
    (
        "es",
        "Los niños leen los libros nuevos; el niño lee el libro en la biblioteca.",
        "niñ leen libr nuev niñ lee libr bibliotec",
    ),
    (
        "sv",
        "Barnen läser böckerna på biblioteket, och boken; flickorna flicka.",
        "barn läs böck bibliotek bok flick flick",
    ),
    ("ta", "புத்தகங்கள் நூலகத்தில் உள்ளன, புத்தகம் மேசையில் உள்ளது.", "புத்தகம் நூலகம் புத்தகம் மேசை"),
    (
        "tr",
        "Kitaplar İstanbul'daki kütüphanede, kitap ise Ankara’nın IŞIK masasında.",
        "kitap istanbul kütüphane kitap ankar ışık masa",
    ),
    ("uk", "Нові книги в бібліотеці, а книга на столі; книгами.", "нов книг в бібліотек а книг на стол книг"),
    ("yi", "ביכער ביבליאָטעק", "ביכ ביבליאטעק"),
    (
        "none",
        "The Dogs' Über-Größe ΣΊΣΥΦΟΣ 日本 İstanbul l'avion",
        "the dogs über größe σίσυφοσ 日 本 istanbul l'avion",
    ),
];

fn analyzer(code: &str) -> Analyzer {
    Analyzer::for_language(code.parse().unwrap())
}

#[test]
fn sentences_have_their_terms() {
    for (code, sentence, terms) in SENTENCES {
        assert_eq!(analyzer(code).terms(sentence).join(" "), terms, "{code}");
    }
    let tested: HashSet<&str> = SENTENCES.iter().map(|(code, ..)| *code).collect();
    let missing: Vec<_> = Language::all().map(Language::code).filter(|code| !tested.contains(code)).collect();
    assert_eq!(missing, ["en"]);
}

/// What Lucene's CJKAnalyzer returns for runs that change their script, marks and half-width forms.
#[test]
fn bigrams_equal_lucenes() {
    for (text, terms) in [
        ("人々 々ゝ", "人 々 々 ゝ"),
        ("日", "日"),
        ("日 本", "日 本"),
        ("日本、語", "日本 語"),
        ("カ々\"ZᄀＡ", "カ 々 zᄀa"),
        ("*9;な\u{20E3}ﾟナ\u{200B}b", "9 な\u{20E3} \u{20E3}\u{309A} \u{309A}ナ b"),
        ("が\u{FF9E}_", "が\u{3099}"),
        ("the AND www 日", "日"),
    ] {
        assert_eq!(analyzer("ja").terms(text).join(" "), terms, "{text}");
    }
}

#[test]
fn analysers_are_named() {
    for language in Language::all() {
        let analyzer = Analyzer::for_language(language);
        assert_eq!(analyzer.name(), format!("{language}-1"));
        assert_eq!(analyzer.name().parse(), Ok(analyzer));
        assert_eq!(analyzer.language(), language);
    }
    assert_eq!(Analyzer::default(), Analyzer::english());
    let refused = |name: &str| name.parse::<Analyzer>().unwrap_err().to_string();
    assert_eq!(
        refused("de-0"),
        "this release does not have the analysis `de-0`; that of German is now `de-1`"
    );
    assert_eq!(refused("klingon"), "this release does not have the analysis `klingon`");
}

/// Text in the letters of the languages, in words as stemmers expect them and in those they do not.
fn text() -> impl Strategy<Value = String> {
    let letters: Vec<char> = SENTENCES.iter().flat_map(|(_, sentence, _)| sentence.chars()).collect();
    let words: Vec<&str> = SENTENCES.iter().flat_map(|(_, sentence, _)| sentence.split(' ')).collect();
    let marks =
        ['\'', '\u{2019}', '-', '\u{301}', '\u{307}', '\u{200C}', '\u{AD}', 'İ', 'ß', 'ﬁ', 'ǆ', '½', '😀'];
    let piece = prop_oneof![
        3 => select(words).prop_map(str::to_owned),
        3 => vec(select(letters), 1..12).prop_map(String::from_iter),
        1 => select(marks.to_vec()).prop_map(String::from),
        1 => any::<String>(),
    ];
    vec((piece, select(&["", " "][..])), 0..12)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, space)| piece + space).collect())
}

proptest! {
    #[test]
    fn any_text_in_any_language(text in text()) {
        for language in Language::all() {
            let analyzer = Analyzer::for_language(language);
            let terms = analyzer.terms(&text);
            prop_assert!(terms.iter().all(|term| !term.is_empty()), "{language}: {terms:?}");
            prop_assert_eq!(&analyzer.terms(&text), &terms, "{}", language);
            // Another thread has remembered nothing.
            if text.len() % 16 == 0 {
                let elsewhere = std::thread::scope(|scope| scope.spawn(|| analyzer.terms(&text)).join().unwrap());
                prop_assert_eq!(elsewhere, terms, "{}", language);
            }
        }
    }
}
