//! `ringbolt doctor --attacks`: what the functions' log says about guesses, tokens and signatures.

use crate::calls::{
    Said,
    aws::Aws,
    deployment::{Deployment, bare, run},
    dev::Folder,
};
use ringbolt_core::{
    outcome::Outcome,
    pin::{DayKey, Guess},
    time::EpochMs,
};
use ringbolt_lambda::{
    FailedTry, Report,
    answer::{Noticed, Visited},
    app::system_clock,
    metrics::{Invocation, answered},
};
use std::time::Duration;

/// A line of the next-action webhook about a call.
fn line(call: &str, outcome: Outcome, status: u16, failed_try: Option<FailedTry>) -> String {
    let visited = Visited { session: Some(format!("session-{call}")), ..Visited::default() };
    let noticed = Some(Box::new(Noticed { failed_try, ..Noticed::default() }));
    let report =
        Report { outcome, call: call.to_owned(), visited: Some(Box::new(visited)), noticed, ..Report::default() };
    let invocation = Invocation {
        stack: Some("prod"),
        function: "next-action",
        request_id: call,
        cold: false,
        at: system_clock()(),
        elapsed: Duration::from_millis(12),
    };
    answered(&invocation, "demo", &report, status).to_string()
}

/// A try that failed; without a PIN, it was not compared.
fn failed(account: &str, pin: Option<&str>) -> Option<FailedTry> {
    let day = DayKey::of(ringbolt_tests::hasher().keys().current(), EpochMs(0));
    let guess = pin.map(|pin| day.guess(&Guess::keyed(pin).unwrap()));
    Some(FailedTry { account: day.account(&ringbolt_tests::caller(account)), guess })
}

struct Stack {
    deployment: Deployment,
    aws: Aws,
}

impl Stack {
    async fn new() -> Self {
        Self { deployment: Deployment::new().await, aws: Aws::start("{}", "{}") }
    }

    /// Logs one wrong PIN for each account, each in a call of its own.
    fn wrong(&self, accounts: std::ops::Range<usize>, pin: impl Fn(usize) -> String) {
        for account in accounts {
            let failed = failed(&account.to_string(), Some(&pin(account)));
            self.aws.log("next-action", &line(&format!("c-{account}"), Outcome::Wrong, 200, failed));
        }
    }

    fn refused(&self, status: u16, times: usize) {
        (0..times).for_each(|_| self.aws.log("auth-webhook", &line("", Outcome::Refused, status, None)));
    }

    async fn attacks(&self) -> Said {
        run(self.aws.command(&self.deployment, &["doctor", "--attacks", "--json"]), "").await
    }
}

