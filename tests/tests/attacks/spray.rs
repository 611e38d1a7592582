//! One PIN on many accounts. No account's counter notices; the digests in the log do.

use crate::attacks::{accounts, callers, line, login, text};
use ringbolt_core::caller::Status;
use ringbolt_lambda::Answer;
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, TwimlCall, Wire,
    app::{
        Function::{self, Auth, NextAction, Voice},
        demo_flow,
    },
};
use std::{collections::BTreeSet, time::Duration};

/// What the log says about answers: the digests of guesses, those of accounts, and how many guesses count as wrong.
fn told(app: &TestApp, function: Function, answers: &[Answer]) -> (BTreeSet<String>, BTreeSet<String>, f64) {
    let lines: Vec<_> = answers.iter().map(|answer| line(app, function, answer)).collect();
    let digests = |field: &str| lines.iter().map(|line| text(line, field)).collect();
    let wrong = lines.iter().filter_map(|line| line["WrongGuesses"].as_f64()).sum();
    (digests("guess"), digests("account"), wrong)
}

fn words(answers: &[Answer]) -> BTreeSet<&'static str> {
    answers.iter().map(|answer| answer.report.outcome.word()).collect()
}

#[tokio::test]
async fn one_pin_on_50_accounts_lets_nobody_in_and_shows_as_one_guess() {
    let (app, _database) = callers(50).await;
    let mut answers = Vec::new();
    for account in accounts(50) {
        answers.push(login(&app, &format!("s-{account}"), &account, "1593").await);
    }
    assert_eq!(words(&answers), ["wrong"].into());
    let (guesses, accounts_told, wrong) = told(&app, NextAction, &answers);
    assert_eq!((guesses.len(), accounts_told.len(), wrong), (1, 50, 50.0));
    let lines: Vec<String> = answers.iter().map(|answer| line(&app, NextAction, answer).to_string()).collect();
    let lines = lines.join("\n").replace("s-9", "");
    assert!(!lines.contains("1593") && accounts(50).all(|account| !lines.contains(&format!("\"{account}\""))));
}

#[tokio::test]
async fn two_pins_on_25_accounts_lock_nobody_and_show_as_two_guesses() {
    let (app, _database) = callers(25).await;
    let mut answers = Vec::new();
    for account in accounts(25) {
        for pin in ["1593", "1594"] {
            answers.push(login(&app, &format!("s-{account}-{pin}"), &account, pin).await);
        }
    }
    assert_eq!(words(&answers), ["wrong"].into());
    let (guesses, accounts_told, wrong) = told(&app, NextAction, &answers);
    assert_eq!((guesses.len(), accounts_told.len(), wrong), (2, 25, 50.0));
    for account in accounts(25) {
        let right = login(&app, &format!("r-{account}"), &account, "4711").await;
        assert_eq!(right.report.outcome.word(), "verified", "{account}");
    }
}

#[tokio::test]
async fn a_pin_tried_today_and_tomorrow_is_two_guesses_that_nobody_can_link() {
    let (app, _database) = callers(1).await;
    let today = login(&app, "s-1", "90000", "1593").await;
    app.clock.pass(Duration::from_secs(86_400));
    let tomorrow = login(&app, "s-2", "90000", "1593").await;
    let (guesses, accounts_told, _) = told(&app, NextAction, &[today, tomorrow]);
    assert_eq!((guesses.len(), accounts_told.len()), (2, 2));
}

#[tokio::test]
async fn a_pin_tried_through_all_three_webhooks_is_one_guess() {
    let (app, _database) = callers(3).await;
    let wix = app.auth("c-1", "90000", "1593").await;
    let dialogtech = login(&app, "s-1", "90001", "1593").await;
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    call.key("90002").await;
    let twiml = call.key("1593").await;
    let mut guesses = BTreeSet::new();
    for (function, answer) in [(Auth, wix), (NextAction, dialogtech), (Voice, twiml)] {
        assert_eq!(answer.report.outcome.word(), "wrong", "{function:?}");
        guesses.insert(text(&line(&app, function, &answer), "guess"));
    }
    assert_eq!(guesses.len(), 1);
    assert!(!guesses.contains(""));
}

