//! `ringbolt secret twiml-keys`, and what `ringbolt doctor` says about the keys and the voice webhook.

use crate::calls::{
    aws::{Aws, TWIML},
    deployment::{Deployment, Said, bare, run},
    voice::{FLOW, KEY, Voice},
};
use serde_json::{Value, json};

const OTHER: &str = "fedcba9876543210fedcba9876543210";
const PUBLIC: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

async fn stack(keys: &str) -> (Deployment, Aws) {
    let deployment = Deployment::new().await;
    let aws = Aws::start(r#"{"current":"a-token-0123456789"}"#, &deployment.keys);
    aws.speak_twiml("https://calls.example.com", keys);
    (deployment, aws)
}

async fn keyed((deployment, aws): &(Deployment, Aws), arguments: &[&str], line: &str) -> Said {
    let arguments = [&["secret", "twiml-keys"], arguments].concat();
    run(aws.command(deployment, &arguments), &format!("{line}\n")).await
}

fn fingerprint(said: &Said) -> String {
    said.json()["fingerprint"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_valid_next_to_the_old_one_until_that_is_removed() {
    let stack = stack("{}").await;
    let aws = &stack.1;
    keyed(&stack, &["show"], "").await.says("There are no keys, so the voice webhook plays no flow");
    keyed(&stack, &["add", "twilio", "--stdin"], KEY).await.fails(2, &["--yes"]);
    let added = keyed(&stack, &["add", "twilio", "--stdin", "--yes"], KEY).await;
    added.says("of Twilio is added").says("SecretsGeneration").says("`ringbolt doctor`");
    assert_eq!(aws.secret(TWIML), json!({ "twilio": [KEY] }));

    let file = stack.0.folder.path().join("new.key");
    std::fs::write(&file, format!("{OTHER}\n")).unwrap();
    let added = keyed(&stack, &["add", "twilio", "--key-file", "new.key", "--yes", "--json"], "").await;
    let new = fingerprint(&added);
    assert_eq!(added.json(), json!({ "provider": "twilio", "fingerprint": new, "provider_keys": 2 }));
    assert_eq!(aws.secret(TWIML), json!({ "twilio": [KEY, OTHER] }));
    for line in [KEY, OTHER] {
        let said = keyed(&stack, &["add", "twilio", "--stdin", "--yes"], line).await;
        said.fails(1, &["the key was not added", "a Twilio key is given twice"]);
    }
    let listed = keyed(&stack, &["show", "--json"], "").await.json();
    let old = listed["keys"][0]["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!((&listed["keys"][1]["fingerprint"], &listed["restarted"]), (&new.clone().into(), &false.into()));
    keyed(&stack, &["show"], "").await.says(&format!("Twilio: 2 keys ({old}, {new})"));

    keyed(&stack, &["remove", "twilio", "00000000", "--yes"], "")
        .await
        .fails(1, &["Twilio has 0 keys with the fingerprint"]);
    keyed(&stack, &["remove", "signalwire", &old, "--yes"], "").await.fails(1, &["SignalWire has 0 keys"]);
    keyed(&stack, &["remove", "twilio", &old, "--yes"], "")
        .await
        .fails(1, &["the key cannot be removed yet", "SecretsGeneration", "--restarted"]);
    aws.deploy();
    keyed(&stack, &["remove", "twilio", &old], "")
        .await
        .fails(2, &["Does Twilio sign with another key by now?", "--yes"]);
    let removed = keyed(&stack, &["remove", "twilio", &old, "--yes"], "").await;
    removed.says("is removed from the secret").says("Until then, running functions still accept it");
    assert_eq!(aws.secret(TWIML), json!({ "twilio": [OTHER] }));

    keyed(&stack, &["remove", "twilio", &new, "--yes"], "")
        .await
        .fails(2, &["this is the last key of Twilio", "every call of Twilio is refused", "--even-if-last"]);
    keyed(&stack, &["remove", "twilio", &new, "--even-if-last", "--yes"], "").await.says("is removed");
    assert_eq!(aws.secret(TWIML), json!({}));

    let changes = run(aws.command(&stack.0, &["audit", "list"]), "").await;
    changes.says("secret twiml-keys add").says("secret twiml-keys remove").says("the TwiML keys of Twilio");
    assert!(!changes.out.contains(KEY) && !changes.out.contains(OTHER), "{changes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_keys_are_refused_without_being_quoted() {
    let stack = stack("{}").await;
    for (provider, line, complaint) in [
        ("twilio", "sesame", "a Twilio key is too short"),
        ("signalwire", "sesame sesame sesame", "a SignalWire key contains a space"),
        ("telnyx", "sesame-sesame-sesame", "a Telnyx key must be the base64 text of 32 bytes"),
        ("twilio", "", "a Twilio key is too short"),
    ] {
        let said = keyed(&stack, &["add", provider, "--stdin", "--yes"], line).await;
        said.fails(1, &["the key was not added", complaint]);
        assert!(!said.err.contains("sesame"), "{said:?}");
    }
    keyed(&stack, &["add", "telnyx", "--stdin", "--yes"], PUBLIC).await.says("of Telnyx is added");
    keyed(&stack, &["add", "twilio", "--yes"], KEY).await.fails(2, &["--stdin", "--key-file"]);
    assert_eq!(keyed(&stack, &["add", "twilio", KEY, "--yes"], "").await.code, Some(2), "never from the command line");
    keyed(&stack, &["add", "twilio", "--key-file", "nothing", "--yes"], "")
        .await
        .fails(1, &["nothing could not be read"]);
    stack.1.meddle();
    keyed(&stack, &["add", "twilio", "--stdin", "--yes"], KEY).await.fails(1, &["someone else has changed the secret"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_without_a_voice_webhook_has_no_keys_and_a_file_has_some() {
    let deployment = Deployment::new().await;
    let aws = Aws::start("{}", &deployment.keys);
    let said = run(aws.command(&deployment, &["secret", "twiml-keys", "show"]), "").await;
    said.fails(1, &["the stack prod has no voice webhook", "VoiceWebhook=true"]);
    std::fs::write(deployment.folder.path().join("keys.json"), format!(r#"{{"signalwire":["{KEY}"]}}"#)).unwrap();
    let said = deployment.ringbolt(&["secret", "twiml-keys", "show", "--twiml-keys", "keys.json"]).await;
    said.says("SignalWire: 1 key (").says("without --stack, it is unknown whether the functions have restarted");
    let mut local = bare(&["secret", "twiml-keys", "show", "--local"]);
    local.current_dir(deployment.folder.path());
    assert_eq!(run(local, "").await.code, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_voice_url_is_printed_without_the_token() {
    let stack = stack("{}").await;
    stack.0.publish(FLOW).await;
    stack.0.publish(ringbolt_dev::DEMO_FLOW).await;
    let said = run(stack.1.command(&stack.0, &["secret", "show-token", "--yes"]), "").await;
    said.says("bank: TwiML, voice webhook").says("  https://calls.example.com/twiml/bank/voice\n");
    assert!(
        said.out.contains("/dialogtech/demo/next-action?auth=") && !said.out.contains("/transcription\n"),
        "{said:?}"
    );
}

fn findings(said: &Said) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |check: &Value| [&check["check"], &check["verdict"], &check["says"]].map(text).join(": ");
    said.json()["checks"].as_array().unwrap().iter().map(line).collect()
}

#[track_caller]
fn finds(said: &Said, expected: &str) {
    let found = findings(said);
    assert!(found.iter().any(|line| line.contains(expected)), "{expected:?} is not in {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_plays_a_signed_call_and_leaves_nothing_behind() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(r#"{"current":"a-token-0123456789"}"#, &deployment.keys);
    // A choice of language comes before the login.
    let flow = FLOW.replace("starts: login", "starts: language").replace(
        "ivrs:\n",
        "ivrs:\n  language:\n    asks: [{ prompt: \"Press 1.\", as: language, one_of: [\"1\", \"2\"] }]\n    \
         rules: [{ when: answers.language == \"1\", do: { ivr: login } }, { do: hangup }]\n",
    );
    deployment.publish(&flow).await;
    let voice = Voice::start(&deployment, &aws, &flow, &format!(r#"{{"twilio":["{KEY}"]}}"#));
    let doctor = async || run(aws.command(&deployment, &["doctor", "--json"]), "").await;
    let said = doctor().await;
    finds(&said, "functions: ok: Deployed and configured as in the stack");
    finds(&said, "voice: ok: ");
    finds(&said, "has a voice webhook, which refuses unsigned requests");
    finds(&said, "voice: ok: The voice webhook accepts the key ");
    finds(&said, "caller: ok: Through the voice webhook and the flow `bank`, a wrong PIN was refused and counted");
    assert!(!said.out.contains(KEY), "{said:?}");
    for table in ["callers", "calls"] {
        let scanned = deployment.client.scan().table_name(table).send().await.unwrap();
        let left: Vec<_> =
            scanned.items().iter().filter(|item| item.contains_key("told") || table == "callers").collect();
        assert!(left.is_empty(), "{table}: {left:?}");
    }

    // Another key in the secret than that of the running function.
    aws.speak_twiml(&voice.base, &format!(r#"{{"twilio":["{KEY}","{OTHER}"],"telnyx":["{PUBLIC}"]}}"#));
    let said = doctor().await;
    finds(&said, "voice: warn: 2 keys of Twilio are valid: once Twilio no longer signs with the old one");
    finds(&said, "voice: fail: The voice webhook refuses the key ");
    finds(&said, "(The request is refused: the Twilio signature is wrong). Functions read keys when they start");
    finds(&said, "voice: ok: Of Telnyx there is a public key");
    finds(&said, "caller: ok: Through the voice webhook");

    aws.speak_twiml(&voice.base, "{}");
    let said = doctor().await;
    finds(&said, "voice: warn: The secret with the TwiML keys has none, so the voice webhook cannot start");
    assert!(!findings(&said).iter().any(|line| line.contains("Through the voice webhook")));
    aws.speak_twiml(&voice.base, r#"{"twilio":["sesame"]}"#);
    let said = doctor().await;
    finds(&said, "voice: fail: The secret with the TwiML keys is malformed, so the voice webhook cannot start");
    assert!(!said.out.contains("sesame"));
    // The stand-in for the API answers without looking at signatures.
    aws.speak_twiml(&aws.endpoint, &format!(r#"{{"telnyx":["{PUBLIC}"]}}"#));
    finds(&doctor().await, "answers 401 to an unsigned request instead of 403");
}
