//! `ringbolt call explain`: ten kinds of calls, made against the real functions of `ringbolt dev`, or as the functions
//! store and log them in AWS.

mod fallbacks;

use crate::calls::dev::Folder;
use snapbox::{assert_data_eq, str};

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
          What to do: `ringbolt caller show 90786 --realm demo --local` says whether and until when the account is locked, and `ringbolt caller unlock 90786 --realm demo --local` unlocks it. An account that does not exist locks, too, and only time ends that lock.

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
          What to do: if this caller should be known, `ringbolt pin set 99999 --realm demo --local` enrols them.

"#]]
    );
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
