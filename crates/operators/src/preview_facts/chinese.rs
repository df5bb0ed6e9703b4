//! Asking in Chinese, which sets no spaces between words and leaves the question where the answer stands.

use super::Gap;

/// Words behind a number that say what it counts; longer ones first.
const UNITS: &[&str] = &[
    "平方公里",
    "平方千米",
    "立方公里",
    "立方千米",
    "平方米",
    "立方米",
    "摄氏度",
    "公里",
    "千米",
    "厘米",
    "毫米",
    "微米",
    "公斤",
    "千克",
    "毫克",
    "微克",
    "小时",
    "分钟",
    "公顷",
    "美元",
    "欧元",
    "人民币",
    "年前",
    "世纪",
    "米",
    "吨",
    "克",
    "升",
    "秒",
    "天",
    "人",
    "个",
    "座",
    "条",
    "度",
    "元",
    "年",
    "次",
    "种",
    "名",
    "艘",
    "架",
    "km",
    "m",
    "kg",
    "mm",
    "cm",
];

/// The longest sentence that is asked about, in characters.
const LONGEST: usize = 90;

/// The gap of a sentence, if it has one and can stand alone.
pub(super) fn gap(sentence: &str) -> Option<Gap> {
    let clauses = sentence.split('；').filter(|clause| {
        let points_back =
            ["它", "他", "她", "这", "该", "其", "此"].iter().any(|word| clause.starts_with(word));
        !points_back && (6..=LONGEST).contains(&clause.chars().count())
    });
    clauses.filter_map(clause_gap).max_by_key(|gap| gap.rank)
}

fn clause_gap(clause: &str) -> Option<Gap> {
    let mut best: Option<Gap> = None;
    let mut at = 0;
    while let Some(start) = clause[at..].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let length = clause[start..]
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))
            .unwrap_or(clause.len() - start);
        let end = start + clause[start..start + length].trim_end_matches(['.', ',']).len();
        let found = asked(clause, start, end);
        at = found.as_ref().map_or(end, |(_, next)| *next).max(end);
        // A letter before it makes it a part of a name.
        if clause[..start].ends_with(|c: char| c.is_ascii_alphabetic() || c == '-') {
            continue;
        }
        if let Some((gap, _)) = found
            && best.as_ref().is_none_or(|best| gap.rank > best.rank)
        {
            best = Some(gap);
        }
    }
    best
}

/// The gap for the number at these bytes, and where what belongs to it ends.
fn asked(clause: &str, start: usize, end: usize) -> Option<(Gap, usize)> {
    let number = &clause[start..end];
    let gap = |answer_end: usize, asks: &str, kept_from: usize, rank: u8| {
        let clause_asked = format!("{}{asks}{}", &clause[..start], &clause[kept_from..]);
        Some((Gap { answer: clause[start..answer_end].to_owned(), clause: clause_asked, rank }, answer_end))
    };
    let rest = &clause[end..];
    if number.len() == 4 && rest.starts_with('年') && !rest.starts_with("年前") {
        let year_end = end + '年'.len_utf8();
        let (month, month_end) = part(clause, year_end, '月');
        let (day, day_end) = if month { part(clause, month_end, '日') } else { (false, month_end) };
        return match (month, day) {
            (true, true) => gap(day_end, "哪一天", day_end, 4),
            (true, false) => gap(month_end, "哪年哪月", month_end, 3),
            _ => gap(year_end, "哪一年", year_end, 3),
        };
    }
    if let Some(after) = rest.strip_prefix(['%', '％']) {
        let sign_end = clause.len() - after.len();
        return gap(sign_end, "百分之多少", sign_end, 2);
    }
    let scale = rest
        .chars()
        .take_while(|c| matches!(c, '万' | '亿' | '千' | '百'))
        .map(char::len_utf8)
        .sum::<usize>();
    let scaled = end + scale;
    let unit = UNITS.iter().find(|unit| clause[scaled..].starts_with(**unit))?;
    gap(scaled + unit.len(), "多少", scaled, 2)
}

/// Whether digits and then this character stand at this byte, and where they end.
fn part(clause: &str, at: usize, mark: char) -> (bool, usize) {
    let rest = &clause[at..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let found = digits > 0 && rest[digits..].starts_with(mark);
    (found, if found { at + digits + mark.len_utf8() } else { at })
}
