//! The login story of DialogTech's specification ("Common Use of Pass-Through Data").

use crate::webhooks::{demo, demo_flow_with, destination, element, passed};
use ringbolt_core::caller::Status;
use ringbolt_tests::{TestApp, TestDatabase};
use std::time::Duration;

const SUPPORT: &str = "8005550111";

fn login(session: &str, response: &str, pin: &str, passed: &str) -> String {
    format!(
        "ivr_id=12345&ivr_session_id={session}&ivr_response_id={response}&ivr_completed=True\
         &account=90786&pin={pin}&ivr_pass_through={passed}"
    )
}

#[tokio::test]
async fn the_third_wrong_pin_goes_to_support_and_so_does_the_right_one_until_the_lock_ends() {
    let (app, _database) = demo().await;
    let first = app.next(&login("s-1", "r-1", "9999", "")).await;
    assert_eq!(element(&first, "id").as_deref(), Some("12345"), "asked again");
    // The same wrong PIN keyed again is a new try: the signed try number tells it from a retry.
    let second = app.next(&login("s-1", "r-2", "9999", &passed(&first))).await;
    assert_eq!(element(&second, "id").as_deref(), Some("12345"), "asked again");
    let third = app.next(&login("s-1", "r-3", "9999", &passed(&second))).await;
    assert_eq!((destination(&third).as_str(), third.report.outcome.word()), (SUPPORT, "too_many_attempts"));
    let fourth = app.next(&login("s-2", "r-4", "4711", "")).await;
    assert_eq!((destination(&fourth).as_str(), fourth.report.outcome.word()), (SUPPORT, "locked"));
    app.clock.pass(Duration::from_secs(30 * 60));
    let fifth = app.next(&login("s-3", "r-5", "4711", "")).await;
    assert_eq!(fifth.report.outcome.word(), "verified");
    assert_eq!(element(&fifth, "firstname").as_deref(), Some("Ada"));
}

#[tokio::test]
async fn throwing_the_pass_through_away_or_sending_an_old_one_again_gains_no_try() {
    for replayed in [false, true] {
        let (app, _database) = demo().await;
        let first = app.next(&login("s-1", "r-1", "1000", "")).await;
        let old = if replayed { passed(&first) } else { String::new() };
        app.next(&login("s-1", "r-2", "1001", &old)).await;
        let third = app.next(&login("s-1", "r-3", "1002", &old)).await;
        assert_eq!(destination(&third), SUPPORT, "replayed: {replayed}");
        let fourth = app.next(&login("s-1", "r-4", "4711", &old)).await;
        assert_eq!(destination(&fourth), SUPPORT, "replayed: {replayed}");
    }
}

#[tokio::test]
async fn a_call_has_three_tries_however_many_accounts_it_names() {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    for user in ["90001", "90002", "90003", "90004"] {
        app.enrol(user, &["4711"], Status::Active).await;
    }
    let query = |user: &str, pin: &str| {
        format!("ivr_id=12345&ivr_session_id=s-1&ivr_response_id={user}&account={user}&pin={pin}")
    };
    for user in ["90001", "90002"] {
        assert_eq!(app.next(&query(user, "9999")).await.report.outcome.word(), "wrong");
    }
    assert_eq!(app.next(&query("90003", "9999")).await.report.outcome.word(), "too_many_attempts");
    let right = app.next(&query("90004", "4711")).await;
    assert_eq!((right.report.outcome.word(), destination(&right).as_str()), ("too_many_attempts", SUPPORT));
}

#[tokio::test]
async fn a_third_try_that_is_right_is_let_in() {
    let (app, _database) = demo().await;
    let first = app.next(&login("s-1", "r-1", "9999", "")).await;
    let second = app.next(&login("s-1", "r-2", "9998", &passed(&first))).await;
    let third = app.next(&login("s-1", "r-3", "4711", &passed(&second))).await;
    assert_eq!(third.report.outcome.word(), "verified");
}

#[tokio::test]
async fn a_retry_of_the_provider_is_answered_the_same_and_counted_once() {
    let (app, _database) = demo().await;
    let query = login("s-1", "r-1", "9999", "");
    let (first, again) = (app.next(&query).await, app.next(&query).await);
    assert_eq!(first.body, again.body);
    assert!(again.report.repeated);
    let ada = app.app.webhook.store.caller(&ringbolt_tests::caller("90786")).await.unwrap().unwrap();
    assert_eq!(ada.attempts, 1);
    let second = app.next(&login("s-1", "r-2", "9998", &passed(&first))).await;
    assert_eq!(second.report.outcome.word(), "wrong", "the call's counter counted the retry once, too");
}

