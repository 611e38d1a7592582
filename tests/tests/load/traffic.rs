//! What callers do, and what they must hear. Each script uses callers of its worker only, so that it knows.

use ringbolt_core::dialects::twiml::signature::sign_twilio;
use ringbolt_lambda::Answer;
use ringbolt_tests::{
    app::{Function, PUBLIC_URL, auth_event, get_event},
    runtime_api::Pool,
    twiml::{dialled, event, heard, next},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Twilio's key in `events/env.json`.
const TWILIO_KEY: &str = "dev-auth-token-not-secret";

const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const FAILURE: &str = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11";
const LOCKED: &str = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22";

/// The functions.
pub struct Functions {
    pub auth: Pool,
    pub next_action: Pool,
    pub voice: Pool,
    pub transcription: Pool,
}

/// What a worker has done.
#[derive(Default)]
pub struct Done {
    /// How long each login took.
    pub logins: Vec<Duration>,
    pub requests: usize,
    /// The outcomes that the functions must have logged.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// How often each script was played.
    pub played: [usize; SCRIPTS],
}

pub const SCRIPTS: usize = 10;

impl Functions {
    /// Waits until nothing is left to do of what was answered: records are written after their answers.
    pub async fn until_idle(&self) {
        for instance in self.all().into_iter().flat_map(|(_, pool)| pool.instances()) {
            instance.until_idle().await;
        }
    }

    pub fn all(&self) -> [(&'static str, &Pool); 4] {
        [
            ("auth-webhook", &self.auth),
            ("next-action", &self.next_action),
            ("voice-webhook", &self.voice),
            ("transcription-postback", &self.transcription),
        ]
    }
}

/// One worker: a stream of calls by its own callers.
pub struct Worker<'a> {
    pub functions: &'a Functions,
    pub number: usize,
    /// Makes the ids of calls unique.
    pub phase: &'static str,
    pub done: Done,
}

/// The names of a worker's callers: one who is always right, one who errs once in each call, one who is locked.
pub fn callers(worker: usize) -> [String; 3] {
    ["1", "2", "3"].map(|kind| format!("7{kind}{worker:03}"))
}

pub const PIN: &str = "4711";

impl Worker<'_> {
    /// Plays scripts in turn until the time is over.
    pub async fn play_until(&mut self, until: Instant) {
        let mut call = self.number;
        while Instant::now() < until {
            self.play(call % SCRIPTS, call).await;
            call += 1;
        }
    }

    /// Plays one script. `call` makes the ids unique.
    pub async fn play(&mut self, script: usize, call: usize) {
        let id = format!("CA{}-{}-{call}", self.phase, self.number);
        let [right, errs, locked] = callers(self.number);
        match script {
            0 => self.auth(&id, &right, PIN, SUCCESS, "verified").await,
            1 => {
                self.auth(&id, &errs, "9999", FAILURE, "wrong").await;
                self.auth(&format!("{id}b"), &errs, PIN, SUCCESS, "verified").await;
            }
            2 => self.auth(&id, &locked, PIN, LOCKED, "locked").await,
            3 => self.auth(&id, "nobody", PIN, "", "unknown").await,
            4 => {
                let passed = self.login(&id, &right, PIN, "verified", "<id>23456</id>").await;
                let survey =
                    format!("ivr_id=23456&ivr_session_id={id}&ivr_response_id={id}-2&qos=0&ivr_pass_through={passed}");
                let answered = self.next_action(&survey, "answered").await;
                assert!(answered.contains("<id>34567</id>"), "{answered}");
                let passed = pass_through(&answered);
                let balance =
                    format!("ivr_id=34567&ivr_session_id={id}&ivr_response_id={id}-3&ivr_pass_through={passed}");
                assert_eq!(self.next_action(&balance, "said").await, "Your balance is 12.50.");
            }
            5 => {
                self.login(&id, &errs, "9999", "wrong", "<id>12345</id>").await;
                self.login(&format!("{id}b"), &errs, PIN, "verified", "<id>23456</id>").await;
            }
            6 => drop(self.login(&id, &locked, PIN, "locked", "8005550111").await),
            // A new one each time, since accounts that nobody has lock, too.
            7 => drop(self.login(&id, &format!("nobody-{id}"), PIN, "unknown", "<id>12345</id>").await),
            8 => self.voice(&id, &right).await,
            _ => self.transcription(&id).await,
        }
        self.done.played[script] += 1;
    }

    /// Locks the worker's third caller.
    pub async fn lock(&mut self) {
        let [_, _, locked] = callers(self.number);
        for (number, pin) in ["9991", "9992", "9993"].into_iter().enumerate() {
            let call = format!("CA{}-{}-{number}", self.phase, self.number);
            self.auth(&call, &locked, pin, FAILURE, "wrong").await;
        }
    }

    async fn auth(&mut self, call: &str, user: &str, pin: &str, expected: &str, outcome: &'static str) {
        let (body, took) = ask(&self.functions.auth, &auth_event(call, user, pin), 200).await;
        assert_eq!(body, expected, "{user}");
        self.done.logins.push(took);
        self.note(outcome);
    }

    /// Returns the pass-through data of the answer.
    async fn login(&mut self, id: &str, user: &str, pin: &str, outcome: &'static str, expected: &str) -> String {
        let query = format!("ivr_id=12345&ivr_session_id={id}&ivr_response_id={id}-1&account={user}&pin={pin}");
        let (body, took) = ask(&self.functions.next_action, &get_event(Function::NextAction, &query), 200).await;
        assert!(body.contains(expected), "{user}: {body}");
        self.done.logins.push(took);
        self.note(outcome);
        pass_through(&body)
    }

    async fn next_action(&mut self, query: &str, outcome: &'static str) -> String {
        let (body, _) = ask(&self.functions.next_action, &get_event(Function::NextAction, query), 200).await;
        self.note(outcome);
        body
    }

    async fn voice(&mut self, id: &str, user: &str) {
        let mut url = format!("{PUBLIC_URL}/twiml/demo/voice");
        let keys =
            [("", "asked", "Welcome."), (user, "asked", "PIN"), (PIN, "verified", "Hello Ada"), ("0", "answered", "")];
        for (digits, outcome, expected) in keys {
            let answer = self.voice_asks(id, &url, digits, outcome).await;
            assert!(heard(&answer).contains(expected), "{answer:?}");
            url = next(&answer).unwrap_or_else(|| panic!("{answer:?}"));
        }
        let answer = self.voice_asks(id, &url, "", "said").await;
        assert!(heard(&answer).contains("12.50") && dialled(&answer).is_empty(), "{answer:?}");
    }

    async fn voice_asks(&mut self, id: &str, url: &str, digits: &str, outcome: &'static str) -> Answer {
        let form = voice_form(id, digits);
        let signature = sign_twilio(TWILIO_KEY, url, form.as_bytes());
        let (body, took) =
            ask(&self.functions.voice, &event(url, &form, &[("x-twilio-signature", &signature)]), 200).await;
        if outcome == "verified" {
            self.done.logins.push(took);
        }
        self.note(outcome);
        Answer::xml(body)
    }

    async fn transcription(&mut self, id: &str) {
        for outcome in ["stored", "repeated"] {
            let query = format!("survo_id=23456&unique_id={id}&question=1&text=hello");
            ask(&self.functions.transcription, &get_event(Function::Transcription, &query), 204).await;
            self.note(outcome);
        }
    }

    fn note(&mut self, outcome: &'static str) {
        self.done.requests += 1;
        *self.done.outcomes.entry(outcome).or_default() += 1;
    }
}

fn voice_form(id: &str, digits: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("AccountSid", "AC0123"), ("CallSid", id), ("CallStatus", "in-progress")]);
    form.extend_pairs([("From", "+12125550142"), ("To", "+18005550123")]);
    if !digits.is_empty() {
        form.extend_pairs([("Digits", digits), ("FinishedOnKey", "#")]);
    }
    form.finish()
}

/// Gives a function an event as API Gateway does; returns the body and how long it took.
pub async fn ask(pool: &Pool, event: &Value, status: u64) -> (String, Duration) {
    let (answer, took) = pool.invoke(event).await;
    assert_eq!(answer["statusCode"], status, "{answer}");
    (answer["body"].as_str().unwrap_or_default().to_owned(), took)
}

/// The pass-through data of an answer, as a value of a query string.
fn pass_through(document: &str) -> String {
    let Ok(document) = roxmltree::Document::parse(document) else { return String::new() };
    let found = document.descendants().find(|node| node.has_tag_name("p_t")).and_then(|node| node.text());
    found.unwrap_or_default().replace('%', "%25").replace('|', "%7C")
}
