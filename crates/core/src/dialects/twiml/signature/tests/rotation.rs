//! Rotations, and requests behind API Gateway.

use super::requests::{OTHER_KEY, Request, SIGNALWIRE_KEY, TWILIO_KEY, other_telnyx, telnyx};
use crate::dialects::twiml::signature::{Provider, Refused, TwimlKeys};

fn keys(list: &str, keys: &[&str]) -> TwimlKeys {
    TwimlKeys::from_json(&format!(r#"{{"{list}":["{}"]}}"#, keys.join(r#"",""#))).unwrap()
}

#[test]
fn both_keys_are_valid_during_a_rotation_and_one_after_it() {
    let (old_signer, new_signer) = (telnyx(), other_telnyx());
    let (old_public, new_public) = (old_signer.public_key(), new_signer.public_key());
    for (provider, old, new, by_old, by_new) in [
        (
            Provider::Twilio,
            TWILIO_KEY,
            OTHER_KEY,
            Request::form().by_twilio(TWILIO_KEY),
            Request::form().by_twilio(OTHER_KEY),
        ),
        (
            Provider::SignalWire,
            SIGNALWIRE_KEY,
            OTHER_KEY,
            Request::form().by_signalwire(SIGNALWIRE_KEY),
            Request::form().by_signalwire(OTHER_KEY),
        ),
        (
            Provider::Telnyx,
            &*old_public,
            &*new_public,
            Request::form().by_telnyx(&old_signer),
            Request::form().by_telnyx(&new_signer),
        ),
    ] {
        let (wrong, word) = (Err(Refused::WrongSignature { provider }), provider.word());
        let [before, during, after] = [vec![old], vec![old, new], vec![new]].map(|list| keys(word, &list));
        assert_eq!((by_old.verify(&before), by_new.verify(&before)), (Ok(provider), wrong), "{word}");
        assert_eq!((by_old.verify(&during), by_new.verify(&during)), (Ok(provider), Ok(provider)), "{word}");
        assert_eq!((by_old.verify(&after), by_new.verify(&after)), (wrong, Ok(provider)), "{word}");
    }
}

#[test]
fn a_request_through_a_custom_domain_and_a_stage_verifies() {
    let keys = keys("twilio", &[TWILIO_KEY]);
    let form = "From=%2B18005550100&CallerCity=K%C3%B8benhavn+%E2%82%AC+%F0%9F%93%9E";
    for (public_url, path) in [
        ("https://calls.example.com", "/twiml/bank/voice"),
        ("https://calls.example.com/prod", "/twiml/bank/voice"),
        ("https://calls.example.com/prod", "/prod/twiml/bank/voice"),
        ("https://abc123.execute-api.eu-west-1.amazonaws.com/v1/calls", "/v1/calls/twiml/bank/voice"),
    ] {
        let seen = Request::at(public_url, "/twiml/bank/voice", "at=login.1&s=AZaz09-_", form).by_twilio(TWILIO_KEY);
        let arrived = Request { path: path.to_owned(), ..seen };
        assert_eq!(arrived.verify(&keys), Ok(Provider::Twilio), "{public_url} {path}");
    }
}
