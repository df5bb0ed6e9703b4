//! The original Porter stemmer.
//!
//! M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the two later additions of
//! its author's own program that Lucene has too: `bli → ble` and `logi → log`. It is not the "Porter2" of
//! the Snowball project.
//!
//! Words may hold any characters: those other than ASCII vowels and `y` are consonants. Lucene reads words
//! as UTF-16, which shows where lengths and neighbours of characters outside the basic plane are compared.

/// Stems a lower-case word in place; words of at most two UTF-16 code units stay as they are.
pub(super) fn stem(word: &mut String) {
    if word.encode_utf16().take(3).count() < 3 {
        return;
    }
    plural(word);
    past_and_participle(word);
    final_y(word);
    replace_one(word, &DOUBLE_SUFFIXES);
    replace_one(word, &SINGLE_SUFFIXES);
    remove_one(word);
    final_e(word);
    final_double_l(word);
}

/// For each character: whether it is a vowel. `y` is one after a consonant.
fn vowels(stem: &str) -> impl Iterator<Item = bool> {
    stem.chars().scan(true, |after_vowel, c| {
        let vowel = matches!(c, 'a' | 'e' | 'i' | 'o' | 'u') || (c == 'y' && !*after_vowel);
        *after_vowel = vowel;
        Some(vowel)
    })
}

/// Porter's *m*: how often a vowel is followed by a consonant.
fn measure(stem: &str) -> usize {
    let mut after_vowel = false;
    vowels(stem).filter(|&vowel| std::mem::replace(&mut after_vowel, vowel) && !vowel).count()
}

/// Porter's `*v*`.
fn has_vowel(stem: &str) -> bool {
    vowels(stem).any(|vowel| vowel)
}

/// Porter's `*d`: ends with the same consonant twice.
fn ends_with_double_consonant(stem: &str) -> bool {
    let mut reversed = stem.chars().rev();
    match (reversed.next(), reversed.next()) {
        // A character of two code units never equals its neighbour unit by unit.
        (Some(last), Some(before)) if last == before && last.len_utf16() == 1 => {
            vowels(stem).last() == Some(false)
        }
        _ => false,
    }
}

/// Porter's `*o`: ends consonant, vowel, consonant, the last of them not `w`, `x` or `y`.
fn ends_with_short_syllable(stem: &str) -> bool {
    let allowed = |last: char| !matches!(last, 'w' | 'x' | 'y') && last.len_utf16() == 1;
    let last_three = vowels(stem).fold([None; 3], |[_, b, c], vowel| [b, c, Some(vowel)]);
    last_three == [Some(false), Some(true), Some(false)] && stem.chars().next_back().is_some_and(allowed)
}

/// Step 1a.
fn plural(word: &mut String) {
    if word.ends_with("sses") || word.ends_with("ies") {
        word.truncate(word.len() - 2);
    } else if word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    }
}

/// Step 1b.
fn past_and_participle(word: &mut String) {
    if let Some(stem) = word.strip_suffix("eed") {
        if measure(stem) > 0 {
            word.pop();
        }
        return;
    }
    let Some(stem) = word.strip_suffix("ed").or_else(|| word.strip_suffix("ing")) else { return };
    if !has_vowel(stem) {
        return;
    }
    word.truncate(stem.len());
    if ["at", "bl", "iz"].iter().any(|suffix| word.ends_with(suffix)) {
        word.push('e');
    } else if ends_with_double_consonant(word) {
        if !word.ends_with(['l', 's', 'z']) {
            word.pop();
        }
    } else if measure(word) == 1 && ends_with_short_syllable(word) {
        word.push('e');
    }
}

/// Step 1c.
fn final_y(word: &mut String) {
    if word.strip_suffix('y').is_some_and(has_vowel) {
        word.pop();
        word.push('i');
    }
}

/// Step 2. Of suffixes that end alike the longest stands first, as the first match decides.
const DOUBLE_SUFFIXES: [(&str, &str); 21] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("logi", "log"),
];

