//! Wix Answers' dialect: the webhook of a Number Input IVR asks who the caller is, and an IVR's GUID answers ("Setting Up
//! IVR Webhooks").
//!
//! ```
//! use ringbolt_core::dialects::wix_answers::Request;
//!
//! let request = Request::read(br#"{ "callId": "c-1", "user": { "id": "u-1", "banned": false }, "input": "1234" }"#)?;
//! assert_eq!(request.input(), Some("1234"));
//! assert_eq!(request.login.user.unwrap().id.as_deref(), Some("u-1"));
//! # Ok::<(), ringbolt_core::dialects::wix_answers::Unreadable>(())
//! ```

mod json;
mod request;

pub use json::Unreadable;
pub use request::Request;

use crate::flow::{Flow, Mistake, Position, Reply};

/// A reply on the wire: the bare GUID, without quotes or line break, or nothing, which disconnects ("Hook's Response").
#[must_use]
pub fn write(reply: &Reply) -> &str {
    match reply {
        Reply::Redirect(ivr) => ivr.as_str(),
        Reply::Disconnect => "",
    }
}

/// What a flow lacks to be answered for Wix Answers: the section `wix_answers`. Loading a flow checks the rest.
#[must_use]
pub fn check(flow: &Flow) -> Vec<Mistake> {
    let mistake = || {
        Mistake::new(Position::default(), "the flow has no `wix_answers`, so nothing answers Wix Answers")
            .help("say under `wix_answers` which IVR follows each outcome of a PIN".to_owned())
    };
    flow.wix_answers.is_none().then(mistake).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::wix_answers::IvrGuid;

    #[test]
    fn a_reply_is_the_bare_guid_or_nothing() {
        let guid = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
        assert_eq!(write(&Reply::Redirect(IvrGuid::parse(guid).unwrap())), guid);
        assert_eq!(write(&Reply::Disconnect), "");
    }

    #[test]
    fn a_flow_needs_the_section_of_wix_answers() {
        let flow = |rest: &str| {
            let head = "flow: f\nrealm: f\nfallback: { do: hangup, wix_answers: disconnect }\n";
            Flow::load(&format!("{head}{rest}")).unwrap()
        };
        let guid = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
        assert_eq!(check(&flow(&format!("wix_answers: {{ success: {guid}, failure: disconnect }}"))), []);
        let lacks = check(&flow("ivrs: { a: { id: 1, do: hangup } }"));
        assert_eq!(lacks[0].message, "the flow has no `wix_answers`, so nothing answers Wix Answers");
    }
}
