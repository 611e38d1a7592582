//! `ringbolt trigger`: one webhook to a running `ringbolt dev` or to a stack.

use crate::calls::{
    aws::Aws,
    deployment::{Deployment, bare, run},
    dev::Folder,
};

const TOKEN: &str = "a-token-0123456789";
const KEYS: &str = r#"{"current":"x"}"#;

/// The path of a file in `events/`.
fn event(file: &str) -> String {
    ringbolt_tests::app::root().join("events").join(file).display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_sent_and_its_reply_explained() {
    let folder = Folder::new();
    let cases = folder.ringbolt(&["trigger", "--json"]).await.json();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 13);
    for (case, status, outcome, means) in [
        ("auth-right-pin", 200, "verified", "The PIN is right: the call goes to the IVR `welcome`."),
        ("auth-wrong-pin", 200, "wrong", "The PIN is wrong: the call goes to the IVR `sorry`."),
        ("auth-unknown-user", 200, "unknown", "Nobody enrolled this user: the call is disconnected."),
        ("auth-no-input", 200, "unanswered", "Nothing was keyed: the call goes to the IVR `sorry`."),
        (
            "login-get",
            200,
            "verified",
            "The PIN is right: the call goes to the IVR `survey` (23456), with `firstname`.",
        ),
        (
            "login-post",
            200,
            "verified",
            "The PIN is right: the call goes to the IVR `survey` (23456), with `firstname`.",
        ),
        ("login-wrong-pin", 200, "wrong", "The PIN is wrong: the call goes to the IVR `login` (12345)."),
        ("login-unanswered", 200, "unanswered", "Nothing was keyed: the call goes to the IVR `login` (12345)."),
        ("hang-up", 200, "hung_up", "The caller hung up: the call goes to the IVR `login` (12345)."),
        ("survey", 200, "answered", "A rule of the flow answers: the call rings 2225550123, 5555550145."),
        ("read-out", 200, "fallback", "The flow's fallback answers (the log says why): the caller hears this text."),
        ("transcription", 204, "stored", "The transcription is stored."),
    ] {
        let said = folder.ringbolt(&["trigger", case, "--json"]).await;
        let reply = said.json();
        assert_eq!(
            (&reply["status"], &reply["outcome"], &reply["means"]),
            (&status.into(), &outcome.into(), &means.into()),
            "{case}"
        );
        assert!(!said.out.contains("4711") && !said.out.contains("dev-token"), "{said:?}");
    }
    let refused = folder.ringbolt(&["trigger", "no-token"]).await;
    refused.says("401  text/plain").says("as it should be: it does not carry the webhook token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_request_is_shown_without_token_and_pin_and_the_reply_is_indented() {
    let folder = Folder::new();
    let said = folder.ringbolt(&["trigger", "login-get", "--call", "c-7"]).await;
    for part in [
        "GET http://127.0.0.1:",
        "/dialogtech/demo/next-action\n",
        "authorization      (hidden)\n",
        "account            90786\n",
        "pin                ••••\n",
        "\n200  text/xml; charset=utf-8  ",
        "  <action>\n    <app>ivr</app>\n    <parameters>\n      <id>23456</id>\n",
        "\nThe PIN is right: the call goes to",
    ] {
        said.says(part);
    }
    let wix = folder.ringbolt(&["trigger", "auth-right-pin"]).await;
    wix.says("\"input\": \"••••\"").says("\n  5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n");
    for shown in [&said, &wix] {
        assert!(!shown.out.contains("4711") && !shown.out.contains("1234\"") && !shown.out.contains("dev-token"));
        assert_eq!(shown.err, "", "locally nothing is announced");
    }
    // The webhook was a real one.
    folder.ringbolt(&["call", "show", "--local", "c-7"]).await.says("next-action answered: verified");
    let own = ["trigger", "login-get", "--user", "90786", "--pin-stdin", "--json"];
    let said = folder.fed(&own, "629184\n").await;
    assert!(said.json()["outcome"] == "wrong" && !said.out.contains("629184"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_file_is_sent_as_it_is() {
    let folder = Folder::new();
    let send = async |file: &str| folder.ringbolt(&["trigger", "--event", &event(file)]).await;
    send("next-action/app-transfer.json").await.says("the call is transferred to 8005550122.");
    send("next-action/login-right-post.json").await.says("POST http://").says("The PIN is right");
    send("next-action/login-wrong-get.json").await.says("••••").says("The PIN is wrong");
    send("auth-webhook/not-json.json").await.says("bytes that is not a JSON object)").says("The call is disconnected.");
    send("auth-webhook/raw-characters-in-query.json").await.says("200  text/plain");
    send("transcription-postback/question-1.json").await.says("The transcription is stored.");
    send("next-action/bad-token.json").await.says("as it should be");
    send("transcription-queue/drain-two.json")
        .await
        .fails(1, &["drain-two.json cannot be sent", "not an event of an API"]);
    send("auth-webhook/bad-base64.json").await.fails(1, &["the body of the event is not base64"]);
    send("none.json").await.fails(1, &["none.json cannot be read"]);
    folder
        .ringbolt(&["trigger", "login-get", "--flow", "nope"])
        .await
        .fails(2, &["no flow `nope` is live there, only `demo`"]);
    let elsewhere =
        folder.ringbolt(&["trigger", "--event", &event("next-action/spec-get.json"), "--flow", "bank"]).await;
    assert!(
        elsewhere.code == Some(1) && elsewhere.out.contains("No flow `bank` is live there, only `demo`"),
        "{elsewhere:?}"
    );
    folder
        .ringbolt(&["trigger", "--event", &event("next-action/spec-get.json"), "--user", "1"])
        .await
        .fails(2, &["only --flow can change it"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_running_dev_one_sentence_says_how_to_start_it() {
    let mut folder = Folder::new();
    folder.stop();
    folder
        .ringbolt(&["trigger", "login-get"])
        .await
        .fails(1, &["nothing runs locally", "start it with `ringbolt dev`"]);
    let empty = tempfile::tempdir().unwrap();
    let mut command = bare(&["trigger", "login-get", "--local"]);
    command.current_dir(empty.path());
    run(command, "").await.fails(1, &["nothing runs locally", "start it with `ringbolt dev`"]);
    folder.ringbolt(&["trigger", "login-get", "--flow", "B A"]).await.fails(2, &["--flow", "a name has 1 to 63"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_is_called_with_its_own_token() {
    let deployment = Deployment::new().await;
    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    let aws = Aws::start(&format!(r#"{{"current":"{TOKEN}"}}"#), KEYS);
    let refused = run(aws.command(&deployment, &["trigger", "login-get"]), "").await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.out.contains("The webhook refused the token") && refused.err.contains("Working on the stack prod"));
    // The stand-in for the API takes the token, and answers 404 to everything.
    aws.take_tokens(&[TOKEN]);
    let said = run(aws.command(&deployment, &["trigger", "login-get", "--json"]), "").await;
    let reply = said.json();
    assert_eq!((said.code, &reply["status"]), (Some(1), &404.into()));
    assert_eq!(reply["request"]["parameters"]["ivr_id"][0], "12345");
    assert!(!said.out.contains(TOKEN) && reply["means"].as_str().unwrap().contains("no live flow `demo`"), "{said:?}");
}
