//! What comes back to us through a provider, signed or sealed.

use crate::flows::{FLOWS, KEYS, NOW};
use crate::input::Input;
use ringbolt_core::call::CallState;
use ringbolt_core::call::state::{Binding, LONGEST_CALL, Verified};
use ringbolt_core::identity::{IdentifierForm, UserId};
use ringbolt_core::pin::PinsVersion;
use ringbolt_core::time::EpochMs;

const CALL: Option<&str> = Some("s-1");

fn binding(call_id: Option<&'static str>) -> Binding<'static> {
    Binding { keys: &KEYS, flow: &FLOWS[0].name, call_id }
}

/// Two bytes for the number of tries, a line for the user, one for another call's id, and what came back: text, or, if a
/// flag is set, the changes to a signed state.
///
/// Only what we signed is believed, for the call and the flow and the hours for which it was signed, to the last byte.
pub fn signed(data: &[u8]) {
    let mut input = Input::new(data);
    let tries = u32::from(input.u16());
    let user = UserId::parse(&input.line(), IdentifierForm::Text).ok();
    let pins = PinsVersion::parse("AAECAwQFBgc").expect("it is one");
    let state = CallState { tries, verified: user.map(|user| Verified { user, pins }) };
    let Some(text) = state.write(binding(CALL), NOW) else {
        assert_eq!(state, CallState::default());
        return;
    };
    let read = |text: &str, call_id, now| CallState::read(Some(text), binding(call_id), now);
    assert_eq!(read(&text, CALL, NOW), state);
    assert_eq!(CallState::claimed(&text), state.verified.as_ref().map(|verified| verified.user.clone()));
    let nothing = CallState::default();
    assert_eq!(read(&text, CALL, NOW.plus(LONGEST_CALL)), nothing);
    assert_eq!(read(&text, Some("s-2"), NOW), nothing);
    assert_eq!(read(&text, None, NOW), nothing);
    let elsewhere = Binding { flow: &FLOWS[1].name, ..binding(CALL) };
    assert_eq!(CallState::read(Some(&text), elsewhere, NOW), nothing);

    let changed = if input.flag() { mutated(&text, &mut input) } else { input.rest_as_text().into_owned() };
    drop(CallState::claimed(&changed));
    if changed != text {
        // libFuzzer sees what is compared, so it can put in a state that was signed for another input.
        let believed = read(&changed, CALL, NOW);
        assert!(believed == nothing || believed.write(binding(CALL), NOW).as_ref() == Some(&changed), "{changed}");
        for (call_id, now) in [(None, NOW), (Some(""), EpochMs(i64::MIN)), (CALL, EpochMs(i64::MAX))] {
            assert_eq!(read(&changed, call_id, now), nothing, "{changed}");
        }
    }
}

/// The text with bytes replaced, put in, taken out, or cut off.
pub fn mutated(text: &str, input: &mut Input<'_>) -> String {
    let mut changed = text.as_bytes().to_vec();
    for _ in 0..=input.below(3) {
        let at = usize::from(input.u16()) % (changed.len() + 1);
        let byte = input.byte();
        match input.below(5) {
            0 => changed.insert(at, byte),
            1 => changed.truncate(at),
            2 => drop(changed.drain(at..).next()),
            3 => changed.extend_from_within(at..),
            _ => changed.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
        }
    }
    String::from_utf8_lossy(&changed).into_owned()
}
