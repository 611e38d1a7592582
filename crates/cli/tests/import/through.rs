//! An import through the enrolment function of a stack, without access to the PIN key.

use crate::import::{
    Deployment,
    large::{assert_exact, file, in_the_tenth},
    process::{Running, audit_table, hasher, tags},
};
use ringbolt_core::pin::PinKeys;
use ringbolt_dynamodb::Store;
use ringbolt_lambda::enrolment::{Enroller, MAX_ENTRIES};
use ringbolt_tests::{
    Fault, Wire,
    database::patient_client,
    enrolment::{Account, Invoked},
};
use serde_json::json;

const IMPORT: [&str; 8] = ["pin", "import", "callers.csv", "--realm", "demo", "--allow-weak", "--stack", "prod"];

struct Bank {
    deployment: Deployment,
    account: Account,
}

impl Bank {
    async fn new() -> Self {
        let deployment = Deployment::new().await;
        let endpoint = deployment.endpoint.clone();
        Self::through(deployment, &endpoint).await
    }

    /// A function that reaches its database at this endpoint.
    async fn through(deployment: Deployment, endpoint: &str) -> Self {
        let store = Store::new(patient_client(endpoint).await, deployment.database.tables.clone());
        let enroller = Enroller::new(store, hasher());
        let (callers, audit) = (deployment.database.tables.callers.clone(), audit_table(&deployment.database));
        let outputs = [("CallersTableName", callers.as_str()), ("AuditTableName", &audit)];
        let account = Account::start(enroller, &outputs).await;
        Self { deployment, account }
    }

    fn start(&self, more: &[&str]) -> Running {
        let endpoint = self.account.endpoint.as_str();
        let variables = [
            ("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint),
            ("AWS_ENDPOINT_URL_LAMBDA", endpoint),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint),
        ];
        self.deployment.start_with(&[&IMPORT[..], more].concat(), &variables)
    }

    async fn run(&self, more: &[&str]) -> (i32, String, String) {
        self.start(more).end().await
    }

