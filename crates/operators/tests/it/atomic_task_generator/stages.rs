//! Answers of the wrong shape, stage by stage: asked again, then a reject that names the stage, and nothing later is asked.

use ragstill_engine::{Branch, Outcome};
use ragstill_teacher::Ask;
use serde_json::json;

use super::teacher::{
    Atomic, CLEAN, CLOSED_BOOK, CONCLUSIONS, GOLDEN, IDENTIFIER, JUDGE, OPTIONAL, QUESTION, STAGES, atomic,
    good, kept,
};

/// The operator with a teacher that answers `bad` to this prompt, always.
fn always(prompt: &'static str, bad: &str) -> Atomic {
    let bad = bad.to_owned();
    atomic(json!({}), move |ask: &Ask| if &*ask.prompt == prompt { bad.clone() } else { good(ask) })
}

/// Bad answers at a stage of the document reject the document.
async fn rejects_the_document(prompt: &'static str, stage: &str, answers: &[(&str, &str)]) {
    for (bad, why) in answers {
        let atomic = always(prompt, bad);
        let Outcome::Reject(reason) = atomic.outcome().await else { panic!("{bad}") };
        assert!(reason.starts_with(&format!("{stage}: none of 3 answers could be used")), "{bad}: {reason}");
        assert!(reason.contains(why), "{bad}: {reason}");
        assert_eq!((atomic.times(prompt), atomic.times(QUESTION)), (3, 0));
    }
}

/// Bad answers at a stage of a task reject the task, with what it had got, and ask nothing of a later stage.
async fn rejects_the_task(prompt: &'static str, stage: &str, fields: &[&str], answers: &[(&str, &str)]) {
    for (bad, why) in answers {
        let atomic = always(prompt, bad);
        for branch in atomic.branches().await {
            let Branch::Reject { fields: found, reason } = branch else { panic!("{bad}: {branch:?}") };
            assert!(
                reason.starts_with(&format!("{stage}: none of 3 answers could be used")),
                "{bad}: {reason}"
            );
            assert!(reason.contains(why), "{bad}: {reason}");
            assert_eq!(found.keys().collect::<Vec<_>>(), fields, "{bad}");
        }
        assert_eq!(atomic.times(prompt), 6, "{bad}");
        let at = STAGES.iter().position(|known| *known == prompt).unwrap();
        for later in &STAGES[at + 1..] {
            assert_eq!(atomic.times(later), 0, "{bad}: {later}");
        }
    }
}

const NONSENSE: (&str, &str) = ("pressure gradient turnover", "");
const BROKEN: (&str, &str) = ("{\"content_identifier\": \"Lake[cut]", "token limit");

#[tokio::test]
async fn identifier() {
    let answers = [
        NONSENSE,
        BROKEN,
        ("{\"content_identifier\": null}", "content_identifier"),
        ("{\"content_identifier\": [\"a\"]}", "content_identifier"),
        ("{\"content_identifier\": \"  \"}", "content_identifier"),
        ("[]", ""),
    ];
    rejects_the_document(IDENTIFIER, "identifier", &answers).await;
}

#[tokio::test]
async fn conclusions() {
    let answers = [
        NONSENSE,
        ("{\"conclusion\": \"251 m\", \"R\": \"the depth\"}", ""),
        ("[\"251 m\", null, 7]", "no item has both `conclusion` and `R`"),
        ("[{\"conclusion\": \"251 m\"}]", "no item has both"),
        ("[{\"conclusion\": 251, \"R\": \"the depth\"}]", "no item has both"),
        ("[{\"conclusion\": \"251 m\", \"R\": \"the[cut]", "token limit"),
    ];
    rejects_the_document(CONCLUSIONS, "conclusions", &answers).await;
}

#[tokio::test]
async fn question() {
    let answers = [
        NONSENSE,
        ("{\"Q\": \"\"}", ""),
        ("{\"Q\": [\"What?\"]}", ""),
        ("{\"question\": \"What is the depth?\"}", "Q"),
        ("{\"Q\": \"According to the text, how deep is it?\"}", "names its source"),
        ("{\"Q\": \"Is it 251 m deep, or frozen in 1963?\"}", "gives its answer away"),
    ];
    let fields = ["identifier", "candidate_tasks_str"];
    rejects_the_task(QUESTION, "question", &fields, &answers).await;
}

