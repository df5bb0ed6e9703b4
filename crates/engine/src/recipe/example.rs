//! From records to training examples, by data in the recipe.

use std::fmt::Write as _;

use minijinja::{Environment, UndefinedBehavior};
use ragstill_core::{Conversation, Example, ExampleKind, Record, Role, Triplet, Turn};
use serde::{Deserialize, Serialize};

/// How records become examples of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ExampleSpec {
    /// A conversation for fine-tuning.
    Conversation {
        /// The turns in order.
        turns: Vec<TurnSpec>,
    },
    /// A triplet for training a retriever.
    Triplet {
        /// A template for the query.
        query: String,
        /// An expression that gives a list of texts, for instance `[text]`.
        positives: String,
        /// An expression that gives a list of texts, for instance `hard_negatives`.
        negatives: String,
    },
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnSpec {
    /// `system`, `user`, `assistant` or `observation`.
    pub role: Role,
    /// A template over the record's fields.
    pub text: String,
    /// Whether the loss counts the turn; by default only the assistant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<bool>,
}

impl ExampleSpec {
    /// The kind of example that it makes.
    pub fn kind(&self) -> ExampleKind {
        match self {
            Self::Conversation { .. } => ExampleKind::Conversation,
            Self::Triplet { .. } => ExampleKind::Triplet,
        }
    }
}

/// The compiled examples of a recipe.
#[derive(Debug)]
pub struct Examples {
    specs: Vec<ExampleSpec>,
    environment: Environment<'static>,
}

impl Examples {
    /// Compiles the templates.
    ///
    /// # Errors
    /// Every template that does not compile or uses a field that the records will not have, a sentence each, with the
    /// index of its example.
    pub fn compile(specs: &[ExampleSpec], fields: &[String]) -> Result<Self, Vec<(usize, String)>> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut faults = Vec::new();
        for (index, spec) in specs.iter().enumerate() {
            for (name, source) in templates(index, spec) {
                let what = name.rsplit('/').next().unwrap_or_default().to_owned();
                if let Err(error) = environment.add_template_owned(name.clone(), source) {
                    faults.push((index, format!("`{what}` cannot be compiled: {error}")));
                    continue;
                }
                let Ok(template) = environment.get_template(&name) else { continue };
                let mut unknown: Vec<_> = template
                    .undeclared_variables(false)
                    .into_iter()
                    .filter(|used| !fields.iter().any(|field| field == used))
                    .collect();
                unknown.sort();
                for used in unknown {
                    let hint = super::suggest::suggest(&used, fields.iter().map(String::as_str));
                    faults.push((
                        index,
                        format!("`{what}` uses the field `{used}`, which no record has{hint}"),
                    ));
                }
            }
        }
        if faults.is_empty() { Ok(Self { specs: specs.to_vec(), environment }) } else { Err(faults) }
    }

    /// The examples of this kind that a record makes.
    ///
    /// # Errors
    /// A sentence naming the record, when a template fails on it.
    pub fn of(&self, record: &Record, kind: ExampleKind) -> Result<Vec<Example>, String> {
        let fields = minijinja::Value::from(minijinja::value::Serde(&record.fields));
        let render = |name: &str| {
            self.environment
                .get_template(name)
                .and_then(|template| template.render(fields.clone()))
                .map_err(|error| format!("record {}: its example cannot be made: {error}", record.id))
        };
        // Lists pass through a template as JSON: an expression's value has no other way out with the fields in scope.
        let list = |name: &str| -> Result<Vec<String>, String> {
            serde_json::from_str(&render(name)?)
                .map_err(|error| format!("record {}: `{name}` must give a list of texts: {error}", record.id))
        };
        self.specs
            .iter()
            .enumerate()
            .filter(|(_, spec)| spec.kind() == kind)
            .map(|(index, spec)| match spec {
                ExampleSpec::Conversation { turns } => {
                    let turns = turns
                        .iter()
                        .enumerate()
                        .map(|(turn, spec)| {
                            Ok(Turn {
                                role: spec.role,
                                text: render(&turn_name(index, turn))?,
                                train: spec.train.unwrap_or(spec.role == Role::Assistant),
                            })
                        })
                        .collect::<Result<_, String>>()?;
                    Ok(Example::Conversation(Conversation { id: record.id.clone(), turns }))
                }
                ExampleSpec::Triplet { .. } => Ok(Example::Triplet(Triplet {
                    id: record.id.clone(),
                    query: render(&format!("{index}/query"))?,
                    positives: list(&format!("{index}/positives"))?,
                    negatives: list(&format!("{index}/negatives"))?,
                })),
            })
            .collect()
    }
}

