//! The login story: "When the 3rd attempt fails, the WebHook response is changed to no longer send the caller to the
//! Login IVR and instead transfer the call to a support team" (DialogTech, "Common Use of Pass-Through Data").

use crate::dev::{Ringbolt, Start};
use std::time::{Duration, Instant};

const SUPPORT: &str =
    "<action><app>transfer</app><parameters><destination>8005550111</destination></parameters></action>";

/// A telephone call with the state that it carries from one webhook to the next.
struct Call<'a> {
    ringbolt: &'a Ringbolt,
    session: String,
    pass_through: String,
}

impl<'a> Call<'a> {
    fn new(ringbolt: &'a Ringbolt, session: &str) -> Self {
        Self { ringbolt, session: session.to_owned(), pass_through: String::new() }
    }

    /// Ends the Login IVR with these digits and returns the webhook's answer.
    fn keys(&mut self, pin: &str) -> String {
        let (session, pass_through) = (&self.session, &self.pass_through);
        let query = format!(
            "ivr_id=12345&ivr_session_id={session}&ivr_response_id=r-{session}&ivr_completed=True&account=90786\
             &pin={pin}&ivr_pass_through={pass_through}"
        );
        let answer = self.ringbolt.next(&query).xml().to_owned();
        let given = answer.split_once("<p_t>").and_then(|(_, rest)| rest.split_once("</p_t>"));
        self.pass_through = given.map_or_else(String::new, |(text, _)| text.to_owned());
        answer
    }

    #[track_caller]
    fn assert_wrong(&mut self, pin: &str) {
        let answer = self.keys(pin);
        assert!(answer.starts_with("<action><app>ivr</app><parameters><id>12345</id><p_t>"), "{answer}");
    }
}

fn is_verified(answer: &str) -> bool {
    answer.starts_with("<action><app>ivr</app><parameters><id>23456</id>")
        && answer.contains("<firstname>Ada</firstname>")
        && answer.contains("user_id|90786")
}

#[test]
fn the_third_wrong_pin_transfers_to_support_and_the_right_one_does_not_end_the_lock() {
    let ringbolt = Start::new().run();
    let mut call = Call::new(&ringbolt, "s-1");
    call.assert_wrong("1111");
    call.assert_wrong("1112");
    assert_eq!(call.keys("1113"), SUPPORT);
    assert_eq!(Call::new(&ringbolt, "s-2").keys("4711"), SUPPORT, "the right PIN in another call during the lock");
    ringbolt.stdout.expect("locked");
}

#[test]
fn the_right_pin_verifies_and_resets_the_counter() {
    let ringbolt = Start::new().with(&["--memory"]).run();
    for session in ["s-1", "s-2"] {
        let mut call = Call::new(&ringbolt, session);
        call.assert_wrong("1111");
        call.assert_wrong("1111");
        let answer = call.keys("4711");
        assert!(is_verified(&answer), "{answer}");
    }
}

#[test]
fn after_the_lockout_the_right_pin_succeeds() {
    let flow = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows/demo.yaml")).unwrap();
    let quick = flow.replace("lock: 30m", "lock: 1s");
    assert_ne!(quick, flow);
    let start = Start::new()
        .with(&["--memory", "--flow", "demo.yaml", "--callers", "callers.csv"])
        .file("demo.yaml", quick)
        .file("callers.csv", "user,pin,first_name\n90786,4711,Ada\n");
    let ringbolt = start.run();
    let mut call = Call::new(&ringbolt, "s-1");
    call.assert_wrong("1111");
    call.assert_wrong("1112");
    assert_eq!(call.keys("1113"), SUPPORT);
    let began = Instant::now();
    for session in 2.. {
        let answer = Call::new(&ringbolt, &format!("s-{session}")).keys("4711");
        if is_verified(&answer) {
            break;
        }
        assert_eq!(answer, SUPPORT);
        assert!(began.elapsed() < Duration::from_secs(20), "the lock does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_counter_survives_a_restart_and_a_crash() {
    let start = Start::new();
    let two_wrong = |ringbolt: &Ringbolt, session: &str| {
        let mut call = Call::new(ringbolt, session);
        call.assert_wrong("1111");
        call.assert_wrong("1112");
    };
    let ringbolt = start.run();
    two_wrong(&ringbolt, "s-1");
    ringbolt.end("TERM");

    let ringbolt = start.run();
    assert_eq!(Call::new(&ringbolt, "s-2").keys("1113"), SUPPORT, "the third in a row");
    ringbolt.end("KILL");

    let ringbolt = start.run();
    assert_eq!(Call::new(&ringbolt, "s-3").keys("4711"), SUPPORT, "still locked");
}

#[test]
fn wrong_pins_counted_just_before_a_crash_are_not_lost() {
    let start = Start::new();
    for session in ["s-1", "s-2"] {
        let ringbolt = start.run();
        Call::new(&ringbolt, session).assert_wrong("1111");
        ringbolt.end("KILL");
    }
    assert_eq!(Call::new(&start.run(), "s-3").keys("1111"), SUPPORT);
}