#[tokio::test]
async fn silence_and_hang_ups_are_no_failed_pin_and_silence_ends() {
    let (app, _database) = demo().await;
    let hung_up = app.next(&login("s-1", "r-1", "9999", "").replace("True", "False")).await;
    // Somebody may still be there: they are asked again, as after silence.
    assert_eq!((element(&hung_up, "id").as_deref(), hung_up.report.outcome.word()), (Some("12345"), "hung_up"));
    let first = app.next(&login("s-1", "r-1", "NA", "")).await;
    assert_eq!((first.report.outcome.word(), element(&first, "id").as_deref()), ("unanswered", Some("12345")));
    let second = app.next(&login("s-1", "r-2", "NA", &passed(&first))).await;
    let third = app.next(&login("s-1", "r-3", "NA", &passed(&second))).await;
    assert_eq!((third.report.outcome.word(), destination(&third).as_str()), ("too_many_attempts", SUPPORT));
    let ada = app.app.webhook.store.caller(&ringbolt_tests::caller("90786")).await.unwrap().unwrap();
    assert_eq!(ada.attempts, 0);
}

#[tokio::test]
async fn an_unknown_account_sounds_like_a_wrong_pin() {
    let (app, _database) = demo().await;
    let query = |account: &str| format!("ivr_id=12345&ivr_session_id=s-{account}&account={account}&pin=9999");
    let (unknown, wrong) = (app.next(&query("10000")).await, app.next(&query("90786")).await);
    assert_eq!(element(&unknown, "id"), element(&wrong, "id"));
    assert_eq!((unknown.report.outcome.word(), wrong.report.outcome.word()), ("unknown", "wrong"));
}

