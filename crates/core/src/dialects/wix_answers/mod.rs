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

use crate::flow::Reply;

/// A reply on the wire: the bare GUID, without quotes or line break, or nothing, which disconnects ("Hook's Response").
#[must_use]
pub fn write(reply: &Reply) -> &str {
    match reply {
        Reply::Redirect(ivr) => ivr.as_str(),
        Reply::Disconnect => "",
    }
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
}
