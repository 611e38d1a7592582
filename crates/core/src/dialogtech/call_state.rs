//! What Ringbolt remembers within a call, signed, in the pass-through data.
//!
//! The provider carries it from one IVR to the next ("Using Pass-Through Data"); whoever knows the URL could send one
//! of his own. So it is signed together with the call's session id and the flow: what was replayed from another call or
//! edited counts as none.

use super::pass_through::PassThrough;
use crate::{
    identity::{FlowName, IdentifierForm, UserId},
    pin::{PinKeys, keys::PinKey},
    time::EpochMs,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::time::Duration;

/// The key of the state among the pass-through data. Flows cannot use it.
pub const KEY: &str = "rb";

/// After this time a state counts as none: no call is that long.
pub const LONGEST_CALL: Duration = Duration::from_secs(12 * 3600);

/// What a call has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallState {
    /// How many PIN questions this call has come through, whatever came of them: right PINs and silence count as well.
    pub tries: u32,
    /// Who the caller has proved to be.
    pub verified: Option<UserId>,
}

/// What a state is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The keys: signed with the current one, any is believed.
    pub keys: &'a PinKeys,
    /// The flow that wrote it.
    pub flow: &'a FlowName,
    /// `ivr_session_id`, "unique DialogTech assigned identifier for the call".
    pub session_id: &'a str,
}

impl CallState {
    /// Reads the state out of what the provider passed back; anything wrong with it makes it none.
    #[must_use]
    pub fn read(pass_through: &PassThrough, binding: Binding<'_>, now: EpochMs) -> Self {
        pass_through.get(KEY).and_then(|text| Self::verify(text, binding, now)).unwrap_or_default()
    }

    /// Whom a state says the call had verified, without a look at its signature or age: for finding the records of a
    /// person, never for deciding anything about a caller.
    #[must_use]
    pub fn claimed(pass_through: &PassThrough) -> Option<UserId> {
        let (payload, _) = pass_through.get(KEY)?.rsplit_once('.')?;
        let user = URL_SAFE_NO_PAD.decode(payload.split('.').nth(2)?).ok()?;
        UserId::parse(&String::from_utf8(user).ok()?, IdentifierForm::Text).ok()
    }

    fn verify(text: &str, binding: Binding<'_>, now: EpochMs) -> Option<Self> {
        let (payload, signature) = text.rsplit_once('.')?;
        let signature: [u8; 16] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        // The signatures are compared as a whole before anything of the payload is believed.
        let signed = binding.keys.all().any(|key| constant_time_eq(&sign(key, binding, payload), &signature));
        if !signed {
            return None;
        }
        let mut fields = payload.split('.');
        let tries = fields.next()?.parse().ok()?;
        let issued_at = EpochMs(fields.next()?.parse().ok()?);
        let verified = match fields.next()? {
            "" => None,
            user => {
                let user = String::from_utf8(URL_SAFE_NO_PAD.decode(user).ok()?).ok()?;
                Some(UserId::parse(&user, IdentifierForm::Text).ok()?)
            }
        };
        (now < issued_at.plus(LONGEST_CALL)).then_some(Self { tries, verified })
    }

    /// Puts the state into what goes out with the next IVR; it is the last thing to be dropped for want of space.
    pub fn write(&self, pass_through: &mut PassThrough, binding: Binding<'_>, now: EpochMs) {
        let user = self.verified.as_ref().map(|user| URL_SAFE_NO_PAD.encode(user.as_str())).unwrap_or_default();
        let payload = format!("{}.{}.{user}", self.tries, now.0);
        let signature = URL_SAFE_NO_PAD.encode(sign(binding.keys.current(), binding, &payload));
        pass_through.set_protected(KEY, &format!("{payload}.{signature}"));
    }
}

fn sign(key: &PinKey, binding: Binding<'_>, payload: &str) -> [u8; 16] {
    key.sign_call_state(&[binding.flow.as_str().as_bytes(), binding.session_id.as_bytes(), payload.as_bytes()])
}

