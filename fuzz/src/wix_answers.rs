//! The request of Wix Answers: JSON of any bytes.

use crate::flows::{CLOSURES, FLOWS, NOW};
use ringbolt_core::dialects::wix_answers::{Request, Unreadable, write};
use serde_json::Value;

/// The body.
///
/// What serde_json reads as an object is read with the same values, unless a key that decides is repeated; what it reads as
/// something else is refused.
pub fn request(data: &[u8]) {
    let ours = Request::read(data);
    let theirs = serde_json::from_slice::<Value>(data);
    match (&ours, &theirs) {
        (Ok(ours), Ok(Value::Object(theirs))) => {
            let scalar = |value: Option<&Value>| match value? {
                Value::String(text) if !text.is_empty() => Some(text.clone()),
                Value::Number(number) if !number.is_f64() => Some(number.to_string()),
                _ => None,
            };
            assert_eq!(ours.input(), scalar(theirs.get("input")).as_deref());
            assert_eq!(ours.login.call_id, scalar(theirs.get("callId")));
            let user = theirs.get("user").and_then(Value::as_object);
            assert_eq!(ours.login.user.is_some(), user.is_some());
            if let (Some(ours), Some(theirs)) = (&ours.login.user, user) {
                assert_eq!(ours.id, scalar(theirs.get("id")));
                let is_not_banned = match theirs.get("banned") {
                    None | Some(Value::Null | Value::Bool(false)) => true,
                    Some(Value::String(text)) => ["false", "0"].contains(&text.trim().to_ascii_lowercase().as_str()),
                    Some(Value::Number(number)) => number.as_i64() == Some(0),
                    Some(_) => false,
                };
                assert_eq!(ours.banned, !is_not_banned);
            }
        }
        (Err(Unreadable::RepeatedKey(_)), _) => {}
        (Err(error), Ok(value)) => assert!(*error == Unreadable::NotAnObject && !value.is_object(), "{error}: {value}"),
        (Ok(_), Ok(value)) => panic!("{value} was read as an object"),
        // We are more lenient: half a surrogate pair, bytes that aren't UTF-8, and numbers out of range below.
        (Ok(_) | Err(_), Err(_)) => {}
    }
    answered(ours.ok().as_ref());
}

/// Whatever came, the reply is a GUID of the flow or nothing.
fn answered(request: Option<&Request>) {
    let flow = &FLOWS[1];
    let fallback = write(&flow.fallback.wix_answers);
    assert!(fallback.is_empty() || fallback.len() == 36);
    let Some(request) = request else { return };
    let login = ringbolt_core::call::Login::new(flow, &request.login, &CLOSURES, NOW);
    drop(login.and_then(|login| login.plan(request.input())));
}
