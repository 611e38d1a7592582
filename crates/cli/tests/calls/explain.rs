//! `ringbolt call explain`: ten kinds of calls, made against the real functions of `ringbolt dev`, or as the functions
//! store and log them in AWS.

use crate::{
    aws::Aws,
    deployment::{Deployment, run},
    dev::Folder,
};
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use ringbolt_dynamodb::visits::{Answered, Visit};
use ringbolt_lambda::{
    Failed, Report,
    answer::Visited,
    app::system_clock,
    flows::FlowVersion,
    metrics::{self, Invocation},
};
use snapbox::{assert_data_eq, str};
use std::time::Duration;

const KEYS: &str = r#"{"current":"x"}"#;
const CALLER: &str = "ivr_caller_id=8005550142";

/// Calls the login, as one run of a call.
fn log_in(folder: &Folder, id: &str, account: &str, pin: &str) {
    let answer = folder
        .next(&format!("ivr_session_id=s-{id}&ivr_response_id={id}&ivr_id=12345&account={account}&pin={pin}&{CALLER}"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// What the command says, without times.
async fn explained(folder: &Folder, id: &str) -> String {
    let said = folder.ringbolt(&["call", "explain", "--local", id]).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    without_times(&said.out)
}

fn without_times(said: &str) -> String {
    let is_time = |line: &str| line.as_bytes().get(2) == Some(&b':') && line.as_bytes().get(5) == Some(&b':');
    let mut lines: Vec<String> = said
        .lines()
        .map(|line| if is_time(line) { format!("TIME    {}", &line[8..]) } else { line.to_owned() })
        .map(|line| {
            match line
                .split_once("answered after ")
                .and_then(|(before, rest)| Some((before, rest.split_once(" ms")?.1)))
            {
                Some((before, after)) => format!("{before}answered after N ms{after}"),
                None => line,
            }
        })
        .collect();
    lines[1] = "DATE".to_owned();
    lines.join("\n") + "\n"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verified_wrong_locked_and_unknown() {
    let folder = Folder::new();
    log_in(&folder, "right", "90786", "4711");
    log_in(&folder, "wrong", "90786", "9630");
    for id in ["w-2", "w-3"] {
        log_in(&folder, id, "90786", &format!("963{}", &id[2..]));
    }
    log_in(&folder, "locked", "90786", "4711");
    log_in(&folder, "nobody", "99999", "4711");
    assert_data_eq!(
        explained(&folder, "right").await,
        str![[r#"
Call right, flow demo, from ...0142, session s-right
DATE

TIME      The IVR login (12345) ended. Keyed: account 90786. Not kept: pin.
          Right PIN. Decided by `verified` of login (demo.yaml, line 52).
          The call goes to the IVR `survey` (23456).
          There the caller hears: “Hello Ada. From 1 to 5, how was our service? To hear your balance, press 0.”

"#]]
    );
    assert_data_eq!(
        explained(&folder, "wrong").await,
        str![[r#"
Call wrong, flow demo, from ...0142, session s-wrong
DATE

TIME      The IVR login (12345) ended. Keyed: account 90786. Not kept: pin.
          Wrong PIN. Decided by `wrong` of login (demo.yaml, line 56).
          The call goes to the IVR `login` (12345).
          There the caller hears: “Welcome. Please key your account number, then pound.”

"#]]
    );
    assert_data_eq!(
        explained(&folder, "locked").await,
        str![[r#"
Call locked, flow demo, from ...0142, session s-locked
DATE

TIME      The IVR login (12345) ended. Keyed: account 90786. Not kept: pin.
          The account is locked, so even the right PIN does not help. Decided by `locked` of login (demo.yaml, line 58).
          The call is transferred to 8005550111.
          What to do: `ringbolt caller show 90786 --realm demo` says whether and until when the account is locked, and `ringbolt caller unlock 90786 --realm demo` unlocks it.

"#]]
    );
    assert_data_eq!(
        explained(&folder, "nobody").await,
        str![[r#"
Call nobody, flow demo, from ...0142, session s-nobody
DATE

TIME      The IVR login (12345) ended. Keyed: account 99999. Not kept: pin.
          Nobody is enrolled under this account. Decided by `unknown` of login (demo.yaml, line 56).
          The call goes to the IVR `login` (12345).
          There the caller hears: “Welcome. Please key your account number, then pound.”
          What to do: if this caller should be known, `ringbolt pin set 99999 --realm demo` enrols them.

"#]]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fallback_by_template_by_unknown_ivr_and_by_the_database() {
    let folder = Folder::new();
    folder.next(&format!("ivr_session_id=s-1&ivr_response_id=balance&ivr_id=34567&{CALLER}"));
    folder.next(&format!("ivr_session_id=s-2&ivr_response_id=stray&ivr_id=99&digits=1&{CALLER}"));
    folder.set_database("down");
    log_in(&folder, "down", "90786", "4711");
    folder.set_database("ok");
    assert_data_eq!(
        explained(&folder, "balance").await,
        str![[r#"
Call balance, flow demo, from ...0142, session s-1
DATE

TIME      The IVR balance (34567) ended. Nothing was keyed.
          The fallback answered after N ms, because the template reads `caller.balance`, which this call does not have (IVR balance, rule 1, line 87).
          The caller heard: “We are sorry, we cannot help you right now. Please call again later.”
          What to change: `caller.balance` is only known after a right PIN earlier in the same call. Put a rule before the one on line 87 for callers who are not verified (`when: caller is not defined`), or lead to it only from `verified`.

"#]]
    );
    assert_data_eq!(
        explained(&folder, "stray").await,
        str![[r#"
Call stray, flow demo, from ...0142, session s-2
DATE

TIME      An IVR with the id 99 ended. Not kept: digits.
          The fallback answered after N ms, because the flow has no IVR with the id `99`.
          The call is transferred to 8005550100.
          What to change: give one of the flow's IVRs `id: 99`, or correct the webhook of that IVR in DialogTech's portal, so that it names the right flow. `ringbolt flow check` and `ringbolt flow push` make the change live.

"#]]
    );
    assert_data_eq!(
        explained(&folder, "down").await,
        str![[r#"
Call down, flow demo, session s-down
DATE

TIME      The IVR login (12345) ended. What was keyed is not known, because no record of it was stored.
          The fallback answered after N ms, because DynamoDB was not reached, or did not answer in time (IVR login, line 43).
          The call is transferred to 8005550100.
          What to change: nothing in the flow. If it happens again, run `ringbolt doctor`, and look at AWS's service health at that time.

"#]]
    );
    // The session's id leads to the same call, although the database has nothing of it.
    let by_session = folder.ringbolt(&["call", "explain", "--local", "--json", "s-down"]).await.json();
    assert_eq!(by_session["id_kind"], "logged");
    assert_eq!(by_session["events"][0]["failed"], "unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hang_up_and_transcription_only() {
    let folder = Folder::new();
    folder.next(&format!(
        "ivr_session_id=s-1&ivr_response_id=gone&ivr_id=12345&account=90786&pin=NA&ivr_completed=False&{CALLER}"
    ));
    folder.get("/dialogtech/demo/transcription?survo_id=23456&unique_id=voice&question=1&duration=4&text=Good+day");
    assert_data_eq!(
        explained(&folder, "gone").await,
        str![[r#"
Call gone, flow demo, from ...0142, session s-1
DATE

TIME      The IVR login (12345) ended early, before the caller got to its end. Keyed: account 90786. Not kept: pin.
          The caller hung up. Decided by `unanswered` of login (demo.yaml, line 59).
          The call goes to the IVR `login` (12345).
          Probably nobody was there any more.

"#]]
    );
    assert_data_eq!(
        explained(&folder, "voice").await,
        str![[r#"
Call voice, flow demo
DATE

TIME      The answer to question 1 of the IVR survey (23456) was transcribed.
          The text: “Good day”
          No request of the IVR survey (23456) is stored for this call, so Ringbolt did not decide where the call went. Either this IVR has no webhook in DialogTech's portal, or its record was lost or has expired.

"#]]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_explained_run_by_run() {
    let mut folder = Folder::new();
    log_in(&folder, "one", "90786", "4711");
    for _ in 0..2 {
        folder.next(&format!("ivr_session_id=s-one&ivr_response_id=two&ivr_id=23456&qos=1&{CALLER}"));
    }
    assert_data_eq!(
        explained(&folder, "s-one").await,
        str![[r#"
Call s-one, flow demo, from ...0142
DATE

TIME      The IVR login (12345) ended. Keyed: account 90786. Not kept: pin.
          Right PIN. Decided by `verified` of login (demo.yaml, line 52).
          The call goes to the IVR `survey` (23456).
          There the caller hears: “Hello Ada. From 1 to 5, how was our service? To hear your balance, press 0.”

TIME      The IVR survey (23456) ended. Keyed: qos 1.
          Decided by rule 2 of survey: `answers.qos | int <= 2` (demo.yaml, line 70).
          In this call, qos was 1.
          The provider sent the same request once more and got the same answer.
          The call rings 2225550123, 5555550145.

"#]]
    );
    let document = folder.ringbolt(&["call", "explain", "--local", "--json", "s-one"]).await;
    assert!(!document.out.contains("8005550142") && !document.out.contains("4711"), "{document:?}");
    let document = document.json();
    let events = document["events"].as_array().unwrap();
    assert_eq!((&document["id_kind"], events.len()), (&"session".into(), 2));
    assert_eq!(events[1]["condition"], "answers.qos | int <= 2");
    assert_eq!(events[1]["keyed"]["qos"], "1");
    assert_eq!(events[1]["repetitions"], 1);
    // Without a running server the flow is not known, and the record is enough.
    folder.stop();
    assert_data_eq!(
        explained(&folder, "one").await,
        str![[r#"
Call one, flow demo, from ...0142, session s-one
DATE

TIME      The IVR login (12345) ended. Keyed: account 90786. Not kept: pin.
          Right PIN. Decided by login, rule 1 on line 52.
          The call goes to the IVR 23456.

The text of the flow demo is not quoted: `ringbolt dev` is not running; start it, or name the file with --flow.

"#]]
    );
    folder
        .ringbolt(&["call", "explain", "--local", "s-nobody"])
        .await
        .fails(1, &["no call s-nobody is stored in the local database", "in the last 24 hours", "--day"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_of_a_flow_that_has_changed_since_are_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.yaml");
    std::fs::write(&file, ringbolt_dev::DEMO_FLOW).unwrap();
    let folder = Folder::with(folder, &["--flow", "demo.yaml"]);
    log_in(&folder, "r-1", "90786", "9630");
    let said = folder.ringbolt(&["call", "explain", "--local", "r-1"]).await;
    said.says("Decided by `unknown` of login (demo.yaml, line 56).");
    std::fs::write(&file, format!("# a line more\n{}", ringbolt_dev::DEMO_FLOW)).unwrap();
    let said = folder.ringbolt(&["call", "explain", "--local", "r-1"]).await;
    said.says("Decided by login, rule 1 on line 56.").says("The flow demo has changed since this call");
    // The file as it was can be named.
    std::fs::write(folder.path().join("was.yaml"), ringbolt_dev::DEMO_FLOW).unwrap();
    let said = folder.ringbolt(&["call", "explain", "--local", "r-1", "--flow", "was.yaml"]).await;
    said.says("Decided by `unknown` of login (was.yaml, line 56).");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wix_answers_calls_are_explained_from_the_log() {
    let folder = Folder::new();
    for input in ["0000", "0000", "1234"] {
        let body =
            format!(r#"{{"callId":"c-1","user":{{"id":"602efa31-01d8-482d-8ff2-26910b026703"}},"input":"{input}"}}"#);
        let answer = folder.post("/wix-answers/demo/auth", &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    folder.set_database("down");
    folder.post(
        "/wix-answers/demo/auth",
        r#"{"callId":"c-2","user":{"id":"602efa31-01d8-482d-8ff2-26910b026703"},"input":"1234"}"#,
    );
    folder.set_database("ok");
    let said = folder.ringbolt(&["call", "explain", "--local", "c-2"]).await;
    said.says("because DynamoDB was not reached").says("Wix Answers disconnects the call: the answer was empty.");
    assert_data_eq!(
        explained(&folder, "c-1").await,
        str![[r#"
Call c-1, flow demo
DATE

TIME      Wix Answers asked where the call goes. Neither what was keyed nor the calling number is kept.
          Wrong PIN. Decided by `wrong` of wix_answers (demo.yaml, line 121).
          The provider sent the same request once more and got the same answer.
          The call goes to the IVR sorry of Wix Answers.

TIME      Wix Answers asked where the call goes. Neither what was keyed nor the calling number is kept.
          Right PIN. Decided by `verified` of wix_answers (demo.yaml, line 120).
          The call goes to the IVR welcome of Wix Answers.

"#]]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fallback_by_deadline_in_aws_with_an_earlier_version_of_the_flow() {
    let (deployment, aws) = (Deployment::new().await, Aws::start(KEYS, KEYS));
    let flow = |say: &str| ringbolt_dev::DEMO_FLOW.replace("From 1 to 5", say);
    deployment.publish(&flow("From one to five")).await;
    deployment.publish(&flow("From nought to five")).await;
    let now = system_clock()();
    let report = Report {
        outcome: Outcome::Fallback,
        version: Some(FlowVersion::Published(1)),
        call: "r-1".to_owned(),
        visited: Some(Box::new(Visited {
            name: Some("login".to_owned()),
            id: Some("12345".to_owned()),
            line: Some(44),
            session: Some("s-1".to_owned()),
        })),
        failed: Some(Box::new(Failed {
            kind: "deadline",
            text: "the deadline has passed".to_owned(),
            rule: None,
            line: None,
        })),
        ..Report::default()
    };
    let visit = Visit {
        response_id: "r-1".to_owned(),
        ivr_id: "12345".to_owned(),
        session_id: Some("s-1".to_owned()),
        flow: "demo".to_owned(),
        digest: "d".to_owned(),
        at: now,
        told: serde_json::json!({
            "call": { "ivr_caller_id": "8005550142", "ivr_session_id": "s-1" },
            "answers": { "account": "90786", "pin": "[redacted]" },
        }),
        ..Visit::default()
    };
    let answered = Answered {
        answer: "<action><app>transfer</app><parameters><destination>8005550100</destination></parameters></action>"
            .to_owned(),
        outcome: report.outcome,
        version: Some("1".to_owned()),
        ivr: Some("login".to_owned()),
        rule: None,
        line: Some(44),
        why: report.why(),
        failed: Some("deadline".to_owned()),
    };
    deployment.store().record_visit(&visit, Some(&answered), Duration::from_secs(9000)).await.unwrap();
    let invocation = Invocation {
        stack: None,
        function: "next-action",
        request_id: "q-1",
        cold: false,
        at: EpochMs(now.0 + 1003),
        elapsed: Duration::from_millis(1003),
    };
    // Lines of other calls fill the pages before it.
    for other in ["r-7", "r-8", "r-9"] {
        let other = Report { call: other.to_owned(), ..report.clone() };
        aws.log("next-action", &metrics::answered(&invocation, "demo", &other, 200).to_string());
    }
    aws.log("next-action", &metrics::answered(&invocation, "demo", &report, 200).to_string());
    for id in ["r-1", "s-1"] {
        let said = run(aws.command(&deployment, &["call", "explain", id]), "").await;
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
        if id == "r-1" {
            assert_data_eq!(
                without_times(&said.out),
                str![[r#"
Call r-1, flow demo, from ...0142, session s-1
DATE

TIME      The IVR login (12345) ended. Keyed: account 90786. Not kept: pin.
          The fallback answered after N ms, because the deadline has passed (IVR login, line 44).
          The call is transferred to 8005550100.
          What to change: nothing in the flow: no answer was ready in time. If it happens again, look at the latency of the function and of DynamoDB at that time, and deploy with more MemorySize or a longer DeadlineMs.

Version 1 of the flow demo answered. Version 2 is live now: `ringbolt flow diff` shows what has changed.

"#]]
            );
        }
        said.says("The fallback answered after 1003 ms");
    }
}
