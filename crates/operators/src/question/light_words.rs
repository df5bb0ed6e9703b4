//! Which words of a question say nothing about what it asks, and which change it altogether.

use ragstill_retrieve::analysis::Language;

/// How the short words of a language are treated.
pub(super) struct LightWords {
    /// Words that count for nothing: articles, auxiliaries, the commonest prepositions. No stop words by rote: those of
    /// German hold *before* and *after*.
    pub light: &'static [&'static str],
    /// Light words that say something where they are the last one: *What do they do?*
    pub heavy_last: &'static [&'static str],
    /// Words that ask or deny.
    pub telling: &'static [&'static str],
    /// Words that ask for the same as another one (*which*, *what*), the other one first.
    pub same: &'static [(&'static str, &'static [&'static str])],
}

/// Those of a language; where they are not known, every word counts.
pub(super) fn of(language: Language) -> Option<LightWords> {
    Some(match language {
        Language::English => LightWords {
            light: &[
                "a", "am", "an", "are", "at", "be", "been", "being", "did", "do", "does", "done", "during",
                "for", "had", "has", "have", "having", "in", "into", "is", "its", "of", "on", "that", "the",
                "their", "there", "to", "was", "were",
            ],
            heavy_last: &["did", "do", "does", "done"],
            telling: &[
                "how", "neither", "never", "no", "nor", "not", "what", "when", "where", "who", "whose",
                "why", "without",
            ],
            same: &[("what", &["which"]), ("who", &["whom"])],
        },
        Language::German => LightWords {
            light: &[
                "am", "an", "auf", "bei", "da", "das", "dem", "den", "denn", "der", "des", "die", "ein",
                "eine", "einem", "einen", "einer", "eines", "es", "für", "haben", "hat", "hatte", "hatten",
                "im", "in", "ist", "sind", "war", "waren", "werden", "wird", "worden", "wurde", "wurden",
                "zu", "zum", "zur",
            ],
            heavy_last: &[],
            telling: &[
                "kein", "nicht", "nichts", "nie", "niemals", "ohne", "wann", "warum", "was", "welche", "wem",
                "wen", "wer", "weshalb", "wessen", "wie", "wieso", "wo", "woher", "wohin",
            ],
            same: &[
                ("welche", &["welchem", "welchen", "welcher", "welches"]),
                ("kein", &["keine", "keinem", "keinen", "keiner", "keines"]),
            ],
        },
        Language::French => LightWords {
            light: &[
                "a", "au", "aux", "avait", "dans", "de", "des", "du", "en", "est", "fut", "furent", "il",
                "l", "la", "le", "les", "ont", "pour", "sa", "se", "ses", "son", "sont", "t", "un", "une",
                "à", "était", "étaient", "été",
            ],
            heavy_last: &[],
            telling: &[
                "aucun", "combien", "comment", "jamais", "ne", "non", "où", "pas", "pourquoi", "quand",
                "que", "quel", "qui", "quoi", "sans",
            ],
            same: &[("quel", &["quelle", "quelles", "quels"]), ("aucun", &["aucune"])],
        },
        Language::Spanish => LightWords {
            light: &[
                "a", "al", "de", "del", "el", "en", "era", "eran", "es", "está", "están", "fue", "fueron",
                "ha", "había", "han", "la", "las", "lo", "los", "para", "se", "son", "su", "un", "una",
            ],
            heavy_last: &[],
            telling: &[
                "cuál", "cuándo", "cuánto", "cómo", "dónde", "ni", "no", "nunca", "que", "quién", "qué",
                "sin",
            ],
            same: &[("cuál", &["cuáles"]), ("quién", &["quiénes"])],
        },
        Language::Italian => LightWords {
            light: &[
                "a", "ai", "al", "alla", "alle", "dei", "del", "della", "delle", "di", "era", "erano", "fu",
                "furono", "gli", "ha", "hanno", "i", "il", "in", "l", "la", "le", "lo", "nei", "nel",
                "nella", "nelle", "per", "si", "sono", "stata", "stato", "un", "una", "uno", "è",
            ],
            heavy_last: &[],
            telling: &[
                "che", "chi", "come", "dove", "mai", "non", "né", "perché", "quale", "quando", "quanto",
                "senza",
            ],
            same: &[("quale", &["quali"]), ("quanto", &["quanta", "quante", "quanti"])],
        },
        Language::Portuguese => LightWords {
            light: &[
                "a", "ao", "aos", "as", "da", "das", "de", "do", "dos", "em", "era", "eram", "está", "foi",
                "foram", "há", "na", "nas", "no", "nos", "o", "os", "para", "se", "ser", "são", "um", "uma",
                "à", "é",
            ],
            heavy_last: &[],
            telling: &[
                "como", "nem", "nunca", "não", "onde", "qual", "quando", "quanto", "que", "quem", "sem",
            ],
            same: &[("qual", &["quais"])],
        },
        Language::Dutch => LightWords {
            light: &[
                "aan", "de", "den", "der", "een", "had", "heeft", "hebben", "het", "in", "is", "op", "te",
                "van", "waren", "werd", "werden", "wordt", "zijn",
            ],
            heavy_last: &[],
            telling: &[
                "geen", "hoe", "niet", "niets", "nooit", "waar", "waarom", "wanneer", "wat", "welk", "wie",
                "zonder",
            ],
            same: &[("welk", &["welke"])],
        },
        _ => return None,
    })
}

impl LightWords {
    /// Whether a word in lower case counts for nothing. An article may hang on it by an apostrophe.
    pub(super) fn is_light(&self, word: &str) -> bool {
        let after = word.split_once('\'').map_or("", |(_, after)| after);
        [word, after].iter().any(|word| self.light.contains(word))
    }

    /// The word itself, or what stands for it, if it asks or denies.
    pub(super) fn telling<'a>(&self, word: &'a str) -> Option<&'a str> {
        let same = self.same.iter().find(|(_, others)| others.contains(&word));
        let word = same.map_or(word, |(first, _)| *first);
        self.telling.contains(&word).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use ragstill_retrieve::analysis::Language;

    use super::of;

    #[test]
    fn lists_agree_with_each_other() {
        let known: Vec<Language> = Language::all().filter(|language| of(*language).is_some()).collect();
        assert_eq!(known.len(), 7);
        for words in known.into_iter().filter_map(of) {
            assert!(words.light.iter().all(|word| !words.telling.contains(word)));
            for (first, others) in words.same {
                assert_eq!(words.telling(others[0]), Some(*first));
                assert_eq!(words.telling(first), Some(*first));
            }
        }
    }
}