/// Step 3.
const SINGLE_SUFFIXES: [(&str, &str); 7] = [
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

/// Replaces the first suffix of the list that `word` has, if the stem before it has a measure above 0.
fn replace_one(word: &mut String, suffixes: &[(&str, &str)]) {
    let found = suffixes.iter().find_map(|(from, to)| Some((word.strip_suffix(from)?, to)));
    if let Some((stem, to)) = found
        && measure(stem) > 0
    {
        word.truncate(stem.len());
        word.push_str(to);
    }
}

/// Step 4. `ion` counts only after `s` or `t`.
const RESIDUAL_SUFFIXES: [&str; 19] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
];

/// Removes the first residual suffix that `word` has, if the stem before it has a measure above 1.
fn remove_one(word: &mut String) {
    let found = RESIDUAL_SUFFIXES.iter().find_map(|suffix| {
        let stem = word.strip_suffix(suffix)?;
        (*suffix != "ion" || stem.ends_with(['s', 't'])).then_some(stem)
    });
    if let Some(stem) = found
        && measure(stem) > 1
    {
        word.truncate(stem.len());
    }
}

/// Step 5a.
fn final_e(word: &mut String) {
    let Some(stem) = word.strip_suffix('e') else { return };
    let measure = measure(stem);
    if measure > 1 || (measure == 1 && !ends_with_short_syllable(stem)) {
        word.pop();
    }
}

/// Step 5b.
fn final_double_l(word: &mut String) {
    if word.ends_with("ll") && measure(word) > 1 {
        word.pop();
    }
}

#[cfg(test)]
mod tests {
    fn stem(word: &str) -> String {
        let mut stemmed = word.to_owned();
        super::stem(&mut stemmed);
        stemmed
    }

    fn check(cases: &[(&str, &str)]) {
        for (word, expected) in cases {
            assert_eq!(stem(word), *expected, "{word}");
        }
    }

    /// The examples of Porter's paper, carried through all steps.
    #[test]
    fn step_1() {
        check(&[
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("ties", "ti"),
            ("cats", "cat"),
            ("feed", "feed"),
            ("agreed", "agre"),
            ("plastered", "plaster"),
            ("bled", "bled"),
            ("motoring", "motor"),
            ("sing", "sing"),
            ("conflated", "conflat"),
            ("troubled", "troubl"),
            ("sized", "size"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("hissing", "hiss"),
            ("fizzed", "fizz"),
            ("failing", "fail"),
            ("filing", "file"),
            ("happy", "happi"),
            ("sky", "sky"),
        ]);
    }

    #[test]
    fn step_2_and_3() {
        check(&[
            ("relational", "relat"),
            ("conditional", "condit"),
            ("rational", "ration"),
            ("valency", "valenc"),
            ("digitizer", "digit"),
            ("radically", "radic"),
            ("differently", "differ"),
            ("analogously", "analog"),
            ("vietnamization", "vietnam"),
            ("operator", "oper"),
            ("feudalism", "feudal"),
            ("decisiveness", "decis"),
            ("hopefulness", "hope"),
            ("sensibility", "sensibl"),
            ("triplicate", "triplic"),
            ("formative", "form"),
            ("electrical", "electr"),
            ("goodness", "good"),
        ]);
    }

    #[test]
    fn step_4_and_5() {
        check(&[
            ("revival", "reviv"),
            ("inference", "infer"),
            ("airliner", "airlin"),
            ("adjustable", "adjust"),
            ("replacement", "replac"),
            ("adjustment", "adjust"),
            ("dependent", "depend"),
            ("adoption", "adopt"),
            ("homologous", "homolog"),
            ("effective", "effect"),
            ("probate", "probat"),
            ("rate", "rate"),
            ("cease", "ceas"),
            ("controlling", "control"),
            ("rolling", "roll"),
        ]);
    }

    #[test]
    fn the_authors_additions() {
        check(&[("possibly", "possibl"), ("apology", "apolog"), ("geology", "geologi")]);
    }

    #[test]
    fn original_porter_not_porter_2() {
        check(&[("dying", "dy"), ("skies", "ski"), ("news", "new"), ("fairly", "fairli")]);
    }
}
