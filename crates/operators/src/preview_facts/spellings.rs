//! Other spellings of numbers with units and of dates.

use super::Language;
use super::lexicon::month;

/// Units with what they are spelt out as in English.
const SPELT_OUT: &[(&str, &[&str])] = &[
    ("m", &["metres", "meters"]),
    ("km", &["kilometres", "kilometers"]),
    ("cm", &["centimetres", "centimeters"]),
    ("mm", &["millimetres", "millimeters"]),
    ("km²", &["square kilometres", "square kilometers", "km2"]),
    ("m²", &["square metres", "square meters", "m2"]),
    ("m³", &["cubic metres", "cubic meters", "m3"]),
    ("km³", &["cubic kilometres", "cubic kilometers", "km3"]),
    ("kg", &["kilograms"]),
    ("g", &["grams"]),
    ("mg", &["milligrams"]),
    ("µg", &["micrograms"]),
    ("°C", &["degrees Celsius"]),
    ("percent", &["per cent"]),
];

const GERMAN: &[(&str, &[&str])] = &[
    ("m", &["Meter"]),
    ("km", &["Kilometer"]),
    ("km²", &["Quadratkilometer"]),
    ("m²", &["Quadratmeter"]),
    ("kg", &["Kilogramm"]),
    ("°C", &["Grad Celsius"]),
];

/// The months in English.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The accepted spellings of an answer, the answer itself first.
pub(crate) fn spellings(answer: &str, language: Language) -> Vec<String> {
    let mut all = vec![answer.to_owned()];
    let found = match language {
        Language::Chinese => chinese_date(answer).into_iter().collect(),
        _ => date(answer, language).or_else(|| amount(answer, language)).unwrap_or_default(),
    };
    all.extend(found);
    all
}

/// A day in its other notations.
fn date(answer: &str, language: Language) -> Option<Vec<String>> {
    let words: Vec<&str> = answer.split_whitespace().map(|word| word.trim_matches([',', '.'])).collect();
    let [first, second, year] = words[..] else { return None };
    let (day, month_number) = match (month(second, language), month(first, language)) {
        (Some(number), _) => (first, number),
        (_, Some(number)) => (second, number),
        _ => return None,
    };
    let day: u32 = day.parse().ok()?;
    let iso = format!("{year}-{month_number:02}-{day:02}");
    Some(match language {
        Language::German => vec![format!("{day:02}.{month_number:02}.{year}"), iso],
        _ => {
            let name = MONTHS[month_number - 1];
            let all = [format!("{day} {name} {year}"), format!("{name} {day}, {year}"), iso];
            all.into_iter().filter(|other| other != answer).collect()
        }
    })
}

/// A number with its unit, spelt out and written together, and without separators of thousands.
fn amount(answer: &str, language: Language) -> Option<Vec<String>> {
    let (number, unit) = answer.split_once(' ').unwrap_or((answer, ""));
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let thousands = if language == Language::German { '.' } else { ',' };
    let grouped = number.split(thousands).skip(1).all(|group| group.len() == 3) && number.contains(thousands);
    let plain = if grouped { number.replace(thousands, "") } else { number.to_owned() };
    let names = if language == Language::German { GERMAN } else { SPELT_OUT };
    let spelt = names.iter().find(|(known, _)| *known == unit).map(|(_, spelt)| *spelt).unwrap_or_default();
    let mut all = Vec::new();
    if grouped {
        all.push(format!("{plain} {unit}").trim_end().to_owned());
    }
    let one =
        |unit: &str| if number == "1" { unit.trim_end_matches('s').to_owned() } else { unit.to_owned() };
    all.extend(spelt.iter().map(|unit| format!("{number} {}", one(unit))));
    if !unit.is_empty() {
        // The question names the unit.
        all.push(number.to_owned());
    }
    if unit == "%" {
        all.extend([format!("{number}%"), format!("{number} percent")]);
    }
    if let Some(number) = number.strip_suffix('%') {
        all.extend([format!("{number} %"), format!("{number} percent")]);
    }
    Some(all)
}

/// A day of a Chinese text as the standard writes it.
fn chinese_date(answer: &str) -> Option<String> {
    let (year, rest) = answer.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day: u32 = rest.strip_suffix('日')?.parse().ok()?;
    Some(format!("{year}-{:02}-{day:02}", month.parse::<u32>().ok()?))
}