#[track_caller]
fn finds(said: &Said, code: i32, expected: &[&str]) {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let line = |check: &serde_json::Value| [&check["check"], &check["verdict"], &check["says"]].map(text).join(": ");
    let found: Vec<String> = said.json()["checks"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(said.code, Some(code), "{found:#?}");
    for part in expected {
        assert!(found.iter().any(|line| line.contains(part)), "{part:?} is not in {found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_pin_on_many_accounts_is_an_attack() {
    let stack = Stack::new().await;
    stack.wrong(90_000..90_040, |_| "1593".to_owned());
    // The usual slips.
    stack.wrong(80_000..80_020, |account| account.to_string());
    let said = stack.attacks().await;
    finds(
        &said,
        1,
        &[
            "log: ok: Read 60 answers to failed tries and refused requests since ",
            "failed on 40 accounts in 40 calls, from ",
            ", such as session-c-90000, session-c-90001, session-c-90002. Somebody tries one PIN on many accounts.",
            "calls: ok: No call failed on 5 accounts or more.",
        ],
    );
    assert!(!said.out.contains("1593"));
    let pattern = r#"{ ($.message = "answered") && (($.WrongGuesses = 1) || ($.outcome = "locked") || ($.outcome = "refused")) }"#;
    assert!(stack.aws.patterns().iter().all(|asked| asked == pattern), "{:?}", stack.aws.patterns());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_usual_slips_are_none_and_a_popular_pin_is_a_warning() {
    let stack = Stack::new().await;
    stack.wrong(80_000..80_009, |_| "1234".to_owned());
    stack.wrong(81_000..81_020, |account| account.to_string());
    stack.refused(401, 19);
    stack.refused(403, 19);
    stack.aws.log("next-action", &line("c-1", Outcome::Locked, 200, failed("80000", None)));
    stack.aws.log("next-action", &line("c-2", Outcome::Verified, 200, None));
    finds(
        &stack.attacks().await,
        0,
        &[
            "log: ok: Read 68 answers",
            "guesses: ok: No PIN failed on 10 accounts or more; 29 accounts had a wrong PIN.",
            "locks: ok: Locks refused 1 request for 1 account.",
            "token: ok: 19 requests had no valid token.",
            "signatures: ok: 19 requests had no valid signature.",
        ],
    );
    // Twelve of 250 accounts.
    stack.wrong(80_009..80_012, |_| "1234".to_owned());
    stack.wrong(82_000..82_218, |account| account.to_string());
    finds(&stack.attacks().await, 0, &["guesses: warn: One PIN", "so a popular PIN may explain this."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_accounts_in_a_call_locks_and_refusals_are_reported() {
    let stack = Stack::new().await;
    for account in ["90001", "90002", "90003", "90004", "90005"] {
        stack.aws.log("next-action", &line("c-1", Outcome::Wrong, 200, failed(account, Some(account))));
    }
    for account in 0..10 {
        let failed = failed(&account.to_string(), None);
        stack.aws.log("auth-webhook", &line(&format!("l-{account}"), Outcome::Locked, 200, failed));
    }
    stack.refused(401, 200);
    stack.refused(403, 20);
    finds(
        &stack.attacks().await,
        1,
        &[
            "calls: fail: 1 call failed on 5 accounts or more, and one of them on 5, such as session-c-1.",
            "locks: warn: Locks refused 10 requests for 10 accounts.",
            "token: fail: 200 requests had no valid token.",
            "signatures: warn: 20 requests had no valid signature.",
        ],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_dev_is_read_and_without_a_log_it_says_which_is_missing() {
    let folder = Folder::new();
    for (call, account, pin) in [("r-1", "90786", "9630"), ("r-2", "90786", "9631"), ("r-3", "10001", "9630")] {
        folder.next(&format!("ivr_response_id={call}&ivr_session_id={call}&ivr_id=12345&account={account}&pin={pin}"));
    }
    let said = folder.ringbolt(&["doctor", "--attacks", "--local"]).await;
    said.says("Read 3 answers").says("No PIN failed on 10 accounts or more; 2 accounts had a wrong PIN.");
    said.says("All checks passed.");
    let log = std::fs::read_to_string(folder.path().join(".ringbolt/dev.log")).unwrap();
    let guess = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["guess"].clone();
    let guesses: Vec<_> = log.lines().map(guess).collect();
    assert!(guesses[0] == guesses[2] && guesses[0] != guesses[1] && guesses[0].is_string(), "{guesses:?}");

    let empty = tempfile::tempdir().unwrap();
    let mut command = bare(&["doctor", "--attacks", "--local"]);
    let said = Said::new(&command.current_dir(empty.path()).output().unwrap());
    said.fails(1, &["there is no folder .ringbolt", "ringbolt dev"]);
    let said = Said::new(&bare(&["doctor", "--attacks"]).output().unwrap());
    said.fails(2, &["--stack NAME"]);
    let said = Said::new(&bare(&["doctor", "--attacks", "--since", "yesterday"]).output().unwrap());
    assert!(said.code == Some(2) && said.err.contains("a duration such as 24h or 90m"), "{said:?}");
}
