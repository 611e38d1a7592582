//! What the providers' schemes cover, what they leave open, and which key checks what.

use super::requests::{NOW, Request, SIGNALWIRE_KEY, TWILIO_KEY, good, keys, telnyx};
use crate::dialects::twiml::signature::{Provider, Refused, TwimlKeys};
use crate::time::EpochMs;
use std::time::Duration;

#[test]
fn every_kind_of_signature_verifies() {
    for (name, request, provider) in good() {
        assert_eq!(request.verify(&keys()), Ok(provider), "{name}");
    }
}

#[test]
fn what_twilio_does_not_sign_may_change() {
    for (change, from, to) in [
        ("a copy of a parameter", "Digits=1234", "Digits=1234&Digits=1234"),
        ("the order of parameters", "CallSid=CA0123&AccountSid=AC0123", "AccountSid=AC0123&CallSid=CA0123"),
        ("the order of the values of one name", "Tag=one&Tag=two", "Tag=two&Tag=one"),
        ("the boundary between a name and its value", "Digits=1234", "Digits1=234"),
        ("how a character is encoded", "Ada+O%27Hara", "%41da%20O'Hara"),
    ] {
        let mut request = Request::form().by_twilio(TWILIO_KEY);
        request.body = request.body.replace(from, to);
        assert_eq!(request.verify(&keys()), Ok(Provider::Twilio), "{change}");
        let mut request = Request::form().by_signalwire_raw(SIGNALWIRE_KEY);
        request.body = request.body.replace(from, to);
        assert!(request.verify(&keys()).is_err(), "{change}, in a raw body");
    }
}

#[test]
fn what_telnyx_does_not_sign_may_change() {
    let mut request = Request::form().by_telnyx(&telnyx());
    request.path = "/twiml/other/voice".to_owned();
    request.query = "at=login.2&s=other".to_owned();
    assert_eq!(request.verify(&keys()), Ok(Provider::Telnyx));
}

#[test]
fn a_telnyx_request_is_fresh_for_five_minutes_both_ways() {
    let verified_at = |now| Request { now, ..Request::form().by_telnyx(&telnyx()) }.verify(&keys());
    let (window, beyond) = (Duration::from_secs(300), Duration::from_millis(300_001));
    for now in [NOW, NOW.plus(window), NOW.minus(window)] {
        assert_eq!(verified_at(now), Ok(Provider::Telnyx), "{now:?}");
    }
    for now in [NOW.plus(beyond), NOW.minus(beyond), EpochMs(i64::MAX), EpochMs(i64::MIN)] {
        assert_eq!(verified_at(now), Err(Refused::Stale), "{now:?}");
    }
}

#[test]
fn a_provider_without_a_key_is_named() {
    let only = |list: &str, key: &str| TwimlKeys::from_json(&format!(r#"{{"{list}":["{key}"]}}"#)).unwrap();
    let (twilio, signalwire) = (only("twilio", TWILIO_KEY), only("signalwire", SIGNALWIRE_KEY));
    let telnyx_only = only("telnyx", &telnyx().public_key());
    let missing = |provider| Err(Refused::NoKeyForProvider { provider });
    let form = Request::form;
    for (request, keys, expected) in [
        (form().by_telnyx(&telnyx()), &twilio, missing(Provider::Telnyx)),
        (form().by_signalwire(SIGNALWIRE_KEY), &twilio, missing(Provider::SignalWire)),
        (form().by_twilio(TWILIO_KEY), &telnyx_only, missing(Provider::Twilio)),
        // Only Twilio sends settings, so SignalWire's keys aren't tried.
        (form().by_shared_key(TWILIO_KEY), &signalwire, missing(Provider::Twilio)),
        (form().by_twilio(TWILIO_KEY), &signalwire, Err(Refused::WrongSignature { provider: Provider::SignalWire })),
    ] {
        assert_eq!(request.verify(keys), expected, "{request:?}");
    }
}

#[test]
fn with_signature_settings_the_keys_of_signalwire_are_not_tried() {
    let request = Request::form().by_twilio(SIGNALWIRE_KEY);
    assert_eq!(request.verify(&keys()), Ok(Provider::SignalWire));
    let request = request.with("x-twilio-webhooks-signature-settings", "key=webhooks_sharedkey_1");
    assert_eq!(request.verify(&keys()), Err(Refused::WrongSignature { provider: Provider::Twilio }));
}

#[test]
fn refusals_have_different_words_and_quote_nothing() {
    let provider = Provider::Telnyx;
    let all = [
        Refused::NoSignature,
        Refused::SeveralProviders,
        Refused::NoKeyForProvider { provider },
        Refused::UnknownAlgorithm,
        Refused::Undecodable { provider },
        Refused::WrongSignature { provider },
        Refused::BodyHash,
        Refused::EmptyBody,
        Refused::NoTimestamp,
        Refused::UndecodableTimestamp,
        Refused::Stale,
    ];
    let words: std::collections::BTreeSet<&str> = all.iter().map(|refused| refused.word()).collect();
    assert_eq!(words.len(), all.len());
    assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}