fn turn_name(index: usize, turn: usize) -> String {
    let mut name = String::new();
    // Writing to a String cannot fail.
    let _ = write!(name, "{index}/turn {}", turn + 1);
    name
}

fn templates(index: usize, spec: &ExampleSpec) -> Vec<(String, String)> {
    match spec {
        ExampleSpec::Conversation { turns } => turns
            .iter()
            .enumerate()
            .map(|(turn, spec)| (turn_name(index, turn), spec.text.trim_end().to_owned()))
            .collect(),
        ExampleSpec::Triplet { query, positives, negatives } => vec![
            (format!("{index}/query"), query.trim_end().to_owned()),
            (format!("{index}/positives"), format!("{{{{ ({positives}) | list | tojson }}}}")),
            (format!("{index}/negatives"), format!("{{{{ ({negatives}) | list | tojson }}}}")),
        ],
    }
}

#[cfg(test)]
mod tests {
    use ragstill_core::{Example, ExampleKind, Record, RecordId};
    use serde_json::json;

    use super::{ExampleSpec, Examples};

    fn specs() -> Vec<ExampleSpec> {
        serde_json::from_value(json!([
            {"kind": "conversation", "turns": [
                {"role": "user", "text": "{{ question }}\n{% for i in order %}[{{ loop.index }}] {{ text if i == 0 else negs[i - 1] }}\n{% endfor %}"},
                {"role": "assistant", "text": "{{ reasoning }}"}]},
            {"kind": "triplet", "query": "{{ question }}", "positives": "[text]", "negatives": "negs"}
        ]))
        .unwrap()
    }

    fn fields() -> Vec<String> {
        ["question", "text", "negs", "order", "reasoning"].map(String::from).to_vec()
    }

    fn record() -> Record {
        let fields = json!({"question": "Q <&> \"?\"", "text": "</p> it's", "negs": ["n'1", "n\"2"], "order": [2, 0, 1], "reasoning": "R"});
        Record::new(RecordId::given("r"), fields.as_object().cloned().unwrap())
    }

    #[test]
    fn texts_come_through_unchanged() {
        let examples = Examples::compile(&specs(), &fields()).unwrap();
        let made = examples.of(&record(), ExampleKind::Conversation).unwrap();
        let Example::Conversation(conversation) = &made[0] else { panic!("a conversation") };
        assert_eq!(conversation.turns[0].text, "Q <&> \"?\"\n[1] n\"2\n[2] </p> it's\n[3] n'1\n");
        assert_eq!(conversation.turns.iter().map(|turn| turn.train).collect::<Vec<_>>(), [false, true]);
        let made = examples.of(&record(), ExampleKind::Triplet).unwrap();
        let Example::Triplet(triplet) = &made[0] else { panic!("a triplet") };
        assert_eq!(triplet.positives, ["</p> it's"]);
        assert_eq!(triplet.negatives, ["n'1", "n\"2"]);
    }

    #[test]
    fn faults_are_all_listed() {
        let mut specs = specs();
        if let ExampleSpec::Conversation { turns } = &mut specs[0] {
            turns[0].text = "{{ qestion }} {{ nothing_like_it }}".into();
            turns[1].text = "{% if %}".into();
        }
        let faults = Examples::compile(&specs, &fields()).unwrap_err();
        let text = faults.iter().map(|(_, fault)| fault.as_str()).collect::<Vec<_>>().join("\n");
        assert!(text.contains("did you mean `question`"), "{text}");
        assert!(text.contains("nothing_like_it") && text.contains("cannot be compiled"), "{text}");
        assert_eq!(faults.len(), 3);
    }
}
