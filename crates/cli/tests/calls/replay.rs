//! `ringbolt call replay`: a day's recorded calls under a changed flow.

use crate::calls::{
    aws::Aws,
    deployment::{Deployment, run},
    dev::Folder,
};
use ringbolt_core::{
    call::record,
    dialects::dialogtech::{Parameters, Request},
    flow::Flow,
};
use ringbolt_dynamodb::visits::{Answered, Visit};
use snapbox::{assert_data_eq, str};
use std::{fs, time::Duration};

const KEYS: &str = r#"{"current":"x"}"#;

/// The demo's flow with a part of its text replaced, as a file in this folder.
fn changed(folder: &std::path::Path, from: &str, to: &str) -> &'static str {
    let demo = ringbolt_dev::DEMO_FLOW;
    assert!(demo.contains(from), "{from}");
    fs::write(folder.join("changed.yaml"), demo.replace(from, to)).unwrap();
    "changed.yaml"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_would_go_elsewhere_are_grouped_and_the_rest_is_counted_apart() {
    let mut folder = Folder::new();
    let mut number = 0;
    let mut call = |query: &str| {
        number += 1;
        folder.next(&format!("ivr_session_id=s-{number}&ivr_response_id=r-{number}&ivr_caller_id=8005550142&{query}"))
    };
    for query in [
        "ivr_id=23456&qos=2",
        "ivr_id=23456&qos=1",
        "ivr_id=23456&qos=5",
        "ivr_id=23456",
        "ivr_id=23456&qos=0",
        "ivr_id=12345&account=90786&pin=4711",
        "ivr_id=12345&account=90786&pin=9630",
        "ivr_id=12345&account=90786&pin=NA",
        "ivr_id=40006",
        "ivr_id=40007",
    ] {
        assert!(call(query).starts_with("HTTP/1.1 200"), "{query}");
    }
    let replay = ["call", "replay", "--local", "--day", "today"];
    let file = changed(folder.path(), "Low score from {{ call.ani }}", "Call {{ call.ani }} back");
    let said = folder.ringbolt(&[&replay[..], &[file]].concat()).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    let day = said.out.split_once(" on ").unwrap().1.split_once(';').unwrap().0;
    assert_data_eq!(
        said.out.replace(day, "DAY"),
        str![[r#"
2 of 10 calls would go elsewhere on DAY; 6 would go where they went, and 2 cannot be told.

IVR survey, rule 2 on line 70: 2 calls
  rings 2225550123, 5555550145, with another whisper_phrase
  whisper_phrase="Low score from ...0142" -> whisper_phrase="Call ...0142 back"
  such as r-2, r-1

Cannot be told:
        1  a PIN was asked for, and the record does not tell the outcome
        1  the rules read an answer or pass-through data that the record lacks

"#]]
    );

    let file = changed(
        folder.path(),
        "unanswered: { ivr: login }",
        "unanswered: { transfer: { destination: \"8005550119\" } }",
    );
    let found = folder.ringbolt(&[&replay[..], &[file, "--json"]].concat()).await.json();
    assert_eq!(
        (&found["calls"], &found["calls_elsewhere"], &found["calls_not_told"]),
        (&10.into(), &1.into(), &2.into()),
        "wrong and unanswered had one answer, and the record tells which it was"
    );
    let file =
        changed(folder.path(), "spec-hangup: { id: 40006, do: hangup }", "spec-hangup: { id: 40008, do: hangup }");
    let found = folder.ringbolt(&[&replay[..], &[file, "--json"]].concat()).await.json();
    let difference = &found["differences"][0];
    assert_eq!(
        (&difference["old"], &difference["new"]),
        (&"ends".into(), &"is transferred to 8005550100".into()),
        "{found}"
    );
    assert_eq!(difference["response_ids"], serde_json::json!(["r-9"]));

    // Without the flow that answered, PIN questions are not judged, and IVRs that are gone are found all the same.
    folder.stop();
    let said = folder.ringbolt(&[&replay[..], &[file, "--json"]].concat()).await;
    assert!(said.err.contains("no live flow is known") && said.err.contains("--against FILE"), "{said:?}");
    let found = said.json();
    assert_eq!((&found["calls"], &found["calls_elsewhere"]), (&10.into(), &1.into()));
    assert_eq!(found["reasons"]["pin_question"], 3);
    fs::write(folder.path().join("before.yaml"), ringbolt_dev::DEMO_FLOW).unwrap();
    let said = folder.ringbolt(&[&replay[..], &[file, "--against", "before.yaml", "--json"]].concat()).await;
    assert_eq!((said.err.as_str(), &said.json()["reasons"]["pin_question"]), ("", &1.into()));
    for secret in ["4711", "9630", "8005550142"] {
        assert!(!said.out.contains(secret));
    }
    folder
        .ringbolt(&["call", "replay", "--local", "--day", "yesterday", file])
        .await
        .says("No calls of the flow `demo` on ");
    folder.ringbolt(&["call", "replay", "--local", "none.yaml"]).await.fails(1, &["none.yaml"]);
    folder.ringbolt(&["call", "replay", "--local", "--day", "soon", file]).await.fails(2, &["--day must be a date"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stacks_calls_are_compared_with_its_live_flow() {
    let (deployment, aws) = (Deployment::new().await, Aws::start(KEYS, KEYS));
    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    let (store, now) = (deployment.store(), ringbolt_lambda::app::system_clock()());
    let flow = Flow::load(ringbolt_dev::DEMO_FLOW).unwrap();
    for number in 0..150 {
        let request = Request::read(&Parameters::parse("ivr_id=40006", None), &flow, now);
        let visit = Visit {
            response_id: format!("r-{number}"),
            ivr_id: "40006".to_owned(),
            flow: if number < 120 { "demo" } else { "other" }.to_owned(),
            digest: "d".to_owned(),
            at: now,
            told: record::kept(&flow, &request.results),
            ..Visit::default()
        };
        let answered = Answered { answer: "<action><app>hangup</app></action>".to_owned(), ..Answered::default() };
        store.record_visit(&visit, &answered, Duration::from_secs(9_000)).await.unwrap();
    }
    let file =
        changed(deployment.folder.path(), "40006, do: hangup }", "40006, transfer: { destination: \"8005550119\" } }");
    let said = run(aws.command(&deployment, &["call", "replay", file]), "").await;
    said.says("120 of 120 calls would go elsewhere").says("  ends -> is transferred to 8005550119\n");
    assert!(!said.err.contains("not known"), "{said:?}");
}
