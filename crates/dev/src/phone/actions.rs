//! What the page can do.

use super::{
    Phone, SharedSession,
    chosen::Chosen,
    clock::{self, Moved},
    session::Session,
    view,
};
use crate::faults::DatabaseFault;
use axum::http::StatusCode;
use ringbolt_core::{identity::FlowName, text::sentence};
use ringbolt_simulator::{Call, Input, NotNow, PersonDoes, Provider};
use serde_json::Value;
use std::sync::atomic::Ordering;

/// Why nothing was done: a status and a sentence.
pub(super) type Refusal = (StatusCode, String);

fn bad(sentence: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, sentence.to_owned())
}

/// Dials.
pub(super) async fn dial(phone: &Phone, body: &Value) -> Result<Value, Refusal> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().trim().to_owned();
    let flow = FlowName::parse(&text("flow")).ok().and_then(|name| phone.gateway.app.flows.get(&name));
    let flow = flow.ok_or_else(|| (StatusCode::NOT_FOUND, "There is no such flow here.".to_owned()))?.flow;
    let provider = Provider::ALL.into_iter().find(|provider| provider.word() == text("provider"));
    let provider = provider.ok_or_else(|| bad("Choose a provider that can play this flow."))?;
    let number = |name: &str| number(&text(name));
    let chosen = Chosen {
        provider,
        from: number("from"),
        dials: number("dialled"),
        user: Some(text("user")).filter(|user| !user.is_empty()),
    };
    let serial = phone.numbers.fetch_add(1, Ordering::Relaxed);
    let id = format!("c{serial}");
    // The process is part of it: limits of a call are counted under its id, and the database may be older.
    let call_id = format!("phone-{}-{serial}", phone.process.get(..8).unwrap_or_default());
    let now = phone.clock.now();
    let setting = chosen.setting(flow, &phone.callers, call_id, &phone.token, now);
    let call = Call::start(setting, now).map_err(|error| (StatusCode::CONFLICT, sentence(&error.to_string())))?;
    let session = phone.remember(Session::new(id, call));
    let mut session = session.lock().await;
    Ok(session.settle(phone).await)
}

/// A number as it is dialled, without the signs between its digits; or a word such as `anonymous`.
fn number(text: &str) -> String {
    text.replace("(0)", "").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '+').take(32).collect()
}

/// Does something in a call.
pub(super) async fn act(phone: &Phone, session: &SharedSession, body: &Value) -> Result<Value, Refusal> {
    let mut session = session.lock().await;
    let done = match body["transcription"].as_u64() {
        Some(index) => transcription(phone, &mut session, usize::try_from(index).unwrap_or(usize::MAX), body).await,
        None => session.input(phone, input(body)?).await,
    };
    done.map_err(|error| (StatusCode::CONFLICT, sentence(&error.to_string())))
}

fn input(body: &Value) -> Result<Input, Refusal> {
    if let Some(key) = body["key"].as_str() {
        let mut keys = key.chars();
        return match (keys.next(), keys.next()) {
            (Some(key), None) => Ok(Input::Key(key)),
            _ => Err(bad("One key at a time.")),
        };
    }
    if let Some(text) = body["say"].as_str() {
        return Ok(Input::Say(text.chars().take(4_000).collect()));
    }
    if let Some(index) = body["person"].as_u64() {
        let does = match body["does"].as_str() {
            Some("answers") => PersonDoes::Answers,
            Some("accepts") => PersonDoes::Accepts,
            Some("declines") => PersonDoes::Declines,
            Some("nobody") => PersonDoes::Nothing,
            _ => return Err(bad("A person answers, accepts, declines, or nobody does.")),
        };
        return Ok(Input::Person(usize::try_from(index).unwrap_or(usize::MAX), does));
    }
    match body {
        _ if body["hang_up"] == true => Ok(Input::HangUp),
        _ if body["silence"] == true => Ok(Input::Silence),
        _ => Err(bad("Nothing to do.")),
    }
}

async fn transcription(phone: &Phone, session: &mut Session, index: usize, body: &Value) -> Result<Value, NotNow> {
    match body["does"].as_str() {
        Some("post_twice") => {
            session.post(phone, index).await?;
            session.post(phone, index).await
        }
        Some("lose") => {
            session.call.lose(index, phone.clock.now())?;
            Ok(session.publish(phone))
        }
        _ => session.post(phone, index).await,
    }
}

/// Moves the clock.
pub(super) fn move_clock(phone: &Phone, body: &Value) -> Result<Value, Refusal> {
    let text = body["set"].as_str().unwrap_or_default();
    let zone = clock::zone(&phone.gateway.app.flows.all());
    match clock::parse(text, phone.clock.now(), &zone) {
        Some(Moved::To(at)) => phone.clock.set(at),
        Some(Moved::Back) => phone.clock.reset(),
        None => {
            return Err(bad(
                "This isn't a time. Write for example `Saturday 10:30`, `+31 minutes`, `2026-12-25 09:00` or `now`.",
            ));
        }
    }
    Ok(publish_state(phone))
}

/// Switches faults on and off.
pub(super) fn set_faults(phone: &Phone, body: &Value) -> Result<Value, Refusal> {
    if let Some(word) = body["database"].as_str() {
        let fault = DatabaseFault::ALL.into_iter().find(|fault| fault.word() == word);
        phone.faults.set_database(fault.ok_or_else(|| bad("The database is ok, slow, throttled or down."))?);
    }
    if let Some(retries) = body["provider_retries"].as_bool() {
        phone.provider_retries.store(retries, Ordering::Relaxed);
    }
    Ok(publish_state(phone))
}

fn publish_state(phone: &Phone) -> Value {
    let state = view::state(phone);
    phone.publish("state", &state);
    state
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_is_the_same_in_every_spelling() {
        for (written, dialled) in [
            ("(212) 555-0142", "2125550142"),
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("+354 555 1234", "+3545551234"),
            ("anonymous", "anonymous"),
        ] {
            assert_eq!(number(written), dialled);
        }
    }
}