#[tokio::test]
async fn a_pin_tried_on_accounts_that_nobody_has_is_the_same_guess() {
    let (app, _database) = callers(1).await;
    let mut answers = vec![login(&app, "s-0", "90000", "1593").await];
    for account in ["10001", "10002", "10003"] {
        answers.push(login(&app, &format!("s-{account}"), account, "1593").await);
    }
    assert_eq!(words(&answers), ["unknown", "wrong"].into());
    let (guesses, accounts_told, wrong) = told(&app, NextAction, &answers);
    assert_eq!((guesses.len(), accounts_told.len(), wrong), (1, 4, 4.0));
}

#[tokio::test]
async fn the_guess_that_locks_is_told_and_later_ones_only_by_their_account() {
    let (app, _database) = callers(1).await;
    for (number, pin) in ["1593", "1594", "1595"].into_iter().enumerate() {
        let answer = login(&app, &format!("s-{number}"), "90000", pin).await;
        let line = line(&app, NextAction, &answer);
        assert_eq!(text(&line, "outcome"), if number == 2 { "too_many_attempts" } else { "wrong" });
        assert_eq!((text(&line, "guess").len(), &line["WrongGuesses"]), (10, &1.into()), "{number}");
    }
    let locked = line(&app, NextAction, &login(&app, "s-4", "90000", "1596").await);
    assert_eq!((text(&locked, "outcome").as_str(), text(&locked, "account").len()), ("locked", 10));
    assert_eq!((locked.get("guess"), locked.get("WrongGuesses")), (None, None), "nothing was compared");
}

#[tokio::test]
async fn a_right_pin_leaves_no_digest_even_if_it_is_refused() {
    let (app, _database) = callers(4).await;
    let verified = line(&app, NextAction, &login(&app, "s-1", "90000", "4711").await);
    assert_eq!(text(&verified, "outcome"), "verified");
    for account in ["90001", "90002", "90003"] {
        login(&app, "s-2", account, "1593").await;
    }
    // The call has no try left.
    let refused = line(&app, NextAction, &login(&app, "s-2", "90000", "4711").await);
    assert_eq!(text(&refused, "outcome"), "too_many_attempts");
    for line in [verified, refused] {
        assert_eq!((line.get("guess"), line.get("account"), line.get("WrongGuesses")), (None, None, None));
    }
}

#[tokio::test]
async fn a_repeated_delivery_is_not_a_second_guess() {
    let (app, _database) = callers(1).await;
    let first = line(&app, Auth, &app.auth("c-1", "90000", "1593").await);
    let again = line(&app, Auth, &app.auth("c-1", "90000", "1593").await);
    assert_eq!((first["repeated"].as_bool(), again["repeated"].as_bool()), (Some(false), Some(true)));
    assert_eq!((text(&first, "guess").len(), again.get("guess"), again.get("WrongGuesses")), (10, None, None));
}

/// Otherwise a flow with a mistake would hide the guesses.
#[tokio::test]
async fn a_guess_whose_answer_fails_is_told_with_the_fallback() {
    let wrong = "wrong: { ivr: login }";
    assert!(demo_flow().contains(wrong));
    // An account is no number to ring.
    let broken = r#"wrong: { transfer: { destination: "{{ answers.account }}", caller_may_choose: true } }"#;
    let database = TestDatabase::start().await;
    let app = TestApp::with_flow(&database, &demo_flow().replace(wrong, broken)).await;
    app.enrol("90000", &["4711"], Status::Active).await;
    let line = line(&app, NextAction, &login(&app, "s-1", "90000", "1593").await);
    assert_eq!((text(&line, "outcome").as_str(), text(&line, "guess").len()), ("fallback", 10));
    assert_eq!((&line["WrongGuesses"], &line["Fallbacks"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn a_guess_that_the_database_did_not_judge_is_not_called_wrong() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let app = TestApp::through(&database, &wire.endpoint, &demo_flow()).await;
    app.enrol("90000", &["4711"], Status::Active).await;
    wire.set(Fault::Denied);
    let next = login(&app, "s-1", "90000", "1593").await;
    let auth = app.auth("c-1", "90000", "1593").await;
    for (function, answer) in [(NextAction, next), (Auth, auth)] {
        let line = line(&app, function, &answer);
        assert_eq!((text(&line, "outcome").as_str(), line.get("guess")), ("fallback", None), "{function:?}");
    }
}
