//! The commands about calls, with calls of a TwiML provider that the real voice webhook has answered.

use crate::calls::{
    aws::{Aws, KEYS},
    deployment::{Deployment, Said, run},
    voice::{FLOW, KEY, Voice},
};
use serde_json::Value;
use snapbox::{assert_data_eq, str};

struct Bank {
    deployment: Deployment,
    aws: Aws,
    voice: Voice,
}

impl Bank {
    async fn new() -> Self {
        let deployment = Deployment::new().await;
        let aws = Aws::start("{}", &deployment.keys);
        assert_eq!(aws.secret(KEYS).to_string(), deployment.keys);
        deployment.publish(FLOW).await;
        deployment.keyed(&["pin", "set", "--realm", "bank", "90786", "--stdin"], "815294").await.says("set");
        let voice = Voice::start(&deployment, &aws, FLOW, &format!(r#"{{"twilio":["{KEY}"]}}"#));
        Self { deployment, aws, voice }
    }

    async fn ringbolt(&self, arguments: &[&str]) -> Said {
        run(self.aws.command(&self.deployment, arguments), "").await
    }

    /// Ada's call: a wrong PIN, the right one, and a survey in which she hangs up after a recording, or not. Returns where
    /// the text of the recording was sent.
    async fn adas_call(&self, sid: &str, hangs_up: bool) -> String {
        let mut call = self.voice.call(sid);
        call.ask(&[]).await;
        for pin in ["963044", "815294"] {
            call.key("90786").await;
            call.key(pin).await;
        }
        call.key("1").await;
        let callback = call.transcription.clone().unwrap();
        call.ask(&[("RecordingUrl", "https://api.example.com/RE1"), ("RecordingDuration", "4")]).await;
        assert_eq!(
            call.post(&callback, &[("TranscriptionText", "I am on 212 555 0142. Thank you.")]).await.status,
            204
        );
        if !hangs_up {
            let document = call.key("1").await;
            assert!(document.contains("+12125550101"), "{document}");
        }
        callback
    }
}

fn without_times(said: &str) -> String {
    let is_time = |line: &str| line.as_bytes().get(2) == Some(&b':') && line.as_bytes().get(5) == Some(&b':');
    let shown = |line: &str| if is_time(line) { format!("TIME    {}", &line[8..]) } else { line.to_owned() };
    let mut lines: Vec<String> = said.lines().map(shown).collect();
    lines[1] = "DATE".to_owned();
    lines.join("\n") + "\n"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_listed_by_id_name_and_number_and_shown_without_the_numbers() {
    let bank = Bank::new().await;
    bank.adas_call("CA1", false).await;
    let ids = |said: &Said| -> Vec<String> {
        assert_eq!(said.code, Some(0), "{said:?}");
        let id = |line| serde_json::from_str::<Value>(line).unwrap()["response_id"].as_str().unwrap().to_owned();
        said.out.lines().map(id).collect()
    };
    for (arguments, expected) in [
        (vec![], vec!["CA1-r3", "CA1-r2", "CA1-r1"]),
        (vec!["--ivr", "login"], vec!["CA1-r2", "CA1-r1"]),
        (vec!["--ivr", "survey"], vec!["CA1-r3"]),
        (vec!["--ani-ends", "0142"], vec!["CA1-r3", "CA1-r2", "CA1-r1"]),
        (vec!["--ani-ends", "0199"], vec![]),
        (vec!["--ivr", "survey", "--ani-ends", "0143"], vec![]),
        (vec!["--outcome", "verified"], vec!["CA1-r2"]),
    ] {
        let said = bank.ringbolt(&[&["call", "list", "--json"], arguments.as_slice()].concat()).await;
        assert_eq!(ids(&said), expected, "{arguments:?}");
        assert!(!said.out.contains("555014"), "{said:?}");
    }
    let said = bank.ringbolt(&["call", "list"]).await;
    said.says("...0142").says("findme").says("survey").says("verified");

    for id in ["CA1", "CA1-r3"] {
        let said = bank.ringbolt(&["call", "show", id]).await;
        said.says("Call CA1-r3 on ").says("from ...0142, session CA1").says("IVR survey ended").says("keyed     ");
        said.says("Caller=...0142").says("From=...0142").says("ForwardedFrom=...0199").says("To=+18005550123");
        said.says("transcription of IVR survey, question 2").says("\"I am on ...0142. Thank you.\"");
        let json = bank.ringbolt(&["call", "show", id, "--json"]).await;
        for said in [&said, &json] {
            for secret in ["2125550142", "212 555 0142", "3125550199", "815294", "963044"] {
                assert!(!said.out.contains(secret), "{secret}: {said:?}");
            }
        }
        let kind = if id == "CA1" { "session" } else { "response" };
        assert_eq!(json.json()["id_kind"], kind);
    }
    let full = bank.ringbolt(&["call", "show", "CA1-r3", "--full-numbers"]).await;
    full.says("From=+12125550142").says("ForwardedFrom=+13125550199").says("I am on 212 555 0142");
    let said = bank.ringbolt(&["call", "transcripts", "--ivr", "survey"]).await;
    said.says("call CA1-r3, IVR survey, question 2").says("\"I am on ...0142. Thank you.\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_explained_run_by_run_without_its_questions() {
    let bank = Bank::new().await;
    bank.adas_call("CA1", false).await;
    let said = bank.ringbolt(&["call", "explain", "CA1"]).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    assert_data_eq!(
        without_times(&said.out),
        str![[r#"
Call CA1, flow bank, from ...0142
DATE

TIME      The IVR login ended. Keyed: account 90786. Not kept: pin.
          Wrong PIN. Decided by `wrong` of login (version 1, line 16).
          The call goes to the IVR `login`.
          There the caller hears: “Welcome. Your account, please.”

TIME      The IVR login ended. Keyed: account 90786. Not kept: pin.
          Right PIN. Decided by `verified` of login (version 1, line 15).
          The call goes to the IVR `survey`.
          There the caller hears: “From 1 to 5, how was it?”

TIME      The answer to question 2 of the IVR survey was transcribed.
          The text: “I am on ...0142. Thank you.”

TIME      The IVR survey ended. Keyed: call 1, qos 1.
          Decided by rule 1 of survey: `answers.qos | int <= 2` (version 1, line 23).
          In this call, qos was 1.
          The call rings +12125550101, +12125550102.

Which version of the flow bank answered is not recorded: the texts are those of version 1, which is live now.

"#]]
    );
    let json = bank.ringbolt(&["call", "explain", "CA1", "--json"]).await;
    assert!(!json.out.contains("2125550142") && !json.out.contains("815294"), "{json:?}");
    let json = json.json();
    assert_eq!((&json["id_kind"], &json["from"]), (&"session".into(), &"...0142".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hung_up_at_a_question_is_told_from_the_log() {
    let bank = Bank::new().await;
    bank.adas_call("CA2", true).await;
    bank.voice.call("CA3").ask(&[]).await;
    let said = bank.ringbolt(&["call", "explain", "CA2"]).await;
    said.says("The caller was asked the questions of the IVR survey (2 requests).");
    said.says("No request came after that: the caller hung up, or the call is still in progress.");
    // The survey did not end, but what was said in it belongs to the call.
    said.says("The answer to question 2 of the IVR survey was transcribed.");
    said.says("No decision after the IVR survey is stored for this call. Either the caller hung up before it ended");
    let said = bank.ringbolt(&["call", "explain", "CA3"]).await;
    said.says("The call came in, and the caller was asked the first question.");
    let events = bank.ringbolt(&["call", "explain", "CA3", "--json"]).await.json();
    assert_eq!((events["events"].as_array().unwrap().len(), &events["events"][0]["kind"]), (1, &"left_open".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fallback_is_told_with_what_to_change() {
    let bank = Bank::new().await;
    let line = |call: &str, more: &str| {
        let at = ringbolt_lambda::app::system_clock()().0;
        bank.aws.log(
            "voice-webhook",
            &format!(
                r#"{{"_aws":{{"Timestamp":{at}}},"message":"answered","Function":"voice-webhook","flow":"bank","call":"{call}","session":"CA4","outcome":"fallback","status":200,"elapsed_ms":9,{more}}}"#
            ),
        );
    };
    line(
        "",
        r#""failed":"flow","why":"the flow cannot be played over TwiML: the flow doesn't say where this call begins (`starts`)""#,
    );
    line("CA4-r1", r#""ivr":"survey","ivr_id":"survey","failed":"deadline","why":"the deadline has passed""#);
    let said = bank.ringbolt(&["call", "explain", "CA4"]).await;
    said.says("A call came in, or came back from the people who were rung.");
    said.says("because the flow cannot be played over TwiML").says("`ringbolt flow check --for twiml`");
    said.says("A request came from the IVR survey.").says("the deadline has passed");
    // As the function writes it for TwiML.
    said.says("The caller heard: “We are sorry.”").says("The call is transferred to +18005550100.");
    assert!(!said.out.contains("DialogTech") && !said.out.contains("portal"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_calls_of_a_day_are_counted_and_not_replayed() {
    let bank = Bank::new().await;
    bank.adas_call("CA1", false).await;
    std::fs::write(bank.deployment.folder.path().join("bank.yaml"), FLOW).unwrap();
    let said = bank.ringbolt(&["call", "replay", "bank.yaml"]).await;
    said.says("0 of 3 calls would go elsewhere").says("3  it came over TwiML");
    let json = bank.ringbolt(&["call", "replay", "bank.yaml", "--json"]).await.json();
    assert_eq!((&json["calls_not_told"], &json["reasons"]["twiml"]), (&3.into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_has_a_callers_calls_and_what_they_said_and_an_erasure_leaves_nothing() {
    let bank = Bank::new().await;
    bank.adas_call("CA1", false).await;
    // She hung up before the survey ended, so its run has no visit.
    let callback = bank.adas_call("CA2", true).await;
    let mut other = bank.voice.call("CA9");
    other.ask(&[]).await;
    other.key("90787").await;
    other.key("815294").await;
    let document = bank.ringbolt(&["caller", "export", "--realm", "bank", "90786"]).await.json();
    let calls: Vec<_> = document["calls"].as_array().unwrap().iter().map(|call| &call["response_id"]).collect();
    assert_eq!(calls, ["CA1-r1", "CA1-r2", "CA1-r3", "CA2-r1", "CA2-r2", "CA2-r3"]);
    assert_eq!(document.to_string().matches("Thank you").count(), 4, "each text under both of its names");
    let verified = |id: usize| document["calls"][id]["verified_before"].clone();
    assert_eq!((verified(1), verified(2)), (false.into(), true.into()));

    let erase = ["caller", "erase", "--realm", "bank", "90786", "--yes"];
    bank.ringbolt(&erase).await.says("6 steps of calls deleted");
    for id in ["CA1-r1", "CA1-r2", "CA1-r3", "CA2-r1", "CA2-r2", "CA2-r3"] {
        assert!(bank.deployment.store().call(id).await.unwrap().is_empty(), "{id}");
    }
    for session in ["CA1", "CA2"] {
        assert!(bank.deployment.store().runs_of_session(session).await.unwrap().is_empty(), "{session}");
    }
    assert!(!bank.deployment.store().call("CA9-r1").await.unwrap().is_empty(), "somebody else's");
    // A text that comes late is dropped, and does not bring the call back.
    let late = bank.voice.call("CA2").post(&callback, &[("TranscriptionText", "And goodbye.")]).await;
    assert_eq!((late.status, late.report.outcome.word()), (204, "erased"));
    assert!(bank.deployment.store().runs_of_session("CA2").await.unwrap().is_empty());
}