#[tokio::test]
async fn clean() {
    let answers = [
        NONSENSE,
        ("{\"refined_answer\": null}", "refined_answer"),
        ("{\"refined_answer\": 251}", "refined_answer"),
        ("{\"refined_answer\": [\"251 m\"]}", "refined_answer"),
        ("{\"refined_answer\": \"…\"}", "neither letters nor digits"),
        ("{\"refined_answer\": \"Lake Constance\"}", "stands in the question"),
        ("[\"251 m\"]", ""),
    ];
    let fields = ["identifier", "candidate_tasks_str", "question", "answer"];
    rejects_the_task(CLEAN, "clean", &fields, &answers).await;
}

#[tokio::test]
async fn closed_book() {
    // Any text is an answer; one without an end is none, and must not count as not knowing.
    let answers = [("It may be[cut]", "token limit"), ("<think>Let me see", "no end")];
    let fields = ["identifier", "candidate_tasks_str", "question", "answer", "refined_answer"];
    rejects_the_task(CLOSED_BOOK, "closed book", &fields, &answers).await;
}

#[tokio::test]
async fn golden_document() {
    let answers = [("The lake is[cut]", "token limit"), ("<think>Let me see[cut]", "token limit")];
    let fields = [
        "identifier",
        "candidate_tasks_str",
        "question",
        "answer",
        "refined_answer",
        "llm_answer",
        "llm_score",
    ];
    rejects_the_task(GOLDEN, "golden document", &fields, &answers).await;
}

#[tokio::test]
async fn optional_answers() {
    let answers = [
        NONSENSE,
        ("{\"answers\": [\"251 m\"]}", ""),
        ("[251, \"251 m\"]", ""),
        ("[null]", ""),
        ("[[\"251 m\"]]", ""),
    ];
    let fields = [
        "identifier",
        "candidate_tasks_str",
        "question",
        "answer",
        "refined_answer",
        "llm_answer",
        "llm_score",
        "golden_doc_answer",
        "golden_doc_score",
    ];
    rejects_the_task(OPTIONAL, "optional answers", &fields, &answers).await;
}

#[tokio::test]
async fn a_judge_without_a_score_of_the_scale_is_asked_again_and_never_counted_as_0() {
    for bad in [
        "perhaps",
        "{\"answer_analysis\": \"So.\"}",
        "{\"answer_analysis\": \"So.\", \"answer_score\": \"0\"}",
        "{\"answer_analysis\": \"So.\", \"answer_score\": 3}",
        "{\"answer_analysis\": \"So.\", \"answer_score\": null}",
        "{\"answer_analysis\": \"So.\", \"answer_score\": [0]}",
        "{\"answer_analysis\": \"So.\", \"answer_score\": 0.5}",
    ] {
        let bad = bad.to_owned();
        let answers = move |ask: &Ask| match &*ask.prompt {
            CLOSED_BOOK => "1900".to_owned(),
            JUDGE => bad.clone(),
            _ => good(ask),
        };
        let atomic = atomic(json!({}), answers);
        for branch in atomic.branches().await {
            let Branch::Reject { reason, .. } = branch else { panic!("{branch:?}") };
            assert!(
                reason.starts_with("closed book: the judge gave no score: none of 3 answers"),
                "{reason}"
            );
        }
        assert_eq!((atomic.times(JUDGE), atomic.times(GOLDEN)), (6, 0));
    }
}

#[tokio::test]
async fn one_bad_answer_is_asked_again_as_the_next_sample() {
    let once_bad = |ask: &Ask| {
        if ask.sample == 0 && &*ask.prompt != CLOSED_BOOK && &*ask.prompt != GOLDEN {
            "Let me think.".to_owned()
        } else {
            good(ask)
        }
    };
    let atomic = atomic(json!({}), once_bad);
    let branches = atomic.branches().await;
    assert!(branches.iter().all(|branch| !kept(branch).is_empty()));
    assert_eq!(atomic.times(QUESTION), 4);
    assert!(atomic.asked.lock().unwrap().iter().all(|ask| ask.again == (ask.sample == 1)));
}
