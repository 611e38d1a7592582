//! The transcription postback.

use crate::webhooks::demo;
use ringbolt_tests::app::Function::Transcription;

#[tokio::test]
async fn postbacks_are_kept_in_any_order_however_often_before_and_after_the_calls_own_result() {
    let (app, _database) = demo().await;
    for (case, outcome) in [
        ("question-2-first", "stored"),
        ("question-1", "stored"),
        ("question-1-repeated", "repeated"),
        ("question-1-changed", "superseded"),
        ("question-2-first", "repeated"),
    ] {
        let answer = app.send_file(Transcription, case).await;
        assert_eq!((answer.status, answer.report.outcome.word(), answer.body.as_str()), (204, outcome, ""), "{case}");
    }
    assert_eq!(app.send_file(Transcription, "long-text").await.status, 204);
}

#[tokio::test]
async fn a_call_shows_its_results_and_its_transcriptions_together() {
    let (app, _database) = demo().await;
    app.transcribed("survo_id=12345&unique_id=r-7&question=2&text=late+but+first&duration=3&colour=blue").await;
    app.next("ivr_id=12345&ivr_response_id=r-7&ivr_session_id=s-7&account=90786&pin=4711").await;
    let call = app.app.webhook.store.call("r-7").await.unwrap();
    let kinds: Vec<_> = call.iter().map(|item| item["sk"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds[0], "transcript#12345#2");
    assert!(kinds.len() == 2 && kinds[1].starts_with("visit#12345#"), "{kinds:?}");
    assert_eq!(call[0]["fields"]["colour"], "blue", "what we do not know is kept as it came");
}

#[tokio::test]
async fn a_postback_that_belongs_to_nothing_is_refused_in_a_sentence() {
    let (app, _database) = demo().await;
    let answer = app.send_file(Transcription, "missing-unique-id").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (400, "This is not a transcription: the field `unique_id` is missing: it says which call this belongs to.\n")
    );
    assert_eq!(app.send_file(Transcription, "bad-token").await.status, 401);
}
