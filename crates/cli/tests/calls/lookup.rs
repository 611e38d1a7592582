//! `ringbolt call list`, `show` and `transcripts`.

use crate::calls::{
    aws::Aws,
    deployment::{Deployment, run},
    dev::Folder,
};
use aws_sdk_dynamodb::types::AttributeValue;

const KEYS: &str = r#"{"current":"x"}"#;

fn a_day(folder: &Folder) {
    for (call, pin, from) in [("r-1", "4711", "8005550142"), ("r-2", "9630", "8005550143")] {
        folder.next(&format!(
            "ivr_session_id=s-{call}&ivr_response_id={call}&ivr_id=12345&account=90786&pin={pin}&ivr_caller_id={from}"
        ));
    }
    folder.next("ivr_session_id=s-r-1&ivr_response_id=r-3&ivr_id=23456&qos=5&ivr_caller_id=%2B18005550142");
    for text in ["Good+day%2C+it+is+800+555-0142", "Good+day"] {
        let answer = folder.get(&format!(
            "/dialogtech/demo/transcription?survo_id=23456&unique_id=r-3&question=1&duration=4&text={text}"
        ));
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_listed_by_ivr_number_and_outcome() {
    let mut folder = Folder::new();
    a_day(&folder);
    let ids = |said: &crate::calls::Said| -> Vec<String> {
        assert_eq!(said.code, Some(0), "{said:?}");
        let id = |line: &str| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["response_id"].as_str().unwrap().to_owned()
        };
        said.out.lines().map(id).collect()
    };
    for (arguments, expected) in [
        (vec![], vec!["r-3", "r-2", "r-1"]),
        (vec!["--ivr", "12345"], vec!["r-2", "r-1"]),
        (vec!["--ivr", "login"], vec!["r-2", "r-1"]),
        (vec!["--ivr", "23456", "--ivr", "12345"], vec!["r-3", "r-2", "r-1"]),
        (vec!["--ani-ends", "0142"], vec!["r-3", "r-1"]),
        (vec!["--ivr", "12345", "--ani-ends", "0143"], vec!["r-2"]),
        (vec!["--outcome", "verified"], vec!["r-1"]),
        (vec!["--outcome", "wrong", "--ivr", "12345"], vec!["r-2"]),
        (vec!["--outcome", "locked"], vec![]),
        (vec!["--day", "yesterday"], vec![]),
        (vec!["--ivr", "99"], vec![]),
    ] {
        let said = folder.ringbolt(&[&["call", "list", "--local", "--json"], arguments.as_slice()].concat()).await;
        assert_eq!(ids(&said), expected, "{arguments:?}");
        assert!(!said.out.contains("555014"), "no full number is shown: {said:?}");
    }
    for limited in [vec!["--limit", "1"], vec!["--limit", "1", "--ivr", "12345"]] {
        let said = folder.ringbolt(&[&["call", "list", "--local"], limited.as_slice()].concat()).await;
        assert!(said.out.lines().count() == 2 && said.err.contains("Only 1 call is shown"), "{said:?}");
    }
    // The table and the log can be read while `ringbolt dev` is stopped.
    folder.stop();
    let said = folder.ringbolt(&["call", "list", "--local", "--outcome", "verified"]).await;
    said.says("r-1    ").says("...0142").says("verified").says("ivr");
    assert!(!said.out.contains('?'), "{said:?}");
    folder
        .ringbolt(&["call", "list", "--local", "--day", "2001-02-03"])
        .await
        .says("No matching calls on 2001-02-03 (UTC)");
    folder
        .ringbolt(&["call", "list", "--local", "--day", "soon"])
        .await
        .fails(2, &["--day must be a date such as", "`soon`"]);
    folder
        .ringbolt(&["call", "list", "--local", "--ani-ends", "x"])
        .await
        .fails(2, &["--ani-ends must be the last digits"]);
    folder.ringbolt(&["call", "demo.yaml", "--json"]).await.fails(2, &["a call by keyboard has no JSON output"]);
    folder.ringbolt(&["call"]).await.fails(2, &["list, show, explain, transcripts, tail, replay"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_transcription_does_not_make_an_old_call_new() {
    let folder = Folder::new();
    for id in ["old-1", "old-2", "new-1", "new-2"] {
        folder.next(&format!("ivr_session_id=s&ivr_response_id={id}&ivr_id=23456&qos=5"));
    }
    for id in ["old-1", "old-2", "nobody"] {
        let answer = folder
            .get(&format!("/dialogtech/demo/transcription?survo_id=23456&unique_id={id}&question=1&duration=4&text=x"));
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    for ivr in [&[][..], &["--ivr", "23456"]] {
        for (limit, expected) in [("1", "nobody"), ("2", "nobody new-2"), ("4", "nobody new-2 new-1 old-2")] {
            let arguments = [&["call", "list", "--local", "--json", "--limit", limit], ivr].concat();
            let said = folder.ringbolt(&arguments).await;
            let ids = said.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            let ids: Vec<_> = ids.map(|row| row["response_id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(ids.join(" "), expected, "{arguments:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_shown_as_a_timeline_without_the_full_number() {
    let folder = Folder::new();
    a_day(&folder);
    let said = folder.ringbolt(&["call", "show", "--local", "r-3"]).await;
    let order = [
        "Call r-3 on ",
        "from ...0142, session s-r-1",
        "IVR survey (23456) ended",
        "keyed     qos=5",
        "<app>findme</app>",
        "question 1, superseded",
        "\"Good day, it is ...0142\"",
        "question 1\n",
        "\"Good day\"",
    ];
    let mut at = 0;
    for part in order {
        at += said.out[at..].find(part).unwrap_or_else(|| panic!("{part:?} does not follow in {}", said.out));
    }
    // The log line may be slightly newer than the postback that follows.
    assert!(said.out.find("next-action answered: answered") > said.out.find("<app>findme</app>"), "{said:?}");
    assert!(!said.out.contains("8005550142") && !said.out.contains("800 555-0142"), "{said:?}");
    folder
        .ringbolt(&["call", "show", "--local", "r-3", "--full-numbers"])
        .await
        .says("from 8005550142")
        .says("it is 800 555-0142");
    let login = folder.ringbolt(&["call", "show", "--local", "r-2"]).await;
    login.says("pin=[redacted]").says("outcome   wrong: login, rule 1 on line ").says("next-action answered: wrong");
    assert!(!login.out.contains("9630"), "{login:?}");
    let json = folder.ringbolt(&["call", "show", "--local", "r-3", "--json"]).await;
    assert!(!json.out.contains("8005550142") && !json.out.contains("800 555-0142"), "{json:?}");
    let json = json.json();
    assert_eq!((&json["id_kind"], &json["calls"][0]["visits"][0]["keyed"]["qos"]), (&"response".into(), &"5".into()));
    assert_eq!(json["calls"][0]["transcriptions"][0]["earlier"].as_array().unwrap().len(), 1);
    assert_eq!(json["calls"][0]["log"][0]["outcome"], "answered");
    // A session is shown run by run.
    let session = folder.ringbolt(&["call", "show", "--local", "s-r-1"]).await;
    assert!(session.out.find("Call r-1 on ") < session.out.find("Call r-3 on "), "{session:?}");
    folder.ringbolt(&["call", "show", "--local", "s-r-1"]).await.says("Call r-3 on ");
    folder
        .ringbolt(&["call", "show", "--local", "r-9"])
        .await
        .fails(1, &["no call r-9 is stored in the local database"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcriptions_are_printed_for_a_call_and_for_a_day() {
    let folder = Folder::new();
    a_day(&folder);
    for arguments in [vec!["r-3"], vec!["--ivr", "23456"]] {
        let said = folder.ringbolt(&[&["call", "transcripts", "--local"], arguments.as_slice()].concat()).await;
        said.says("call r-3, IVR 23456, question 1, replaces an earlier one\n  \"Good day\"\n");
    }
    folder.ringbolt(&["call", "transcripts", "--local", "r-1"]).await.fails(1, &["no transcription of call r-1"]);
    folder.ringbolt(&["call", "transcripts", "--local", "--ivr", "1"]).await.says("No transcriptions on ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_aws_outcomes_come_from_the_log_groups_of_the_stack() {
    let (deployment, aws) = (Deployment::new().await, Aws::start(KEYS, KEYS));
    let now = ringbolt_lambda::app::system_clock()();
    let visit = ringbolt_dynamodb::visits::Visit {
        response_id: "r-1".to_owned(),
        ivr_id: "12345".to_owned(),
        flow: "bank".to_owned(),
        digest: "d".to_owned(),
        at: now,
        told: serde_json::json!({ "call": { "ivr_caller_id": "8005550142" } }),
        ..Default::default()
    };
    deployment.store().record_visit(&visit, &Default::default(), std::time::Duration::from_secs(9000)).await.unwrap();
    // Earlier versions stored a visit before its answer was known, which could then be lost.
    let item = deployment.client.update_item().table_name("calls").key("pk", AttributeValue::S("call#r-1".to_owned()));
    let item = item.key("sk", AttributeValue::S("visit#12345#d".to_owned()));
    item.update_expression("REMOVE answered, outcome").send().await.unwrap();
    let line = format!(
        r#"{{"_aws":{{"Timestamp":{}}},"message":"answered","Function":"next-action","flow":"bank","call":"r-1","outcome":"verified","status":200,"elapsed_ms":12}}"#,
        now.0
    );
    aws.log("next-action", &line);
    run(aws.command(&deployment, &["call", "show", "r-1"]), "").await.says("next-action answered: verified (12 ms)");
    run(aws.command(&deployment, &["call", "list"]), "").await.says("r-1").says("...0142").says("not stored");
    let patterns = aws.patterns();
    assert!(
        patterns.contains(&r#"{ ($.message = "answered") && (($.call = "r-1") || ($.session = "r-1")) }"#.to_owned()),
        "{patterns:?}"
    );

    let without_stack = deployment.ringbolt(&["call", "show", "r-1"]).await;
    without_stack.says("IVR 12345 ended");
    assert!(without_stack.err.contains("Lines of the log are not shown"), "{without_stack:?}");
    deployment
        .ringbolt(&["call", "show", "r-1", "--calls-table", "elsewhere"])
        .await
        .fails(1, &["there is no such table"]);
}
