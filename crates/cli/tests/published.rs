//! `ringbolt flow` and `ringbolt pin`, the binary itself, on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use ringbolt_core::{
    identity::{CallerId, FlowName, IdentifierForm, Realm, UserId},
    pin::{CallerPin, PinHash, PinHasher, PinKeys},
};
use ringbolt_dev::database::{Embedded, start};
use ringbolt_dynamodb::{
    Store, client,
    flows::FlowTable,
    tables::{self, TableNames},
};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

struct Deployment {
    embedded: Embedded,
    client: aws_sdk_dynamodb::Client,
    keys: String,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Deployment {
    async fn new() -> Self {
        let embedded = start(None).await.unwrap();
        let client = client::webhook_client(&client::local_config(&embedded.endpoint).await, PATIENCE);
        tables::create_missing(&client, &names()).await.unwrap();
        tables::create_missing_flows(&client, "flows").await.unwrap();
        tables::create_missing_audit(&client, "audit").await.unwrap();
        let keys = serde_json::json!({ "current": "k".repeat(PinKeys::MIN_CHARS) }).to_string();
        Self { embedded, client, keys }
    }

    /// Runs the binary; it must not keep the embedded database from answering.
    async fn ringbolt(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
        command
            .args(arguments)
            .current_dir(root())
            .env("RINGBOLT_CALLERS_TABLE", "callers")
            .env("RINGBOLT_FLOWS_TABLE", "flows")
            .env("RINGBOLT_AUDIT_TABLE", "audit")
            .env("RINGBOLT_PIN_KEYS", &self.keys)
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.embedded.endpoint)
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "eu-west-1")])
            .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", "/dev/null")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let input = input.to_owned();
        let run = move || {
            let mut child = command.spawn().unwrap();
            // One that has refused its arguments reads nothing any more.
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap_or_default();
            child.wait_with_output().unwrap()
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }
}

fn names() -> TableNames {
    TableNames { callers: "callers".to_owned(), calls: "calls".to_owned() }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushed_flow_is_live_and_one_with_a_mistake_is_not_pushed() {
    let deployment = Deployment::new().await;
    let (code, out, err) = said(&deployment.ringbolt(&["flow", "push", "flows/demo.yaml"], "").await);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (Some(0), "flows/demo.yaml: the flow `demo` is live as version 1\n", "")
    );
    let table = FlowTable::new(deployment.client.clone(), "flows".to_owned());
    let demo = FlowName::parse("demo").unwrap();
    let text = std::fs::read_to_string(root().join("flows/demo.yaml")).unwrap();
    assert_eq!(table.text(&demo, table.live().await.unwrap()[&demo]).await.unwrap(), text);

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.yaml"), "flow: demo\nrelm: demo\n").unwrap();
    let bad = folder.path().to_str().unwrap();
    for command in ["check", "push"] {
        let (code, out, err) = said(&deployment.ringbolt(&["flow", command, bad], "").await);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{command}");
        assert!(err.contains("bad.yaml: line 2, column 1: unknown key `relm`"), "{err}");
    }
    assert_eq!(table.live().await.unwrap()[&demo], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_that_was_set_is_the_callers_only_one_and_is_printed_nowhere() {
    let deployment = Deployment::new().await;
    let set = ["pin", "set", "--realm", "demo", "Ada-1 ", "--stdin"];
    let (code, out, err) = said(&deployment.ringbolt(&set, "837461\n").await);
    assert_eq!((code, out.as_str()), (Some(0), "The PIN is set, and the counter is at zero.\n"));
    assert_eq!(err, format!("Working on the DynamoDB at {}.\n", deployment.embedded.endpoint));
    let hasher = PinHasher::new(PinKeys::from_json(&deployment.keys).unwrap(), PinHash::default());
    let user = UserId::parse("ada-1", IdentifierForm::Text).unwrap();
    let caller = CallerId { realm: Realm::parse("demo").unwrap(), user };
    let item = Store::new(deployment.client.clone(), names()).caller(&caller).await.unwrap().unwrap();
    let tags = hasher.enrol(&caller, &CallerPin::parse("837461").unwrap()).unwrap();
    assert!(item.pins.iter().eq([tags[0].as_str()]));

    for (input, sentence) in [
        ("123456\n", "this PIN is easy to guess. "),
        ("83 74\n", ""),
        ("8374x1\n", "a PIN has digits only"),
        ("", "a PIN has 4 to 12 digits"),
    ] {
        let (code, out, err) = said(&deployment.ringbolt(&set, input).await);
        if sentence.is_empty() {
            assert_eq!(code, Some(0), "spaces are passed over: {err}");
            continue;
        }
        assert_eq!((code, out.as_str()), (Some(1), ""), "{input}");
        let complaint = err.lines().filter(|line| !line.starts_with("Working on ")).count();
        assert!(err.contains(sentence) && complaint == 1, "{err}");
        assert!(input.is_empty() || !err.contains(input.trim()), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_table_is_named_in_one_sentence() {
    let deployment = Deployment::new().await;
    let push = ["flow", "push", "flows/demo.yaml", "--flows-table", "elsewhere"];
    let (code, _, err) = said(&deployment.ringbolt(&push, "").await);
    assert_eq!(code, Some(1));
    assert_eq!(
        err,
        "ringbolt: flows/demo.yaml was not published to elsewhere: there is no such DynamoDB table in this region and \
         account\n"
    );
}
