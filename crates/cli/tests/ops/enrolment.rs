//! `pin set`, `add` and `generate` through the enrolment function of a stack, without access to the PIN key.

use crate::ops::{
    Deployment, Said,
    deployment::{caller, run},
};
use ringbolt_core::attempt::AuthOutcome;
use ringbolt_lambda::enrolment::Enroller;
use ringbolt_tests::enrolment::{Account, FUNCTION, Invoked};
use serde_json::json;
use std::process::Command;

const SET: [&str; 6] = ["pin", "set", "--realm", "bank", "90786", "--stdin"];
const ADD: [&str; 6] = ["pin", "add", "--realm", "bank", "90786", "--stdin"];

struct Bank {
    deployment: Deployment,
    account: Account,
}

impl Bank {
    async fn new() -> Self {
        let deployment = Deployment::new().await;
        let enroller = Enroller::new(deployment.store(), deployment.hasher());
        let outputs = [("CallersTableName", "callers"), ("AuditTableName", "audit")];
        let account = Account::start(enroller, &outputs).await;
        Self { deployment, account }
    }

    /// The command on the stack. The key in the environment is not the function's, so nothing works with it.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.deployment.command(arguments);
        command.args(["--stack", "prod"]).env("RINGBOLT_PIN_KEYS", json!({ "current": "z".repeat(90) }).to_string());
        for service in ["CLOUDFORMATION", "LAMBDA", "SECRETS_MANAGER"] {
            command.env(format!("AWS_ENDPOINT_URL_{service}"), &self.account.endpoint);
        }
        command
    }

    async fn keyed(&self, arguments: &[&str], pin: &str) -> Said {
        run(self.command(arguments), &format!("{pin}\n")).await
    }

    async fn verifies(&self, pin: &str) -> bool {
        matches!(self.deployment.attempt("90786", pin).await, AuthOutcome::Verified { .. })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pins_are_set_added_and_generated_without_reading_the_key() {
    let bank = Bank::new().await;
    let set = [&SET[..], &["--attribute", "first_name=Ada"]].concat();
    let said = bank.keyed(&set, "815294").await;
    said.says("The PIN is set, and failed attempts are reset.");
    assert_eq!(said.err, "Working on the stack prod in eu-west-1.\n");
    assert!(bank.verifies("815294").await && !bank.verifies("629184").await);
    bank.keyed(&ADD, "629184").await.says("The PIN is added");
    assert!(bank.verifies("815294").await && bank.verifies("629184").await);
    let item = bank.deployment.store().caller(&caller("90786")).await.unwrap().unwrap();
    assert_eq!(item.attributes["first_name"], "Ada");

    // A wrong PIN counts, and setting one resets the counter.
    assert!(!bank.verifies("940617").await);
    let generated = run(bank.command(&["pin", "generate", "--realm", "bank", "90786"]), "").await;
    let pin = generated.says("").out.trim().to_owned();
    let item = bank.deployment.store().caller(&caller("90786")).await.unwrap().unwrap();
    assert_eq!((item.attempts, item.attributes["first_name"].as_str()), (0, Some("Ada")));
    assert!(bank.verifies(&pin).await && !bank.verifies("815294").await);

    assert_eq!((bank.account.requests(), bank.account.secrets_asked()), (vec![1, 1, 1], 0));
    // The operator records the changes.
    let audit = run(bank.command(&["audit", "list"]), "").await;
    for command in ["pin set", "pin add", "pin generate"] {
        assert_eq!(audit.says(command).out.matches(command).count(), 1, "a row for each change: {audit:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duress_pin_is_added_without_reading_the_key() {
    let bank = Bank::new().await;
    bank.keyed(&SET, "815294").await.says("The PIN is set");
    let add = [&ADD[..], &["--duress"]].concat();
    bank.keyed(&add, "123456").await.fails(1, &["easy to guess"]);
    bank.keyed(&add, "629184").await.says("The duress PIN is added");
    for (pin, is_duress) in [("815294", false), ("629184", true)] {
        let outcome = bank.deployment.attempt("90786", pin).await;
        assert!(matches!(outcome, AuthOutcome::Verified { duress, .. } if duress == is_duress), "{outcome:?}");
    }
    assert_eq!(bank.account.secrets_asked(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_those_of_enrolling_with_the_key() {
    let bank = Bank::new().await;
    bank.keyed(&ADD, "629184").await.fails(1, &["no such caller in the realm bank", "pin set"]);
    bank.keyed(&SET, "123456").await.fails(1, &["easy to guess. The PIN must not count"]);
    bank.keyed(&SET, "12x456").await.fails(1, &["digits only"]);
    assert_eq!(bank.account.requests(), [1], "weak PINs are not sent");
    bank.keyed(&[&SET[..], &["--allow-weak"]].concat(), "123456").await.says("The PIN is set");
    let shared = ["pin", "set", "--realm", "bank", "--shared", "depot", "--stdin"];
    bank.keyed(&shared, "815294").await.says("The PIN is set");
    assert_eq!(bank.account.secrets_asked(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_can_name_the_key_instead_but_not_contradict_the_function() {
    let bank = Bank::new().await;
    std::fs::write(bank.deployment.folder.path().join("pin-keys.json"), &bank.deployment.keys).unwrap();
    let with_key = [&SET[..], &["--pin-keys", "pin-keys.json", "--pin-hash", "keyed"]].concat();
    bank.keyed(&with_key, "815294").await.says("The PIN is set");
    assert!(bank.account.requests().is_empty() && bank.verifies("815294").await);
    for (option, value) in [("--pin-hash", "keyed"), ("--callers-table", "callers")] {
        let said = bank.keyed(&[&SET[..], &[option, value]].concat(), "815294").await;
        said.fails(2, &[option, "no effect on the enrolment function", "--pin-keys"]);
    }
    // `pin remove` compares PINs, so it still needs the key.
    let remove = ["pin", "remove", "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&remove, "815294").await.fails(1, &["may not secretsmanager:GetSecretValue"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_the_function_are_explained_in_one_sentence() {
    let bank = Bank::new().await;
    let refuses = |status, code| Invoked::Refuses { status, code, one_of: 1 };
    let ends = |kind, message| Invoked::Ends { kind, message };
    let outcome = |outcome| Invoked::Answers(json!({ "outcomes": [outcome] }));
    let failed = |fault: &str| outcome(json!({ "outcome": "failed", "fault": fault }));
    let refused = |refusal| Invoked::Answers(json!({ "refused": refusal }));
    for (invoked, parts) in [
        (refuses(404, "ResourceNotFoundException"), [FUNCTION, "there is no enrolment function", "redeploy the stack"]),
        (refuses(403, "AccessDeniedException"), ["may not lambda:InvokeFunction", "in eu-west-1", "administrator"]),
        (refuses(403, "ExpiredTokenException"), ["credentials have expired", "sign in again", ""]),
        (refuses(429, "TooManyRequestsException"), ["Lambda is throttling requests", "eu-west-1", "try again"]),
        (refuses(409, "ResourceConflictException"), ["is being updated", FUNCTION, "try again"]),
        (refuses(500, "ServiceException"), ["Lambda failed to run", FUNCTION, "try again"]),
        (ends("Sandbox.Timedout", "2026 Task timed out after 60.00 seconds"), ["did not finish in time", FUNCTION, ""]),
        (ends("Runtime.ExitError", "sesame"), ["(Runtime.ExitError)", "/ringbolt/prod/enrol", "redeploy"]),
        (ends("<script>", "815294"), ["ended without an answer (without a reason)", FUNCTION, ""]),
        (refused(json!({ "reason": "unknown_operation" })), ["older than the command", FUNCTION, "Redeploy the stack"]),
        (refused(json!({ "reason": "something_newer" })), ["another version", "update this command", "redeploy"]),
        (Invoked::Answers(json!({ "outcomes": [] })), ["cannot be read", FUNCTION, ""]),
        (Invoked::Answers(json!("815294")), ["cannot be read", FUNCTION, ""]),
        (outcome(json!({ "outcome": "first" })), ["cannot be read", FUNCTION, ""]),
        (failed("throttled"), ["DynamoDB is throttling its requests", FUNCTION, "try again"]),
        (failed("unavailable"), ["DynamoDB did not answer it in time", FUNCTION, "try again"]),
        (failed("denied"), ["its role may not write", FUNCTION, "redeploy the stack"]),
        (failed("no_table"), ["its table of callers does not exist", FUNCTION, "redeploy"]),
        (failed("hash"), ["too little memory", FUNCTION, "MemorySize"]),
        (failed("internal"), ["it failed", FUNCTION, "/ringbolt/prod/enrol"]),
        (
            outcome(json!({ "outcome": "refused", "reason": "weak", "sentence": "The PIN must not rhyme." })),
            ["refuses it: the PIN is easy to guess", "must not rhyme", ""],
        ),
        (
            outcome(json!({ "outcome": "without_attributes", "why": "DynamoDB is throttling" })),
            [
                "the new PIN is valid, but the caller's attributes were not changed",
                "throttling",
                "run the command again",
            ],
        ),
        (outcome(json!({ "outcome": "no_caller" })), ["erased in the meantime", "nothing is set", ""]),
    ] {
        bank.account.set(invoked.clone());
        let said = bank.keyed(&SET, "815294").await;
        said.fails(1, &parts);
        for secret in ["815294", "90786", "user/ada", "sesame", "<script>"] {
            assert!(!said.err.contains(secret), "{invoked:?}: {said:?}");
        }
    }
    assert_eq!(bank.account.secrets_asked(), 0);
}
