//! The words that the built-in teacher knows.

use super::Language;

/// Units that stand for how much of something there is.
const UNITS: &str = "\
    m km cm mm µm μm nm km² m² cm² mm² ha m³ km³ cm³ l ml kg g mg µg μg t s ms min h °c °f ° k hz khz mhz \
    ghz w kw mw gw v kv mv n kn mn pa kpa mpa gpa bar psi mol mmol mmol/l mg/l km/h m/s ft lb \
    feet inches miles pounds dollars metres meters kilometres kilometers tonnes tons litres seconds minutes \
    hours days weeks months years degrees grams kilograms \
    grad meter kilometer zentimeter millimeter stunden minuten sekunden tage tagen wochen monate \
    monaten jahre jahren tonnen kilogramm gramm liter euro menschen personen";

const ENGLISH_MONTHS: &str =
    "january february march april may june july august september october november december";
const GERMAN_MONTHS: &str =
    "januar februar märz april mai juni juli august september oktober november dezember";

/// Words after which a number is a name, not an amount.
const LABELS: &str = "\
    fig figs figure eq eqs equation table section part chapter ref refs reference no nos number type naca \
    report tn rm paper vol volume p pp page model series case stage phase step appendix factor factors class \
    group abb abbildung tabelle nr kapitel abschnitt seite typ band teil lake cyp order degree version \
    program protein node apollo boeing ibm mark rep";

/// Words that end a noun phrase: before them a number stands alone, and a name is not a part of a longer one.
const JOINTS: &str = "\
    a about after an and are as at before below between but by can could did during for from had has have if \
    in into is may might near of off on or over since than that the then through to under until was were \
    when where which while who will with within without would whereas because respectively apart above along \
    auf aus bei bis das der die ein eine hat im ist mit nach oder seit sich sind und von vor war waren wurde \
    wurden zu als am an für über";

/// Words that point back to what was said before: a sentence that begins with one cannot stand alone.
const POINTERS: &str = "\
    they this these those that such he she its their his her both another each here there then one some \
    other others we i our all which who neither either dieser diese dieses diesen sie er ihre ihr sein seine dort hier \
    dann beide damit dabei daher darum dadurch deshalb";

/// Words that lead into a sentence and can be left away.
const LEADS: &str = "\
    however therefore thus moreover furthermore hence finally";

/// Verbs that end a subject: auxiliary ones, and common ones whose past does not end in `ed`.
const VERBS: &str = "\
    is was are were has had have can could may might will would must does did found gave took made built \
    became began wrote won led held came said ran saw fell rose grew showed shows ist war sind waren hat \
    hatte kann wird wurde wurden werden liegt";

/// Words that multiply the number before them.
const MAGNITUDES: &str = "\
    hundred thousand million billion hundert tausend millionen milliarden";

/// Words between two numbers that make one statement of them.
const BETWEEN: &str = "\
    to and or by x bis und oder - – / times";

/// Words before a bare number of four digits that make it a year.
const BEFORE_YEARS: &str = "\
    in of by until since from before after during till jahr jahre seit bis ab vor nach von";

/// Words before a number that make it a value by itself.
const BEFORE_VALUES: &str = "\
    of about approximately nearly than is was at = equals to exceeds von etwa rund ungefähr als";

/// Words before a name that make it a place's.
const BEFORE_PLACES: &str = "\
    in at near from around to over into across through";

/// What stands before a full stop that ends no sentence.
const ABBREVIATIONS: &str = "\
    St. Dr. Mr. Mrs. Prof. Mt. No. vs. e.g. i.e. z.B.";

/// Whether a word, in lower case and without marks, is in a list.
fn is_in(list: &str, word: &str) -> bool {
    has(list, &bare(word))
}

fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// A word in lower case without the marks around it.
pub(super) fn bare(word: &str) -> String {
    word.trim_matches(|c: char| {
        matches!(c, ',' | ';' | ':' | '.' | '(' | ')' | '"' | '\'' | '“' | '”' | '„' | '!' | '?')
    })
    .to_lowercase()
}

pub(super) fn is_unit(word: &str) -> bool {
    is_in(UNITS, word)
}

pub(super) fn is_label(word: &str) -> bool {
    is_in(LABELS, word)
}

pub(super) fn is_joint(word: &str) -> bool {
    is_in(JOINTS, word)
}

pub(super) fn is_pointer(word: &str) -> bool {
    is_in(POINTERS, word)
}

pub(super) fn is_lead(word: &str) -> bool {
    is_in(LEADS, word)
}

pub(super) fn is_verb(word: &str) -> bool {
    is_in(VERBS, word)
}

pub(super) fn is_magnitude(word: &str) -> bool {
    is_in(MAGNITUDES, word)
}

pub(super) fn is_between(word: &str) -> bool {
    has(BETWEEN, &word.to_lowercase())
}

pub(super) fn comes_before_values(word: &str) -> bool {
    word == "=" || is_in(BEFORE_VALUES, word)
}

pub(super) fn comes_before_places(word: &str) -> bool {
    is_in(BEFORE_PLACES, word)
}

/// Whether a text ends with a full stop that ends no sentence.
pub(super) fn ends_short(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(|last| has(ABBREVIATIONS, last))
}

pub(super) fn comes_before_years(word: &str) -> bool {
    is_in(BEFORE_YEARS, word)
}

/// Whether a text ends with a day (`13.`) of which the next begins with the month.
pub(super) fn parts_a_date(text: &str, next: &str) -> bool {
    let last =
        text.split_whitespace().next_back().and_then(|last| last.strip_suffix('.')).unwrap_or_default();
    let first = next.split_whitespace().next().unwrap_or_default();
    (1..=2).contains(&last.len())
        && last.chars().all(|c| c.is_ascii_digit())
        && month(first, Language::German).is_some()
}

/// The number of a month, from 1.
pub(super) fn month(word: &str, language: Language) -> Option<usize> {
    let months = if language == Language::German { GERMAN_MONTHS } else { ENGLISH_MONTHS };
    let word = bare(word);
    months.split(' ').position(|month| month == word).map(|at| at + 1)
}
