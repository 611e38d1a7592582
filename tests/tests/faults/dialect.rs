//! What the providers send for one login, and what the caller hears.

use ringbolt_core::ani::Ani;
use ringbolt_lambda::Answer;
use ringbolt_tests::{
    TestApp, TwimlCall,
    app::{Function, auth_event},
    twiml::{dialled, heard},
};
use std::fmt;

/// A dialect with logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    Auth,
    NextAction,
    Voice,
}

impl Dialect {
    pub const ALL: [Self; 3] = [Self::Auth, Self::NextAction, Self::Voice];
}

/// What a caller hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heard {
    /// What only a verified caller hears.
    LetIn,
    /// The question for a PIN again, or that it did not match.
    Again,
    /// That the account is locked, or somebody at support.
    TurnedAway,
    /// The flow's fallback.
    Fallback,
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LetIn => "let in",
            Self::Again => "asked again",
            Self::TurnedAway => "turned away",
            Self::Fallback => "fallback",
        })
    }
}

/// One call: its id, the number that it comes from, and who it says it is.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub id: &'a str,
    /// Ten digits.
    pub ani: &'a str,
    pub user: &'a str,
}

impl Dialect {
    /// The calling number as this dialect gives it.
    pub fn ani(self, digits: &str) -> Ani {
        Ani::parse(Some(&match self {
            Self::Auth | Self::Voice => format!("+1{digits}"),
            Self::NextAction => digits.to_owned(),
        }))
    }

    /// Keys a PIN; `before` is called when the next request is the one with the PIN.
    pub async fn login(self, app: &TestApp, call: Call<'_>, pin: &str, before: impl FnOnce()) -> Answer {
        match self {
            Self::Auth => {
                let mut event = auth_event(call.id, call.user, pin);
                let mut body: serde_json::Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
                body["from"] = serde_json::json!({ "countryCode": "1", "number": call.ani });
                event["body"] = body.to_string().into();
                before();
                app.send(Function::Auth, &event).await
            }
            Self::NextAction => {
                before();
                app.next(&login_query(call, pin)).await
            }
            Self::Voice => {
                let mut conversation = asked_for_pin(app, call).await;
                before();
                voice_keys(&mut conversation, call, pin).await
            }
        }
    }

    /// Asks for the balance after a login, which looks the caller up; `before` is called when the next request is that one.
    pub async fn balance(self, app: &TestApp, call: Call<'_>, pin: &str, before: impl AsyncFnOnce()) -> Answer {
        match self {
            Self::Auth => panic!("a login is all that this dialect has"),
            Self::NextAction => {
                let verified = app.next(&login_query(call, pin)).await;
                assert_eq!(self.heard(&verified), Heard::LetIn);
                let passed = element(&verified, "p_t").unwrap().replace('%', "%25").replace('|', "%7C");
                before().await;
                let (session, ani) = (call.id, call.ani);
                app.next(&format!(
                    "ivr_id=34567&ivr_session_id={session}&ivr_response_id={session}-2&ivr_caller_id={ani}\
                     &ivr_pass_through={passed}"
                ))
                .await
            }
            Self::Voice => {
                let mut conversation = asked_for_pin(app, call).await;
                let verified = voice_keys(&mut conversation, call, pin).await;
                assert_eq!(self.heard(&verified), Heard::LetIn);
                voice_keys(&mut conversation, call, "0").await;
                before().await;
                conversation.ask(&[("From", &format!("+1{}", call.ani))]).await
            }
        }
    }

    /// What the caller hears, read from the answer as the provider reads it.
    pub fn heard(self, answer: &Answer) -> Heard {
        let say = match self {
            Self::Auth => return heard_by_wix_answers(answer),
            Self::NextAction if !answer.body.starts_with('<') => answer.body.clone(),
            Self::NextAction => String::new(),
            Self::Voice => heard(answer),
        };
        if say.contains("Hello Ada") || say.contains("12.50") {
            return Heard::LetIn;
        }
        if say.starts_with("We are sorry") {
            return Heard::Fallback;
        }
        let destination = match self {
            Self::Voice => dialled(answer).first().map(|number| number.trim_start_matches("+1").to_owned()),
            _ => element(answer, "destination"),
        };
        match (destination.as_deref(), element(answer, "id").as_deref()) {
            (Some("8005550100"), _) => Heard::Fallback,
            (Some("8005550111"), _) => Heard::TurnedAway,
            (None, Some("23456")) => Heard::LetIn,
            (None, Some("12345")) => Heard::Again,
            (None, None) if say.starts_with("Welcome.") => Heard::Again,
            _ => panic!("{answer:?}"),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auth => "auth",
            Self::NextAction => "next-action",
            Self::Voice => "voice",
        })
    }
}

fn login_query(call: Call<'_>, pin: &str) -> String {
    let Call { id, ani, user } = call;
    format!("ivr_id=12345&ivr_session_id={id}&ivr_response_id={id}-1&ivr_caller_id={ani}&account={user}&pin={pin}")
}

async fn asked_for_pin<'a>(app: &'a TestApp, call: Call<'_>) -> TwimlCall<'a> {
    let mut conversation = TwimlCall::to(app, "demo", call.id);
    conversation.ask(&[("From", &format!("+1{}", call.ani))]).await;
    voice_keys(&mut conversation, call, call.user).await;
    conversation
}

async fn voice_keys(conversation: &mut TwimlCall<'_>, call: Call<'_>, digits: &str) -> Answer {
    let from = format!("+1{}", call.ani);
    conversation.ask(&[("Digits", digits), ("FinishedOnKey", "#"), ("From", &from)]).await
}

fn heard_by_wix_answers(answer: &Answer) -> Heard {
    assert_eq!((answer.status, answer.content_type), (200, "text/plain; charset=utf-8"), "{answer:?}");
    match answer.body.as_str() {
        "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064" => Heard::LetIn,
        "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11" => Heard::Again,
        "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22" => Heard::TurnedAway,
        "" => Heard::Fallback,
        other => panic!("{other}"),
    }
}

fn element(answer: &Answer, name: &str) -> Option<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let document = roxmltree::Document::parse(&answer.body).ok()?;
    let found = document.descendants().find(|node| node.has_tag_name(name))?;
    found.text().map(str::to_owned)
}
