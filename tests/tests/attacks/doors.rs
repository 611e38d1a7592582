//! The URL, its token, signatures and call ids.

use crate::attacks::{accounts, callers, line, text};
use ringbolt_tests::{
    app::{
        Function::{Auth, NextAction, Voice},
        PUBLIC_URL, auth_event, get_event,
    },
    twiml,
};
use std::collections::BTreeSet;

#[tokio::test]
async fn ten_accounts_in_one_call_show_as_ten_accounts_of_this_call() {
    let (app, _database) = callers(10).await;
    let (mut calls, mut told) = (BTreeSet::new(), BTreeSet::new());
    for account in accounts(10) {
        let line = line(&app, Auth, &app.auth("c-1", &account, "1593").await);
        calls.insert(text(&line, "call"));
        told.insert(text(&line, "account"));
    }
    assert_eq!((calls, told.len()), (["c-1".to_owned()].into(), 10));
}

#[tokio::test]
async fn guesses_in_calls_without_an_id_meet_the_accounts_lock() {
    let (app, _database) = callers(1).await;
    let mut outcomes = Vec::new();
    // From another number each time: calls without an id from one number have the tries of one call.
    for (number, pin) in [("0142", "1593"), ("0143", "1594"), ("0144", "1595"), ("0145", "4711")] {
        let query = format!("ivr_id=12345&ivr_caller_id=212555{number}&account=90000&pin={pin}");
        outcomes.push(app.next(&query).await.report.outcome.word());
        app.clock.pass(std::time::Duration::from_secs(1));
    }
    assert_eq!(outcomes, ["wrong", "wrong", "too_many_attempts", "locked"]);
}

#[tokio::test]
async fn guessed_tokens_are_refused_and_counted() {
    let (app, _database) = callers(1).await;
    for number in 0..20 {
        let mut event = get_event(NextAction, "ivr_id=12345&account=90000&pin=4711");
        let query =
            event["rawQueryString"].as_str().unwrap().replace("dev-token-not-secret", &format!("guess-{number:015}"));
        event["rawQueryString"] = query.into();
        let line = line(&app, NextAction, &app.send(NextAction, &event).await);
        assert_eq!(
            (&line["status"], &line["Refused"], text(&line, "outcome").as_str()),
            (&401.into(), &1.into(), "refused")
        );
        assert_eq!(line.get("account"), None, "the account was not looked at");
    }
}

#[tokio::test]
async fn forged_signatures_are_refused_and_counted_apart() {
    let (app, _database) = callers(1).await;
    let url = format!("{PUBLIC_URL}/twiml/demo/voice");
    for signature in ["", "AAAA", "NTNlMmVkOTQ2NzYzNzE1M2E4Zjg="] {
        let event = twiml::event(&url, "CallSid=CA1&From=%2B12125550142", &[("x-twilio-signature", signature)]);
        let line = line(&app, Voice, &app.send(Voice, &event).await);
        assert_eq!((&line["status"], &line["BadSignatures"], line.get("Refused")), (&403.into(), &1.into(), None));
    }
}

/// A provider would not send the try of a locked caller faster; an attacker learns no more by doing so.
#[tokio::test]
async fn a_locked_account_answers_right_and_wrong_pins_alike() {
    let (app, _database) = callers(1).await;
    for pin in ["1593", "1594", "1595"] {
        app.auth(&format!("c-{pin}"), "90000", pin).await;
    }
    let (right, wrong) = (app.auth("c-4", "90000", "4711").await, app.auth("c-5", "90000", "1596").await);
    assert_eq!((right.body.clone(), right.report.outcome), (wrong.body.clone(), wrong.report.outcome));
    // Neither does the log tell them apart.
    let [right, wrong] = [("c-4", right), ("c-5", wrong)].map(|(call, answer)| {
        let line = line(&app, Auth, &answer);
        assert_eq!(text(&line, "call"), call);
        line.to_string().replace(call, "")
    });
    assert_eq!(right, wrong);
    assert!(auth_event("c-4", "90000", "4711")["requestContext"].get("timeEpoch").is_none());
}
