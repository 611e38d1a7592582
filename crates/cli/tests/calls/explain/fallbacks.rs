//! Calls that got the fallback, made against `ringbolt dev`, or as the functions store and log them in AWS.

use super::{CALLER, explained, log_in, without_times};
use crate::calls::{
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fallback_by_template_by_unknown_ivr_and_by_the_database() {
    let mut folder = Folder::new();
    folder.next(&format!("ivr_session_id=s-1&ivr_response_id=balance&ivr_id=34567&{CALLER}"));
    folder.next(&format!("ivr_session_id=s-2&ivr_response_id=stray&ivr_id=99&digits=1&{CALLER}"));
    folder.set_database("down");
    log_in(&folder, "down", "90786", "4711");
    // Whatever still tries to store the record ends with the process, before the database answers again.
    folder.stop();
    folder.start();
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
          What to change: nothing in the flow. If it happens again, run `ringbolt doctor --local`, and look at AWS's service health at that time.

"#]]
    );
    // The session's id leads to the same call, although the database has nothing of it.
    let by_session = folder.ringbolt(&["call", "explain", "--local", "--json", "s-down"]).await.json();
    assert_eq!(by_session["id_kind"], "logged");
    assert_eq!(by_session["events"][0]["failed"], "unavailable");
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
        duress: false,
    };
    deployment.store().record_visit(&visit, &answered, Duration::from_secs(9000)).await.unwrap();
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
