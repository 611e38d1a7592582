//! What Ringbolt remembers within a call, signed.
//!
//! The provider carries it from one IVR to the next, and anyone who knows the URL could send one of their own. So it is
//! signed together with the call's id and the flow: a state that was edited, or replayed from another call, counts as
//! absent.

use crate::{
    identity::{FlowName, UserId},
    pin::{PinKeys, PinsVersion, keys::PinKey},
    time::EpochMs,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::time::Duration;

/// After this time a state counts as absent: no call is that long.
pub const LONGEST_CALL: Duration = Duration::from_secs(12 * 3600);

/// What is known of a call so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallState {
    /// How many PIN questions this call has come through, whatever their outcome: right PINs and silence count as well.
    pub tries: u32,
    /// Who the caller has proved to be.
    pub verified: Option<Verified>,
}

/// Who a caller has proved to be, and with which PINs on file: the proof ends when these change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The user.
    pub user: UserId,
    /// Their PINs at that time.
    pub pins: PinsVersion,
}

/// What a state is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The keys: signed with the current one, any is believed.
    pub keys: &'a PinKeys,
    /// The flow that wrote it.
    pub flow: &'a FlowName,
    /// The call's id. Without one a state could be replayed in any call, so nobody is verified by it.
    pub call_id: Option<&'a str>,
}

impl CallState {
    /// Reads a state that came back; anything wrong with it makes it absent.
    #[must_use]
    pub fn read(text: Option<&str>, binding: Binding<'_>, now: EpochMs) -> Self {
        text.and_then(|text| Self::checked(text, binding, now)).unwrap_or_default()
    }

    /// Whom a state claims as verified, without checking its signature or age: for finding the records of a person, never
    /// for deciding anything about a caller.
    #[must_use]
    pub fn claimed(text: &str) -> Option<UserId> {
        let (payload, _) = text.rsplit_once('.')?;
        user(payload.split('.').nth(2)?)
    }

    fn checked(text: &str, binding: Binding<'_>, now: EpochMs) -> Option<Self> {
        let (payload, signature) = text.rsplit_once('.')?;
        let signature: [u8; 16] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        // The signatures are compared as a whole before anything in the payload is believed.
        let signed = binding.keys.all().any(|key| constant_time_eq(&sign(key, binding, payload), &signature));
        if !signed {
            return None;
        }
        let mut fields = payload.split('.');
        let tries = fields.next()?.parse().ok()?;
        let issued_at = EpochMs(fields.next()?.parse().ok()?);
        let verified = match (fields.next()?, fields.next()?) {
            ("", _) => None,
            (encoded, pins) => Some(Verified { user: user(encoded)?, pins: PinsVersion::parse(pins)? }),
        };
        let verified = verified.filter(|_| binding.call_id.is_some());
        (now < issued_at.plus(LONGEST_CALL)).then_some(Self { tries, verified })
    }

    /// The state as it travels; `None` if there is nothing to remember.
    #[must_use]
    pub fn write(&self, binding: Binding<'_>, now: EpochMs) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let verified = self.verified.as_ref().filter(|_| binding.call_id.is_some());
        let (user, pins) = match verified {
            Some(Verified { user, pins }) => (URL_SAFE_NO_PAD.encode(user.as_str()), pins.as_str()),
            None => (String::new(), ""),
        };
        let payload = format!("{}.{}.{user}.{pins}", self.tries, now.0);
        let signature = URL_SAFE_NO_PAD.encode(sign(binding.keys.current(), binding, &payload));
        Some(format!("{payload}.{signature}"))
    }
}

fn user(encoded: &str) -> Option<UserId> {
    UserId::from_stored(&String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?).ok()
}

fn sign(key: &PinKey, binding: Binding<'_>, payload: &str) -> [u8; 16] {
    let call_id = binding.call_id.unwrap_or_default();
    key.sign_call_state(&[binding.flow.as_str().as_bytes(), call_id.as_bytes(), payload.as_bytes()])
}

