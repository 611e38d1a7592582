//! `ringbolt pin`, the binary itself, on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use ringbolt_core::{
    identity::{CallerId, IdentifierForm, Realm, UserId},
    pin::{CallerPin, PinHash, PinHasher, PinKeys},
};
use ringbolt_dev::database::{Embedded, start};
use ringbolt_dynamodb::{
    Store, client,
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