    /// Asserts that the function enrolled everyone, and that nobody asked for the key.
    fn assert_without_key(&self) {
        assert_eq!(self.account.secrets_asked(), 0);
        assert!(self.account.requests().iter().all(|entries| *entries <= MAX_ENTRIES));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_rows_survive_an_interruption_and_a_crash() {
    let bank = Bank::new().await;
    let file = file(3_000);
    bank.deployment.write("callers.csv", &file.text);
    for (percent, signal, code) in [(20, "INT", 130), (60, "KILL", -1)] {
        let mut running = bank.start(&[]);
        running.wait_for("stderr", in_the_tenth(percent)).await;
        running.signal(signal);
        let (ended, out, err) = running.end().await;
        assert_eq!((ended, out.as_str()), (code, ""), "{err}");
        assert!(err.contains("through the enrolment function prod-enrol-1, up to 25 with each of at most 8"), "{err}");
    }
    let before = bank.deployment.callers().await.len();
    assert!(before > 1_000 && before < 2_850, "{before} callers");
    let (code, out, err) = bank.run(&[]).await;
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("Resuming after "), "{err}");
    assert!(out.starts_with("Imported 3,000 rows of 2,850 callers into "), "{out}");
    let callers = bank.deployment.callers().await;
    assert_exact(&callers, &file.users, 1);
    assert_eq!(callers["user-0"].attributes["first_name"], "row 2850", "the last row of a user decides");
    bank.assert_without_key();
    let requests = bank.account.requests();
    let full = requests.iter().filter(|entries| **entries == MAX_ENTRIES).count();
    assert!(full >= 100 && requests.len() < 200, "{requests:?}");

    let app = bank.deployment.app().await;
    for (user, pins) in file.users.iter().step_by(100) {
        for pin in pins {
            assert_eq!(app.auth(&format!("c-{pin}"), user, pin).await.report.outcome.word(), "verified", "{user}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_slows_down_while_lambda_throttles_and_finishes() {
    let bank = Bank::new().await;
    let file = file(1_000);
    bank.deployment.write("callers.csv", &file.text);
    bank.account.set(Invoked::Refuses { status: 429, code: "TooManyRequestsException", one_of: 3 });
    // The first request is the check, which the SDK repeats.
    let (code, out, err) = bank.run(&[]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Imported 1,000 rows of 950 callers into "), "{out}");
    assert!(err.contains("slowed down by throttling to "), "{err}");
    assert_exact(&bank.deployment.callers().await, &file.users, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_dynamodb_throttles_are_sent_again_and_all_others_are_not() {
    let deployment = Deployment::new().await;
    let wire = Wire::to(&deployment.endpoint).await;
    let bank = Bank::through(deployment, &wire.endpoint.clone()).await;
    let file = file(500);
    bank.deployment.write("callers.csv", &file.text);
    wire.set(Fault::ThrottleOneOf(7));
    let (code, out, err) = bank.run(&[]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Imported 500 rows of 475 callers into "), "{out}");
    assert!(err.contains("slowed down by throttling to "), "{err}");
    assert_exact(&bank.deployment.callers().await, &file.users, 1);
    let sent: usize = bank.account.requests().iter().sum();
    assert!((550..750).contains(&sent), "a seventh of the writes was throttled: {sent}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_stops_if_the_function_keeps_failing_and_resumes_without_doing_anything_twice() {
    let bank = Bank::new().await;
    let file = file(2_000);
    bank.deployment.write("callers.csv", &file.text);
    for (invoked, reason) in [
        // Its work is done each time, but the answer is lost.
        (Invoked::Ends { kind: "Sandbox.Timedout", message: "" }, "did not finish in time"),
        (Invoked::Ends { kind: "Runtime.ExitError", message: "" }, "ended without an answer (Runtime.ExitError)"),
        (Invoked::Refuses { status: 403, code: "AccessDeniedException", one_of: 1 }, "may not lambda:InvokeFunction"),
        (Invoked::Answers(json!({ "refused": { "reason": "unknown_operation" } })), "older than the command"),
    ] {
        bank.account.set(Invoked::Runs);
        let mut running = bank.start(&["--patience", "1"]);
        running.wait_for("stderr", |said| said.contains(" %)")).await;
        bank.account.set(invoked);
        let (code, out, err) = running.end().await;
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        let last = err.lines().last().unwrap();
        assert!(last.contains("the import stopped after ") && last.contains(reason), "{err}");
        assert!(last.contains("run the same command again to resume"), "{err}");
    }
    bank.account.set(Invoked::Runs);
    let (code, out, err) = bank.run(&[]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Imported 2,000 rows of 1,900 callers into "), "{out}");
    assert_exact(&bank.deployment.callers().await, &file.users, 1);
    bank.assert_without_key();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_invokes_the_function_but_enrols_nobody_and_a_missing_function_stops_the_import() {
    let bank = Bank::new().await;
    bank.deployment.write("callers.csv", "user,pin\nada,837461\n");
    let (code, out, err) = bank.run(&["--dry-run"]).await;
    assert!(code == 0 && out.contains("1 row could be imported"), "{out}{err}");
    assert!(err.contains("1 PIN through the enrolment function"), "{err}");
    assert_eq!(bank.account.requests(), [0], "only the check");
    bank.account.set(Invoked::Refuses { status: 404, code: "ResourceNotFoundException", one_of: 1 });
    for more in [&["--dry-run"][..], &[]] {
        let (code, out, err) = bank.run(more).await;
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("nothing was imported: there is no enrolment function prod-enrol-1"), "{err}");
    }
    assert!(!bank.deployment.path("callers.csv.journal").exists());
    assert!(bank.deployment.callers().await.is_empty());
    bank.assert_without_key();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_began_with_the_key_is_resumed_through_the_function() {
    let bank = Bank::new().await;
    let file = file(2_000);
    bank.deployment.write("callers.csv", &file.text);
    let keys = json!({ "current": "a".repeat(PinKeys::MIN_CHARS) }).to_string();
    bank.deployment.write("pin-keys.json", &keys);
    let mut running = bank.start(&["--pin-keys", "pin-keys.json", "--pin-hash", "keyed"]);
    running.wait_for("stderr", in_the_tenth(20)).await;
    running.signal("INT");
    assert_eq!(running.end().await.0, 130);
    assert!(bank.account.requests().is_empty());
    let (code, out, err) = bank.run(&[]).await;
    assert!(code == 0 && err.contains("Resuming after "), "{err}");
    assert!(out.starts_with("Imported 2,000 rows of 1,900 callers into "), "{out}");
    assert_exact(&bank.deployment.callers().await, &file.users, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_callers_get_all_their_pins_in_one_request_and_refused_rows_are_listed() {
    let bank = Bank::new().await;
    let mut text = "user,pin,story\n".to_owned();
    for row in 0..60 {
        text.push_str(&format!("ada,8374{row:02},\n"));
    }
    for row in 0..101 {
        text.push_str(&format!("bob,83{row:04},\n"));
    }
    text.push_str(&format!("carol,837461,{}\n", "\u{1}".repeat(300_000)));
    text.push_str(&format!("dave,837461,{}\n", "\u{1}".repeat(409_500)));
    text.push_str("eve,837461,\n");
    bank.deployment.write("callers.csv", &text);
    let (code, out, err) = bank.run(&["--existing", "skip"]).await;
    assert_eq!(code, 1, "there are refused rows: {out}{err}");
    assert!(out.contains("Imported 62 rows of 3 callers into ") && out.contains("Refused 102 rows"), "{out}");
    let refused = bank.deployment.read("callers.refused.csv");
    assert!(refused.contains("62,bob,the enrolment function takes at most 100 PINs of one caller\n"), "{refused}");
    assert!(
        refused.contains("164,dave,\"a DynamoDB item holds 400 KB, and this caller's would be larger\"\n"),
        "{refused}"
    );
    let callers = bank.deployment.callers().await;
    assert_eq!(callers.keys().collect::<Vec<_>>(), ["ada", "carol", "eve"]);
    let pins: Vec<String> = (0..60).map(|row| format!("8374{row:02}")).collect();
    let pins: Vec<&str> = pins.iter().map(String::as_str).collect();
    assert!(callers["ada"].pins.iter().eq(&tags("ada", &pins)));
    bank.assert_without_key();
}