/// Two calls of two tries each: what a caller, or somebody with the URL, can see of an account.
#[tokio::test]
async fn an_unknown_account_locks_as_a_known_one_does_and_its_lock_ends() {
    let mut seen = Vec::new();
    for account in ["90786", "10000"] {
        let (app, _database) = demo().await;
        let mut answers = Vec::new();
        let mut passed_on = String::new();
        for (session, minutes) in [("s-1", 0), ("s-1", 0), ("s-2", 0), ("s-3", 1), ("s-4", 29), ("s-5", 1), ("s-6", 1)]
        {
            app.clock.pass(Duration::from_secs(60 * minutes));
            let number = answers.len();
            let query = format!(
                "ivr_id=12345&ivr_session_id={session}&ivr_response_id=r-{number}&account={account}&pin=90{number}0\
                 &ivr_pass_through={passed_on}"
            );
            let answer = app.next(&query).await;
            passed_on = if session == "s-1" { passed(&answer) } else { String::new() };
            answers.push((element(&answer, "id"), element(&answer, "destination")));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    let is_support = |answer: &(_, Option<String>)| answer.1.as_deref() == Some(SUPPORT);
    let locked: Vec<bool> = seen[1].iter().map(is_support).collect();
    assert_eq!(locked, [false, false, true, true, false, false, true], "half an hour, and again at the sixth failure");
}

#[tokio::test]
async fn a_failure_at_an_unknown_account_leaves_no_caller_and_a_later_enrolment_begins_at_zero() {
    let (app, _database) = demo().await;
    for session in ["s-1", "s-2", "s-3", "s-4"] {
        app.next(&login(session, "r", "9999", "").replace("90786", "10000")).await;
    }
    let caller = ringbolt_tests::caller("10000");
    assert_eq!(app.app.webhook.store.caller(&caller).await.unwrap(), None);
    app.enrol("10000", &["4711"], Status::Active).await;
    let right = app.next(&login("s-5", "r", "4711", "").replace("90786", "10000")).await;
    assert_eq!(right.report.outcome.word(), "verified");
}

#[tokio::test]
async fn calls_without_an_id_have_the_tries_of_one_call_by_calling_number() {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    for user in ["90001", "90002", "90003", "90004", "90005"] {
        app.enrol(user, &["4711"], Status::Active).await;
    }
    // An id of 257 bytes cannot be read, as none.
    let too_long = "s".repeat(257);
    let query = |number: &str, session: &str, user: &str, pin: &str| {
        format!("ivr_id=12345&ivr_caller_id={number}&ivr_session_id={session}&account={user}&pin={pin}")
    };
    for (session, user) in [("", "90001"), (too_long.as_str(), "90002"), ("", "90003")] {
        app.next(&query("2125550142", session, user, "9999")).await;
    }
    let fourth = app.next(&query("2125550142", "", "90004", "4711")).await;
    assert_eq!((fourth.report.outcome.word(), destination(&fourth).as_str()), ("too_many_attempts", SUPPORT));
    let other = app.next(&query("2125550143", "", "90004", "4711")).await;
    assert_eq!(other.report.outcome.word(), "verified", "another number has tries of its own");
    app.clock.pass(Duration::from_secs(3601));
    let later = app.next(&query("2125550142", "", "90005", "4711")).await;
    assert_eq!(later.report.outcome.word(), "verified", "it is no call any more");
}

#[tokio::test]
async fn an_earlier_state_of_the_call_is_not_verified_after_a_later_failure() {
    let (app, _database) = demo().await;
    let verified = app.next(&login("s-1", "r-1", "4711", "")).await;
    let balance = format!("ivr_id=34567&ivr_session_id=s-1&ivr_response_id=r-2&ivr_pass_through={}", passed(&verified));
    assert_eq!(app.next(&balance).await.body, "Your balance is 12.50.");
    let failed = app.next(&login("s-1", "r-3", "9999", &passed(&verified))).await;
    assert_eq!(failed.report.outcome.word(), "wrong");
    let again = app.next(&balance).await;
    assert_eq!(again.report.outcome.word(), "fallback", "{}", again.body);
}

#[tokio::test]
async fn only_a_verified_caller_hears_their_balance_later_in_the_call() {
    let (app, _database) = demo().await;
    let verified = app.next(&login("s-1", "r-1", "4711", "")).await;
    let balance = |session: &str, passed: &str| {
        format!("ivr_id=34567&ivr_session_id={session}&ivr_response_id=r-2&ivr_pass_through={passed}")
    };
    let said = app.next(&balance("s-1", &passed(&verified))).await;
    assert_eq!((said.body.as_str(), said.content_type), ("Your balance is 12.50.", "text/plain; charset=utf-8"));
    let fallback = "We are sorry, we cannot help you right now. Please call again later.";
    for (session, passed) in [
        ("s-1", String::new()),
        ("s-2", passed(&verified)),
        ("s-1", "user_id%7C90786%7C%7Crb%7C1.1795262400000.OTA3ODY.AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
    ] {
        let refused = app.next(&balance(session, &passed)).await;
        assert_eq!(
            (refused.body.as_str(), refused.report.outcome.word()),
            (fallback, "fallback"),
            "{session} {passed}"
        );
    }
}

#[tokio::test]
async fn a_caller_suspended_or_erased_in_mid_call_hears_no_balance() {
    let (app, _database) = demo().await;
    let verified = app.next(&login("s-1", "r-1", "4711", "")).await;
    let caller = ringbolt_tests::caller("90786");
    let changed = app.app.webhook.store.set_status(&caller, Status::Suspended).await.unwrap();
    assert_eq!(changed, ringbolt_dynamodb::callers::Change::Made);
    let said = app.next(&format!("ivr_id=34567&ivr_session_id=s-1&ivr_pass_through={}", passed(&verified))).await;
    assert_eq!(said.report.outcome.word(), "fallback");
}

#[tokio::test]
async fn an_attacker_with_the_url_gets_three_guesses() {
    let flow = demo_flow_with("limits: { attempts_per_call: 3 }", "limits: { attempts_per_call: 10 }");
    let database = TestDatabase::start().await;
    let app = TestApp::with_flow(&database, &flow).await;
    app.enrol("90786", &["4711"], Status::Active).await;
    let mut verified = 0;
    // A new session for every guess, the right PIN among them, in an order of the attacker's choice.
    for pin in (4700..4750).rev() {
        let answer = app.next(&login(&format!("s-{pin}"), "r", &pin.to_string(), "")).await;
        verified += u32::from(answer.report.outcome.word() == "verified");
    }
    assert_eq!(verified, 0);
    let ada = app.app.webhook.store.caller(&ringbolt_tests::caller("90786")).await.unwrap().unwrap();
    assert_eq!(ada.attempts, 3);
}