fn constant_time_eq(a: &[u8; 16], b: &[u8; 16]) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_slice(), b.as_slice()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::IdentifierForm;

    const NOW: EpochMs = EpochMs(1_800_000_000_000);

    fn keys(current: char, previous: Option<char>) -> PinKeys {
        let text = |c: char| c.to_string().repeat(90);
        let json = serde_json::json!({ "current": text(current), "previous": previous.map(text) });
        PinKeys::from_json(&json.to_string()).unwrap()
    }

    fn state(tries: u32, user: Option<&str>) -> CallState {
        let verified = user.map(|user| Verified {
            user: UserId::parse(user, IdentifierForm::Text).unwrap(),
            pins: PinsVersion::parse("AAECAwQFBgc").unwrap(),
        });
        CallState { tries, verified }
    }

    fn written(state: &CallState, keys: &PinKeys, flow: &str, call_id: Option<&str>) -> String {
        let flow = FlowName::parse(flow).unwrap();
        state.write(Binding { keys, flow: &flow, call_id }, NOW).unwrap()
    }

    fn read(text: &str, keys: &PinKeys, flow: &str, call_id: Option<&str>, now: EpochMs) -> CallState {
        let flow = FlowName::parse(flow).unwrap();
        CallState::read(Some(text), Binding { keys, flow: &flow, call_id }, now)
    }

    #[test]
    fn a_state_comes_back_as_it_was() {
        let keys = keys('a', None);
        for given in [state(2, None), state(0, Some("90786")), state(1, Some("a.b|c%é"))] {
            let text = written(&given, &keys, "demo", Some("s-1"));
            assert_eq!(read(&text, &keys, "demo", Some("s-1"), NOW), given);
        }
        let flow = FlowName::parse("demo").unwrap();
        let binding = Binding { keys: &keys, flow: &flow, call_id: Some("s-1") };
        assert_eq!(CallState::default().write(binding, NOW), None);
    }

    #[test]
    fn a_state_of_another_call_or_flow_or_key_counts_as_absent() {
        let ours = keys('a', None);
        let text = written(&state(0, Some("90786")), &ours, "demo", Some("s-1"));
        assert_eq!(read(&text, &ours, "demo", Some("s-2"), NOW), CallState::default());
        assert_eq!(read(&text, &ours, "other", Some("s-1"), NOW), CallState::default());
        assert_eq!(read(&text, &keys('b', None), "demo", Some("s-1"), NOW), CallState::default());
        assert_eq!(read(&text, &ours, "demo", Some("s-1"), NOW.plus(LONGEST_CALL)), CallState::default());
    }

    #[test]
    fn a_state_is_good_for_twelve_hours() {
        let (keys, given) = (keys('a', None), state(1, Some("90786")));
        let text = written(&given, &keys, "demo", Some("s-1"));
        let after = |millis| read(&text, &keys, "demo", Some("s-1"), NOW.plus(Duration::from_millis(millis)));
        assert_eq!((after(43_199_999), after(43_200_000)), (given, CallState::default()));
    }

    #[test]
    fn nobody_is_verified_in_a_call_without_an_id() {
        let keys = keys('a', None);
        let text = written(&state(1, Some("90786")), &keys, "demo", None);
        assert_eq!(CallState::claimed(&text), None);
        assert_eq!(read(&text, &keys, "demo", None, NOW), state(1, None));
    }

    #[test]
    fn a_call_continues_while_the_key_is_rotated() {
        let text = written(&state(1, None), &keys('a', None), "demo", Some("s-1"));
        assert_eq!(read(&text, &keys('b', Some('a')), "demo", Some("s-1"), NOW), state(1, None));
    }

    #[test]
    fn every_edited_byte_is_noticed() {
        let keys = keys('a', None);
        let text = written(&state(2, Some("90786")), &keys, "demo", Some("s-1"));
        for at in 0..text.len() {
            let mut edited = text.clone().into_bytes();
            // The last character of base64 has bits that mean nothing; the decoder refuses them if they are set.
            edited[at] = if edited[at] == b'1' { b'2' } else { b'1' };
            let edited = String::from_utf8(edited).unwrap();
            assert_eq!(read(&edited, &keys, "demo", Some("s-1"), NOW), CallState::default(), "at {at}");
        }
    }

    #[test]
    fn garbage_counts_as_absent() {
        for text in ["", "x", "1.2.3", "....", "1.2.3.!!!", "99999999999.1..AAAA"] {
            assert_eq!(read(text, &keys('a', None), "demo", Some("s-1"), NOW), CallState::default(), "{text}");
        }
    }
}