fn constant_time_eq(a: &[u8; 16], b: &[u8; 16]) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_slice(), b.as_slice()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: EpochMs = EpochMs(1_800_000_000_000);

    fn keys(current: char, previous: Option<char>) -> PinKeys {
        let text = |c: char| c.to_string().repeat(90);
        let json = serde_json::json!({ "current": text(current), "previous": previous.map(text) });
        PinKeys::from_json(&json.to_string()).unwrap()
    }

    fn state(tries: u32, user: Option<&str>) -> CallState {
        CallState { tries, verified: user.map(|user| UserId::parse(user, IdentifierForm::Text).unwrap()) }
    }

    fn written(state: &CallState, keys: &PinKeys, flow: &str, session_id: &str) -> PassThrough {
        let flow = FlowName::parse(flow).unwrap();
        let mut pass_through = PassThrough::parse("campaign|radio");
        state.write(&mut pass_through, Binding { keys, flow: &flow, session_id }, NOW);
        PassThrough::parse(&pass_through.to_text())
    }

    fn read(pass_through: &PassThrough, keys: &PinKeys, flow: &str, session_id: &str, now: EpochMs) -> CallState {
        let flow = FlowName::parse(flow).unwrap();
        CallState::read(pass_through, Binding { keys, flow: &flow, session_id }, now)
    }

    #[test]
    fn a_state_comes_back_as_it_was_beside_foreign_data() {
        let keys = keys('a', None);
        for given in [state(2, None), state(0, Some("90786")), state(1, Some("a.b|c%é"))] {
            let passed = written(&given, &keys, "demo", "s-1");
            assert_eq!(read(&passed, &keys, "demo", "s-1", NOW), given);
            assert_eq!(passed.get("campaign"), Some("radio"));
        }
    }

    #[test]
    fn a_state_of_another_call_or_flow_or_key_counts_as_none() {
        let ours = keys('a', None);
        let passed = written(&state(0, Some("90786")), &ours, "demo", "s-1");
        assert_eq!(read(&passed, &ours, "demo", "s-2", NOW), CallState::default());
        assert_eq!(read(&passed, &ours, "other", "s-1", NOW), CallState::default());
        assert_eq!(read(&passed, &keys('b', None), "demo", "s-1", NOW), CallState::default());
        assert_eq!(read(&passed, &ours, "demo", "s-1", NOW.plus(LONGEST_CALL)), CallState::default());
    }

    #[test]
    fn a_call_goes_on_while_the_key_is_rotated() {
        let passed = written(&state(1, None), &keys('a', None), "demo", "s-1");
        assert_eq!(read(&passed, &keys('b', Some('a')), "demo", "s-1", NOW), state(1, None));
    }

    #[test]
    fn every_edited_byte_is_noticed() {
        let keys = keys('a', None);
        let text = written(&state(2, Some("90786")), &keys, "demo", "s-1").get(KEY).unwrap().to_owned();
        for at in 0..text.len() {
            let mut edited = text.clone().into_bytes();
            // The last character of base64 has bits that say nothing; the decoder refuses them where they are set.
            edited[at] = if edited[at] == b'1' { b'2' } else { b'1' };
            let edited = String::from_utf8(edited).unwrap();
            let passed = PassThrough::parse(&format!("{KEY}|{edited}"));
            assert_eq!(read(&passed, &keys, "demo", "s-1", NOW), CallState::default(), "at {at}");
        }
    }

    #[test]
    fn garbage_counts_as_none() {
        for text in ["", "rb", "rb|", "rb|x", "rb|1.2.3", "rb|....", "rb|1.2.3.!!!", "rb|99999999999.1..AAAA"] {
            let passed = PassThrough::parse(text);
            assert_eq!(read(&passed, &keys('a', None), "demo", "s-1", NOW), CallState::default(), "{text}");
        }
    }
}
