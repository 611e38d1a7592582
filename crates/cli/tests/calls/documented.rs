//! Every command once with `--json`. What it prints is held to the schema by `json::is_as_documented`.

use crate::calls::{
    Said,
    aws::Aws,
    deployment::{Deployment, bare, run},
    json,
};
use ringbolt_dynamodb::{
    calls::Transcript,
    visits::{Answered, Visit},
};
use ringbolt_lambda::app::system_clock;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Stdio,
    time::Duration,
};

const TOKEN: &str = "a-token-0123456789";
const DAY: Duration = Duration::from_secs(86_400);

/// A stack, and the commands that were run on it.
struct Stack {
    deployment: Deployment,
    aws: Aws,
    done: BTreeSet<String>,
}

impl Stack {
    async fn new() -> Self {
        let deployment = Deployment::new().await;
        let aws = Aws::start(&format!(r#"{{"current":"{TOKEN}"}}"#), &deployment.keys);
        aws.take_tokens(&[TOKEN]);
        Self { deployment, aws, done: BTreeSet::new() }
    }

    /// Runs a command on the stack. Its words come first.
    async fn on_stack(&mut self, words: &str, arguments: &[&str], input: &str, code: i32) -> Said {
        let words_of = [words.split(' ').collect::<Vec<_>>().as_slice(), arguments, &["--json"]].concat();
        let said = run(self.aws.command(&self.deployment, &words_of), input).await;
        assert_eq!(said.code, Some(code), "{words} {arguments:?}: {said:?}");
        assert!(code != 0 || !said.out.is_empty(), "{words} {arguments:?} prints nothing: {said:?}");
        self.done.insert(words.replace(' ', "-"));
        said
    }

    /// Runs a command that needs no deployment.
    async fn alone(&mut self, words: &str, arguments: &[&str]) -> Said {
        let words_of = [words.split(' ').collect::<Vec<_>>().as_slice(), arguments, &["--json"]].concat();
        let mut command = bare(&words_of);
        command.current_dir(self.deployment.folder.path());
        let said = run(command, "").await;
        assert_eq!(said.code, Some(0), "{words} {arguments:?}: {said:?}");
        self.done.insert(words.replace(' ', "-"));
        said
    }

    async fn authors(&mut self) {
        let init = ["--yes", "--name", "bank", "--kind", "account"];
        self.alone("init", &init).await;
        self.alone("flow check", &["bank.yaml"]).await;
        self.alone("flow graph", &["bank.yaml"]).await;
        self.alone("flow schema", &[]).await;
        self.alone("flow test", &["bank.yaml"]).await;
        self.alone("event make", &["login-get"]).await;
        self.alone("event make", &["--list"]).await;
        self.on_stack("flow push", &["bank.yaml", "--note", "the first"], "", 0).await;
        self.on_stack("flow list", &[], "", 0).await;
        self.on_stack("flow history", &["bank"], "", 0).await;
        self.on_stack("flow show", &["bank"], "", 0).await;
        self.on_stack("flow diff", &["bank", "bank.yaml"], "", 0).await;
        self.on_stack("flow rollback", &["bank", "--to", "1", "--yes"], "", 0).await;
        let tomorrow = jiff::Zoned::now().tomorrow().unwrap().strftime("%Y-%m-%dT12:00").to_string();
        self.on_stack("hours close", &["support", "--until", &tomorrow], "", 0).await;
        self.on_stack("hours list", &[], "", 0).await;
        self.on_stack("hours open", &["support"], "", 0).await;
    }

    /// Of a call with a recorded answer. `call tail` never ends: its own tests hold it to the schema.
    async fn calls(&mut self) {
        let (store, now) = (self.deployment.store(), system_clock()());
        let visit = Visit {
            response_id: "r-1".to_owned(),
            ivr_id: "12345".to_owned(),
            session_id: Some("s-1".to_owned()),
            flow: "bank".to_owned(),
            digest: "d".to_owned(),
            at: now,
            told: serde_json::json!({ "call": { "ivr_caller_id": "8005550142", "ivr_session_id": "s-1" } }),
            ..Visit::default()
        };
        store.record_visit(&visit, &Answered::default(), DAY).await.unwrap();
        let fields = [("text".to_owned(), "Please call back.".to_owned())].into();
        let transcript = Transcript { response_id: "r-1", ivr_id: "12345", question: "1", flow: "bank", fields };
        store.keep_transcript(&transcript, now, DAY).await.unwrap();
        for command in ["call explain", "call show", "call transcripts"] {
            self.on_stack(command, &["r-1"], "", 0).await;
        }
        self.on_stack("call list", &["--ivr", "12345"], "", 0).await;
        self.on_stack("call replay", &["bank.yaml"], "", 0).await;
    }

    async fn operators(&mut self) {
        let ada = ["--realm", "bank", "90786"];
        let typed = [&ada[..], &["--stdin"]].concat();
        self.on_stack("pin set", &typed, "815294\n", 0).await;
        self.on_stack("pin add", &typed, "926385\n", 0).await;
        self.on_stack("pin remove", &typed, "926385\n", 0).await;
        self.on_stack("pin generate", &ada, "", 0).await;
        fs::write(self.deployment.folder.path().join("callers.csv"), "user,pin\n90788,837462\n90789,1234\n").unwrap();
        let import = ["callers.csv", "--realm", "bank"];
        let dry = self.on_stack("pin import", &[&import[..], &["--dry-run"]].concat(), "", 1).await.json();
        assert_eq!((&dry["imported_rows"], &dry["importable_rows"]), (&Value::Null, &1.into()));
        let done = self.on_stack("pin import", &import, "", 1).await.json();
        assert_eq!((&done["imported_rows"], &done["importable_rows"]), (&1.into(), &Value::Null));
        self.on_stack("pin export-users", &["--realm", "bank"], "", 0).await;
        for command in ["caller suspend", "caller unlock", "caller resume", "caller show", "caller export"] {
            self.on_stack(command, &ada, "", 0).await;
        }
        self.on_stack("caller erase", &[&ada[..], &["--yes"]].concat(), "", 0).await;
        self.on_stack("audit list", &[], "", 0).await;
        self.on_stack("audit verify", &[], "", 0).await;
        self.on_stack("audit repair", &["--yes"], "", 0).await;
        // The stand-in for the API answers 404 to every flow, and has no clock.
        self.on_stack("doctor", &[], "", 1).await;
        self.on_stack("doctor", &["--attacks"], "", 0).await;
        self.on_stack("trigger", &["login-get"], "", 1).await;
        self.on_stack("secret show-token", &["--yes"], "", 0).await;
        self.on_stack("secret rotate-token begin", &["--yes"], "", 0).await;
        self.aws.deploy();
        let new = self.aws.secret(crate::calls::aws::TOKENS)["current"].as_str().unwrap().to_owned();
        self.aws.take_tokens(&[&new]);
        self.on_stack("secret rotate-token finish", &["--yes", "--even-if-used"], "", 0).await;
        self.aws.speak_twiml("https://calls.example.com", "{}");
        let key = ["twilio", "--stdin", "--yes"];
        let added = self.on_stack("secret twiml-keys add", &key, "0123456789abcdef0123456789abcdef\n", 0).await.json();
        self.on_stack("secret twiml-keys show", &[], "", 0).await;
        let remove = ["twilio", added["fingerprint"].as_str().unwrap(), "--even-if-last", "--yes"];
        self.on_stack("secret twiml-keys remove", &remove, "", 0).await;
        self.on_stack("secret rotate-pin-key status", &[], "", 0).await;
        self.on_stack("secret rotate-pin-key begin", &["--yes"], "", 0).await;
        self.aws.deploy();
        self.on_stack("secret rotate-pin-key run", &["--yes"], "", 0).await;
        self.on_stack("secret rotate-pin-key status", &[], "", 0).await;
        self.on_stack("secret rotate-pin-key finish", &["--yes"], "", 0).await;
        self.aws.deploy();
        self.on_stack("secret rotate-pin-key finish", &["--yes"], "", 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_prints_what_its_definition_says() {
    let mut stack = Stack::new().await;
    stack.authors().await;
    stack.calls().await;
    stack.operators().await;
    dev();
    stack.done.extend(["dev".to_owned(), "call-tail".to_owned()]);
    assert_eq!(stack.done, json::definitions());
}

/// `ringbolt dev --json` says where it runs, and then a line for each webhook.
fn dev() {
    let mut command = bare(&["dev", "--port", "0", "--memory", "--json"]);
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let started: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(started["token"], "dev-token-not-secret");
    let port = started["address"].as_str().unwrap().strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
    let path = "/dialogtech/demo/next-action?auth=dev-token-not-secret&ivr_id=12345&ivr_session_id=s-1&\
                ivr_response_id=r-1&account=90786&pin=9630";
    let answers: Vec<String> = [path, "/nowhere/90786"]
        .into_iter()
        .map(|path| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream
                .write_all(
                    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n").as_bytes(),
                )
                .unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
            lines.next().unwrap()
        })
        .collect();
    let kill = format!("kill -TERM {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let said = [&[first][..], &answers].concat().join("\n");
    json::is_as_documented(&["dev".to_owned(), "--json".to_owned()], output.status.code(), &said, &err);
    let answer = |line: &String| serde_json::from_str::<Value>(line).unwrap();
    assert_eq!((&answer(&answers[0])["outcome"], &answer(&answers[0])["status"]), (&"wrong".into(), &200.into()));
    assert_eq!((&answer(&answers[1])["route"], &answer(&answers[1])["status"]), (&Value::Null, &404.into()));
    assert!(!said.contains("9630") && !said.contains("90786"), "{said}");
}

/// A full disk is reported, and not taken for success.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_one_sentence() {
    let stack = Stack::new().await;
    stack.deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    stack.deployment.keyed(&["pin", "set", "--realm", "demo", "90786", "--stdin"], "815294").await.says("set");
    for (words, json) in [
        ("flow list", true),
        ("flow history demo", true),
        ("flow show demo", true),
        ("flow show demo", false),
        ("flow schema", false),
        ("caller show --realm demo 90786", true),
        ("caller show --realm demo 90786", false),
        ("caller export --realm demo 90786", false),
        ("pin export-users --realm demo", true),
        ("pin export-users --realm demo", false),
        ("audit list", true),
        ("audit list", false),
        ("audit verify", true),
        ("hours list", true),
        ("secret show-token --yes", true),
        ("event make login-get", false),
        ("completions bash", false),
        ("man", false),
    ] {
        let arguments: Vec<&str> = words.split(' ').chain(json.then_some("--json")).collect();
        let mut command = match words.split(' ').next() {
            Some("event" | "completions" | "man") => bare(&arguments),
            _ if words == "flow schema" => bare(&arguments),
            _ => stack.aws.command(&stack.deployment, &arguments),
        };
        command.stdout(fs::File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}: {err}");
        assert_eq!(err.matches("No space left on device").count(), 1, "{words}: {err}");
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        json::is_as_documented(&arguments, output.status.code(), "", &err);
    }
}
