//! Lower case, as Lucene's filters.

/// How a language is put in lower case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lowercase {
    /// Each character by itself: a final capital sigma becomes `σ`, and `İ` becomes `i` alone where the full
    /// Unicode mapping is `i` and a combining dot. Lucene's LowerCaseFilter.
    Plain,
    /// `I` is the capital of `ı`, and `İ` that of `i`. Lucene's TurkishLowerCaseFilter.
    Turkish,
    /// Also without accents, and `ς` as `σ`. Lucene's GreekLowerCaseFilter.
    Greek,
    /// The prefixes `n` and `t` are parted from a capital vowel by a hyphen, as they are from a small one: `nAthair`
    /// becomes `n-athair`. Lucene's IrishLowerCaseFilter.
    Irish,
    /// Also the digits of Arabic, Persian, Devanagari and Tamil as ASCII. Lucene's DecimalDigitFilter for these.
    Digits,
    /// As `Digits`, and the Arabic forms of yeh and kaf as the Persian ones.
    Persian,
}

impl Lowercase {
    /// Appends `token` to `out` in lower case.
    pub(super) fn append(self, token: &str, out: &mut String) {
        match self {
            Self::Plain if token.is_ascii() => {
                let start = out.len();
                out.push_str(token);
                out[start..].make_ascii_lowercase();
            }
            Self::Plain => out.extend(token.chars().map(simple)),
            Self::Turkish => turkish(token, out),
            Self::Greek => out.extend(token.chars().map(greek)),
            Self::Irish => irish(token, out),
            Self::Digits => out.extend(token.chars().map(digit)),
            Self::Persian => out.extend(token.chars().map(persian)),
        }
    }
}

/// One character for each.
fn simple(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn turkish(token: &str, out: &mut String) {
    const COMBINING_DOT: char = '\u{307}';
    let mut rest = token.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(match c {
            'I' if rest.next_if_eq(&COMBINING_DOT).is_some() => 'i',
            'I' => 'ı',
            c => simple(c),
        });
    }
}

fn greek(c: char) -> char {
    match c {
        'Ά' | 'ά' => 'α',
        'Έ' | 'έ' => 'ε',
        'Ή' | 'ή' => 'η',
        'Ί' | 'Ϊ' | 'ί' | 'ϊ' | 'ΐ' => 'ι',
        'Ό' | 'ό' => 'ο',
        'Ύ' | 'Ϋ' | 'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'Ώ' | 'ώ' => 'ω',
        'ς' => 'σ',
        c => simple(c),
    }
}

fn irish(token: &str, out: &mut String) {
    const VOWELS: [char; 10] = ['A', 'E', 'I', 'O', 'U', 'Á', 'É', 'Í', 'Ó', 'Ú'];
    match token.strip_prefix(['n', 't']) {
        Some(word) if word.starts_with(VOWELS) => {
            out.push_str(&token[..1]);
            out.push('-');
            out.extend(word.chars().map(simple));
        }
        _ => out.extend(token.chars().map(simple)),
    }
}

fn digit(c: char) -> char {
    for zero in ['\u{660}', '\u{6F0}', '\u{966}', '\u{BE6}'] {
        if let Some(value @ 0..10) = u32::from(c).checked_sub(u32::from(zero)) {
            return char::from_digit(value, 10).unwrap_or(c);
        }
    }
    simple(c)
}

fn persian(c: char) -> char {
    match c {
        'ي' => 'ی',
        'ك' => 'ک',
        c => digit(c),
    }
}

#[cfg(test)]
mod tests {
    use super::Lowercase;

    fn lowercase(how: Lowercase, token: &str) -> String {
        let mut out = String::new();
        how.append(token, &mut out);
        out
    }

    #[test]
    fn character_by_character() {
        for (token, expected) in [
            ("WiFi", "wifi"),
            ("ÀÉÎ", "àéî"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("İstanbul", "istanbul"),
            ("STRAẞE", "straße"),
            ("𐐀", "𐐨"),
        ] {
            assert_eq!(lowercase(Lowercase::Plain, token), expected);
        }
    }

    #[test]
    fn turkish_dots() {
        for (token, expected) in
            [("IŞIK", "ışık"), ("İSTANBUL", "istanbul"), ("I\u{307}zmir", "izmir"), ("Çığ", "çığ")]
        {
            assert_eq!(lowercase(Lowercase::Turkish, token), expected);
        }
    }

    #[test]
    fn greek_accents_and_sigmas() {
        for (token, expected) in
            [("ΣΊΣΥΦΟΣ", "σισυφοσ"), ("Σίσυφος", "σισυφοσ"), ("ΰΐ", "υι"), ("Ώρα", "ωρα")]
        {
            assert_eq!(lowercase(Lowercase::Greek, token), expected);
        }
    }

    #[test]
    fn irish_prefixes() {
        for (token, expected) in
            [("nAthair", "n-athair"), ("tÚll", "t-úll"), ("Nead", "nead"), ("nead", "nead"), ("t", "t")]
        {
            assert_eq!(lowercase(Lowercase::Irish, token), expected);
        }
    }

    #[test]
    fn digits_of_other_scripts() {
        for (token, expected) in
            [("١٩٤٥", "1945"), ("۲۰۲۶", "2026"), ("१२३", "123"), ("௪௨", "42"), ("A1", "a1")]
        {
            assert_eq!(lowercase(Lowercase::Digits, token), expected);
            assert_eq!(lowercase(Lowercase::Persian, token), expected);
        }
        assert_eq!(lowercase(Lowercase::Persian, "كتابي"), "کتابی");
    }

    #[test]
    fn keeps_what_stands_before() {
        let mut out = String::from("X");
        Lowercase::Plain.append("Y", &mut out);
        Lowercase::Plain.append("É", &mut out);
        assert_eq!(out, "Xyé");
    }
}
