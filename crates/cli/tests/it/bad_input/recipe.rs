//! Recipes and flags with faults.

use super::{refused, refused_recipe};
use crate::support::{MODEL, Sandbox, fake_teacher, requests};

/// A recipe with a fault in every part; the lines count.
const FAULTY: &str = r#"recipe: rare
sead: 7
input:
  paths: [docs]
  chunk:
    size: 900
    minn: 20
teachers:
  default:
    url: http://localhost:1/v1
    model: m
    temprature: 0.3
    concurrency: many
    price: {input: 1, outptu: 2}
  judgee:
    url: extractive
steps:
  - operator: Doc2Query
    options:
      max_atempts: 5
  - operator: BM25HardNegs
  - operator: ReasonDistill
    optoins: {}
    options:
      max_attempts: [3]
export: [flagembeding]
"#;

#[test]
fn every_fault_of_a_recipe_is_told_at_once() {
    let sandbox = Sandbox::with_corpus(4);
    sandbox.write("my.yaml", FAULTY);
    let args = ["run", "my.yaml", "--out", "out", "--set", "doc2qery.max_attempts=2", "--set", "seed"];
    let outcome = sandbox.ragstill(&args).exits(2).complains(&[
        "my.yaml:2: a recipe has no `sead`; did you mean `seed`?",
        "my.yaml:7: `input.chunk` has no `minn`; did you mean `min`?",
        "my.yaml:12: `teachers.default` has no `temprature`",
        "my.yaml:13: `teachers.default.concurrency`: ",
        "my.yaml:14: `teachers.default.price` has no `outptu`; did you mean `output`?",
        "my.yaml:15: there is no teacher role `judgee`; did you mean `judge`?",
        "my.yaml:20: `Doc2Query` has no option `max_atempts`; did you mean `max_attempts`?",
        "my.yaml:21: there is no operator `BM25HardNegs`; did you mean `BM25HardNeg`?",
        "my.yaml:23: a step has no `optoins`; did you mean `options`?",
        "my.yaml:25: option `max_attempts` of `ReasonDistill`: ",
        "my.yaml:26: there is no export format `flagembeding`; did you mean `flagembedding`?",
        "--set doc2qery.max_attempts=2: there is no step `doc2qery`; did you mean `doc2query`?",
        "--set seed: write it as --set step.option=value",
    ]);
    assert!(outcome.stderr.lines().all(|line| line.starts_with("error: ")), "{}", outcome.stderr);
    insta::assert_snapshot!("faulty_recipe", outcome.stderr);
    assert!(!sandbox.path("out").exists(), "nothing was made");
}

#[test]
fn flags_with_faults() {
    let sandbox = Sandbox::with_corpus(4);
    let rows: [(&[&str], &[&str]); 16] = [
        (
            &["--set", "doc2query.max_atempts=2"],
            &["--set doc2query.max_atempts=2", "did you mean `max_attempts`?"],
        ),
        (&["--set", "doc2query.max_attempts=0"], &["step `doc2query`", "`max_attempts` must be at least 1"]),
        (&["--set", "bm25hardneg.num_neg=some"], &["option `num_neg` of `BM25HardNeg`", "expected usize"]),
        (&["--set", "bm25hardneg.b=1.5"], &["step `bm25hardneg`", "b"]),
        (
            &["--set", "teachers.default.retries=1"],
            &["`teachers.default` has no `retries`", "`max_attempts`"],
        ),
        (&["--set", "sede=1"], &["there is no step `sede`; did you mean `seed`?"]),
        (&["--set", "doc2query.input_key=txt"], &["reads the field `txt`", "did you mean `text`?"]),
        (
            &["--set", "doc2query.output_question_key=text"],
            &["writes the field `text`, which the input has already"],
        ),
        (&["--export", "parket"], &["there is no export format `parket`; did you mean `parquet`?"]),
        (&["--export", "verl"], &["the format `verl` holds task examples, and the recipe makes none"]),
        (
            &["--concurrency", "0"],
            &["--concurrency: teachers.default.concurrency: must be 1 to 10000, found 0"],
        ),
        (&["--limit", "0"], &["--limit: limit: must be at least 1"]),
        (&["--sample", "0"], &["input.sample: must be at least 1"]),
        (&["--max-cost=-1"], &["--max-cost: max_cost: must be a number of US dollars above 0"]),
        (
            &["--set", "input.chunk.size=0"],
            &["--set input.chunk.size=0: input.chunk.size must be at least 1"],
        ),
        (
            &["--set", "teachers.default.timeout_seconds=-3"],
            &["teachers.default.timeout_seconds=-3: teachers.default.timeout_seconds: must be above 0"],
        ),
    ];
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    for (flags, complaints) in rows {
        let mut line =
            vec!["run", "rare", "--input", "docs", "--out", "out", "--teacher", &url, "--model", MODEL];
        line.extend(flags);
        sandbox.ragstill(&line).exits(2).complains(complaints);
    }
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn flags_that_are_no_flags() {
    let sandbox = Sandbox::with_corpus(4);
    refused(&sandbox, &["--input", "docs", "--concurency", "3"])
        .complains(&["--concurency", "'--concurrency'"]);
    refused(&sandbox, &["--input", "docs", "--limit", "few"])
        .complains(&["invalid value 'few' for '--limit"]);
}

#[test]
fn recipes_that_are_not_there() {
    let sandbox = Sandbox::with_corpus(4);
    refused_recipe(&sandbox, "rair", &["--input", "docs"])
        .complains(&["there is no recipe `rair`", "`rare`"]);
    refused_recipe(&sandbox, "mine.yaml", &["--input", "docs"])
        .complains(&["mine.yaml: the recipe cannot be read"]);
    sandbox.write("mine.yaml", "recipe: [rare\nsteps: {\n");
    refused_recipe(&sandbox, "mine.yaml", &["--input", "docs"])
        .complains(&["mine.yaml: this is not valid YAML", "line"]);
    sandbox.write("mine.yaml", "- a\n- list\n");
    refused_recipe(&sandbox, "./mine.yaml", &["--input", "docs"]).complains(&["a recipe must be a map"]);
    sandbox.ragstill(&["config", "rair"]).exits(2).complains(&["there is no recipe `rair`"]);
}

#[test]
fn prompts_that_no_step_uses() {
    let sandbox = Sandbox::with_corpus(4);
    sandbox.write("prompts/doc2query/qestion.md", "# user\n{{ text }}");
    refused(&sandbox, &["--input", "docs", "--prompts", "prompts"]).complains(&[
        "prompts: no step uses `doc2query/qestion.md`",
        "doc2query/question.md",
        "reason_distill/reasoning.md",
    ]);
}

#[test]
fn prompts_with_faults() {
    let sandbox = Sandbox::with_corpus(4);
    let file = "prompts/doc2query/question.md";
    let rows: [(&str, &[&str]); 4] = [
        ("# user\n{{ txet }}", &["prompt `doc2query/question`", "the variable `txet` is unknown", "`text`"]),
        ("# user\n{{ text", &["prompt `doc2query/question`", "the template cannot be compiled"]),
        ("# system\nWrite.", &["prompt `doc2query/question`", "no `# user` section"]),
        ("---\ntemprature: 1\n---\n# user\n{{ text }}", &["prompt `doc2query/question`", "temprature"]),
    ];
    for (source, complaints) in rows {
        sandbox.write(file, source);
        refused(&sandbox, &["--input", "docs", "--prompts", "prompts"]).complains(complaints);
    }
    refused(&sandbox, &["--input", "docs", "--prompts", "no-prompts"])
        .complains(&["no-prompts: cannot read prompts"]);
}
