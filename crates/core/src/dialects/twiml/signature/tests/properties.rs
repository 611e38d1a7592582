//! Signing and verifying for arbitrary forms.

use super::requests::{Request, SIGNALWIRE_KEY, TWILIO_KEY, keys, telnyx};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Different parameters: a copy isn't signed, so a change that makes one out of two would be no change.
fn forms() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_set(("\\PC{1,8}", "(?s).{0,12}"), 1..6).prop_map(|set| set.into_iter().collect())
}

fn request(pairs: &[(String, String)]) -> Request {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(pairs);
    Request { body: encoded.finish(), ..Request::form() }
}

fn signed(request: &Request) -> [Request; 5] {
    let new = || request.clone();
    [
        new().by_twilio(TWILIO_KEY),
        new().by_shared_key(TWILIO_KEY),
        new().by_signalwire(SIGNALWIRE_KEY),
        new().by_signalwire_raw(SIGNALWIRE_KEY),
        new().by_telnyx(&telnyx()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_verifies_and_no_changed_character_does(
        pairs in forms(), at in any::<prop::sample::Index>(), other in any::<char>()
    ) {
        let genuine = request(&pairs);
        let mut changed = pairs.clone();
        let (_, value) = &mut changed[at.index(pairs.len())];
        let mut letters: Vec<char> = value.chars().collect();
        if letters.is_empty() {
            letters.push(other);
        } else {
            let at = at.index(letters.len());
            prop_assume!(letters[at] != other);
            letters[at] = other;
        }
        *value = letters.into_iter().collect();
        for genuine in signed(&genuine) {
            prop_assert!(genuine.verify(&keys()).is_ok());
            let tampered = Request { body: request(&changed).body, ..genuine };
            prop_assert!(tampered.verify(&keys()).is_err());
        }
    }

    #[test]
    fn no_changed_byte_of_a_signature_verifies(pairs in forms(), at in any::<prop::sample::Index>(), other in "[ -~]") {
        for genuine in signed(&request(&pairs)) {
            let is_signature = |name: &&String| name.contains("-signature") && !name.ends_with("settings");
            let names: Vec<String> = genuine.headers.keys().filter(is_signature).cloned().collect();
            for name in &names {
                let value = genuine.headers[name].clone();
                let at = at.index(value.len());
                let (before, after) = (&value[..at], &value[at + 1..]);
                // Hexadecimal digits may be capitals.
                prop_assume!(!other.eq_ignore_ascii_case(&value[at..=at]));
                let tampered = genuine.clone().with(name, &format!("{before}{other}{after}"));
                prop_assert!(tampered.verify(&keys()).is_err(), "{name}");
            }
        }
    }

    #[test]
    fn no_changed_byte_of_the_url_verifies(at in any::<prop::sample::Index>(), other in "[a-z0-9/&=-]") {
        let genuine = Request::form();
        for genuine in &signed(&genuine)[..4] {
            for part in ["path", "query"] {
                let mut tampered = genuine.clone();
                let text = if part == "path" { &mut tampered.path } else { &mut tampered.query };
                let at = at.index(text.len());
                prop_assume!(text[at..=at] != other);
                text.replace_range(at..=at, &other);
                prop_assert!(tampered.verify(&keys()).is_err(), "{}", tampered.url());
            }
        }
    }

    #[test]
    fn arbitrary_requests_do_not_panic(
        public_url in ".{0,20}", path in ".{0,20}", query in ".{0,40}", body in ".{0,40}", value in ".{0,40}"
    ) {
        let names: BTreeSet<&str> = BTreeSet::from([
            "x-twilio-signature",
            "x-signalwire-signature",
            "x-signalwire-sha256-signature",
            "telnyx-signature-ed25519",
        ]);
        for name in names {
            let mut request = Request::at(&public_url, &path, &query, &body).with(name, &value);
            request.set("telnyx-timestamp", &value);
            request.set("x-twilio-webhooks-signature-settings", &value);
            prop_assert!(request.verify(&keys()).is_err());
        }
    }
}
