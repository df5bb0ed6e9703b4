//! Whether the fields of a recipe line up.

use std::collections::BTreeMap;

use super::steps::StepSpec;
use super::suggest::suggest;
use crate::operator::Fields;

/// Checks that every field that is read exists by then, and that no field is written twice. Returns the fields that
/// the finished records have.
pub(super) fn check_flow(
    input: &[String],
    steps: &[(&StepSpec, Fields)],
    faults: &mut Vec<String>,
) -> Vec<String> {
    let mut known: Vec<String> = input.to_vec();
    let mut writers: BTreeMap<&str, &str> = BTreeMap::new();
    for (step, fields) in steps {
        let at = step.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let name = &step.name;
        for field in &fields.reads {
            if !known.contains(field) {
                let hint = suggest(field, known.iter().map(String::as_str));
                faults.push(format!(
                    "{at}step `{name}` reads the field `{field}`, which is neither in the input nor written by an earlier step{hint}"
                ));
            }
        }
        for field in &fields.reads_corpus {
            if !input.contains(field) {
                let hint = suggest(field, input.iter().map(String::as_str));
                faults.push(format!(
                    "{at}step `{name}` reads the field `{field}` of the whole input before the first row, but the input has no such field{hint}"
                ));
            }
        }
        for field in &fields.writes {
            if let Some(writer) = writers.get(field.as_str()) {
                faults.push(format!(
                    "{at}step `{name}` writes the field `{field}`, which step `{writer}` wrote already"
                ));
            } else if known.contains(field) {
                faults.push(format!(
                    "{at}step `{name}` writes the field `{field}`, which the input has already"
                ));
            } else if field == ragstill_core::RECORD_ID_FIELD {
                faults.push(format!(
                    "{at}step `{name}` writes the field `{field}`, which holds the record's id"
                ));
            } else {
                known.push(field.clone());
            }
        }
        for field in &fields.writes {
            writers.entry(field).or_insert(name);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::check_flow;
    use crate::operator::Fields;
    use crate::recipe::StepSpec;

    fn step(name: &str) -> StepSpec {
        StepSpec { name: name.into(), operator: name.into(), options: serde_json::Map::new(), place: None }
    }

    fn fields(reads: &[&str], writes: &[&str], corpus: &[&str]) -> Fields {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Fields { reads: own(reads), writes: own(writes), reads_corpus: own(corpus) }
    }

    #[test]
    fn a_chain_that_lines_up() {
        let (a, b) = (step("a"), step("b"));
        let mut faults = Vec::new();
        let known = check_flow(
            &["text".into()],
            &[(&a, fields(&["text"], &["question"], &[])), (&b, fields(&["question"], &["negs"], &["text"]))],
            &mut faults,
        );
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(known, ["text", "question", "negs"]);
    }

    #[test]
    fn every_fault_is_listed() {
        let (a, b) = (step("a"), step("b"));
        let mut faults = Vec::new();
        check_flow(
            &["text".into()],
            &[(&a, fields(&["txt"], &["text", "q"], &[])), (&b, fields(&["q"], &["q", "record_id"], &["q"]))],
            &mut faults,
        );
        let text = faults.join("\n");
        assert_eq!(faults.len(), 5, "{text}");
        for part in [
            "did you mean `text`",
            "`text`, which the input has already",
            "step `a` wrote already",
            "of the whole input",
            "holds the record's id",
        ] {
            assert!(text.contains(part), "{part} missing in\n{text}");
        }
    }
}
