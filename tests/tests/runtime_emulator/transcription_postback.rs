//! Tests the transcription postback under the emulator.

use crate::{
    cases::{self, Case, NO_TOKEN, status},
    emulator::Emulated,
    environment::Environment,
};
use ringbolt_tests::{
    NOBODY, TestDatabase,
    app::{Function, root},
};
use serde_json::{Value, json};

const GREAT: &str = "The service was great, thank you. My name is Ada Example & I will call again.";
const RATHER_GOOD: &str = "The service was rather good, thank you. My name is Ada Example & I will call again.";

const CASES: [Case; 9] = [
    status(204, "question-2-first", "stored", ""),
    status(204, "question-1", "stored", ""),
    status(204, "question-1-repeated", "repeated", ""),
    status(204, "question-1-changed", "superseded", ""),
    // A late repetition of a text that was superseded.
    status(204, "question-1-repeated", "repeated", ""),
    status(204, "question-1-changed", "repeated", ""),
    status(204, "long-text", "stored", ""),
    status(
        400,
        "missing-unique-id",
        "refused",
        "This is not a transcription: the field `unique_id` is missing: it says which call this belongs to.\n",
    ),
    status(401, "bad-token", "refused", NO_TOKEN),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcriptions_are_stored_once_in_any_order_and_a_changed_one_keeps_its_revisions() {
    cases::assert_complete(Function::Transcription, &CASES);
    let database = TestDatabase::start().await;
    let environment = Environment::on(&database, Function::Transcription);
    let function = Emulated::start(Function::Transcription, &environment).await;

    let outcomes = cases::send(&function, &CASES).await;

    let kept = database.store().await.call("70000001").await.unwrap();
    let texts: Vec<_> = kept.iter().map(|item| (item["sk"].as_str().unwrap(), text(&item["fields"]))).collect();
    let [first, second, third] = &texts[..] else { panic!("{} items", texts.len()) };
    assert_eq!(*first, ("transcript#23456#1", RATHER_GOOD));
    assert_eq!(*second, ("transcript#23456#2", "Please call me back tomorrow."));
    assert_eq!(third.0, "transcript#23456#3");
    assert!(third.1.starts_with("The quick brown fox is happy with the service, truly. The quick"));
    let revisions: Vec<Vec<&str>> = kept
        .iter()
        .map(|item| item["revisions"].as_array().unwrap().iter().map(|revision| text(&revision["fields"])).collect())
        .collect();
    assert_eq!(revisions, [vec![GREAT], vec![], vec![]]);
    assert!(kept.iter().all(|item| item["fields"].get("auth").is_none()), "a token was kept");
    assert_eq!(function.stop().outcomes(), outcomes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_function_also_drains_the_queue_and_batches_are_counted() {
    let database = TestDatabase::start().await;
    // The function contacts the queue only if it cannot store.
    let environment = Environment::on(&database, Function::Transcription)
        .with("RINGBOLT_TRANSCRIPTIONS_QUEUE_URL", &format!("{NOBODY}/000000000000/transcriptions"));
    let function = Emulated::start(Function::Transcription, &environment).await;
    let event = |case: &str| std::fs::read_to_string(root().join("events/transcription-queue").join(case)).unwrap();
    assert_eq!(function.invoke_raw(&event("drain-two.json")).await, json!({ "batchItemFailures": [] }));
    let strays = ["059f36b4-87a3-44ab-83d2-661970000004", "059f36b4-87a3-44ab-83d2-661970000005"]
        .map(|id| json!({ "itemIdentifier": id }));
    let answer = function.invoke_raw(&event("drain-with-strays.json")).await;
    assert_eq!(answer, json!({ "batchItemFailures": strays }));
    assert_eq!(function.invoke_file("question-1").await.status, 204);
    let output = function.stop();
    assert_eq!(output.outcomes(), ["repeated"]);
    let counted: Vec<_> = output
        .logs
        .iter()
        .filter(|log| log.contains_key("_aws"))
        .map(|log| [&log["message"], &log["Kept"], log.get("ColdStarts").unwrap_or(&Value::Null)].map(Value::clone))
        .collect();
    let expected = [
        [json!("drained"), json!(2), json!(1)],
        [json!("drained"), json!(2), json!(null)],
        [json!("answered"), json!(1), json!(null)],
    ];
    assert_eq!(counted, expected);
}

fn text(fields: &Value) -> &str {
    fields["text"].as_str().unwrap()
}
