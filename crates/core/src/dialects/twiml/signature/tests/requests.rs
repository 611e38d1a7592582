//! Requests to sign, to change and to check.

use crate::dialects::twiml::signature::{
    Provider, Refused, Signed, TelnyxSigner, TwimlKeys, sign_twilio, sign_twilio_sha256,
};
use crate::time::EpochMs;
use ring::hmac;
use std::collections::BTreeMap;

pub const TWILIO_KEY: &str = "twilio-token-0123456789abcdef0123";
pub const SHARED_KEY: &str = "twilio-shared-0123456789abcdef012";
pub const SIGNALWIRE_KEY: &str = "PSK_signalwire0123456789abcdef";
pub const OTHER_KEY: &str = "another-key-0123456789abcdef0123";
pub const NOW: EpochMs = EpochMs(1_795_000_000_000);

const FORM: &str = "CallSid=CA0123&AccountSid=AC0123&From=%2B18005550100&To=%2B18005550101&CallerCity=Z%C3%BCrich\
                    &Caller+Name=Ada+O%27Hara&Digits=1234&FinishedOnKey=%23&Tag=one&Tag=two&ForwardedFrom=\
                    &msg=Gather+End";
pub const JSON: &str = r#"{"CallSid":"CA0123","Digits":"1234"}"#;

/// A request as it arrives.
#[derive(Clone, Debug)]
pub struct Request {
    pub public_url: String,
    pub path: String,
    pub query: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub now: EpochMs,
}

impl Request {
    /// A form that is asked for under a named stage, unsigned.
    pub fn form() -> Self {
        Self::at("https://calls.example.com/prod", "/twiml/bank/voice", "at=login.1&s=AZaz09-_", FORM)
    }

    pub fn at(public_url: &str, path: &str, query: &str, body: &str) -> Self {
        let kind = "application/x-www-form-urlencoded; charset=UTF-8";
        Self {
            public_url: public_url.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: BTreeMap::from([("content-type".to_owned(), kind.to_owned())]),
            body: body.to_owned(),
            now: NOW,
        }
    }

    pub fn url(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{}", self.public_url, self.path, self.query)
    }

    /// Sets a header; a second value is joined with a comma, as API Gateway does.
    pub fn add(&mut self, name: &str, value: &str) {
        let entry = self.headers.entry(name.to_owned());
        entry.and_modify(|given| *given = format!("{given},{value}")).or_insert_with(|| value.to_owned());
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(name.to_owned(), value.to_owned());
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub fn by_twilio(self, key: &str) -> Self {
        let signature = sign_twilio(key, &self.url(), self.body.as_bytes());
        self.with("x-twilio-signature", &signature)
    }

    pub fn by_shared_key(self, key: &str) -> Self {
        let signature = sign_twilio_sha256(key, &self.url(), self.body.as_bytes());
        self.with("x-twilio-signature", &signature)
            .with("x-twilio-webhooks-signature-settings", "key=webhooks_sharedkey_0123,algorithm=HMAC_SHA256")
    }

    /// A JSON body, whose digest Twilio writes into the query.
    pub fn json_by_twilio(key: &str) -> Self {
        let digest = hex::encode(ring::digest::digest(&ring::digest::SHA256, JSON.as_bytes()));
        let mut request =
            Self::at(&Self::form().public_url, "/twiml/bank/voice", &format!("bodySHA256={digest}"), JSON);
        request.set("content-type", "application/json");
        let signature = sign_twilio(key, &request.url(), b"");
        request.with("x-twilio-signature", &signature)
    }

    pub fn by_signalwire(self, key: &str) -> Self {
        let signature = sign_twilio(key, &self.url(), self.body.as_bytes());
        self.with("x-signalwire-signature", &signature)
    }

    /// Signed as SignalWire's SWML: the raw body, hexadecimal.
    pub fn by_signalwire_raw(self, key: &str) -> Self {
        let signature = hexadecimal(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, &(self.url() + &self.body));
        self.with("x-signalwire-signature", &signature)
    }

    pub fn by_signalwire_sha256(self, key: &str) -> Self {
        let signature = hexadecimal(hmac::HMAC_SHA256, key, &(self.url() + &self.body));
        self.with("x-signalwire-sha256-signature", &signature)
    }

    pub fn by_telnyx(self, signer: &TelnyxSigner) -> Self {
        let signed = signer.sign(self.now, self.body.as_bytes());
        self.with("telnyx-signature-ed25519", &signed.signature).with("telnyx-timestamp", &signed.timestamp)
    }

    pub fn verify(&self, keys: &TwimlKeys) -> Result<Provider, Refused> {
        keys.verify(&Signed {
            public_url: &self.public_url,
            path: &self.path,
            query: &self.query,
            header: &|name| self.headers.get(name).map(String::as_str),
            body: self.body.as_bytes(),
            now: self.now,
        })
    }
}

pub fn hexadecimal(algorithm: hmac::Algorithm, key: &str, message: &str) -> String {
    hex::encode(hmac::sign(&hmac::Key::new(algorithm, key.as_bytes()), message.as_bytes()))
}

pub fn telnyx() -> TelnyxSigner {
    TelnyxSigner::from_seed(&[7; 32])
}

pub fn other_telnyx() -> TelnyxSigner {
    TelnyxSigner::from_seed(&[8; 32])
}

/// Keys of all providers.
pub fn keys() -> TwimlKeys {
    let telnyx = telnyx().public_key();
    let json = format!(
        r#"{{"twilio":["{TWILIO_KEY}","{SHARED_KEY}"],"signalwire":["{SIGNALWIRE_KEY}"],"telnyx":["{telnyx}"]}}"#
    );
    TwimlKeys::from_json(&json).unwrap()
}

/// Every kind of signature, by name, with the provider that is recognised.
pub fn good() -> Vec<(&'static str, Request, Provider)> {
    use Provider::{SignalWire, Telnyx, Twilio};
    let form = Request::form;
    let mut unsorted = form();
    unsorted.body = unsorted.body.replace("Tag=one&Tag=two", "Tag=two&Tag=one");
    let in_order = form().url()
        + "AccountSidAC0123CallSidCA0123Caller NameAda O'HaraCallerCityZürichDigits1234"
        + "FinishedOnKey#ForwardedFromFrom+18005550100TagtwoTagoneTo+18005550101msgGather End";
    let in_order = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, SIGNALWIRE_KEY.as_bytes()),
        in_order.as_bytes(),
    );
    let in_order = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, in_order);
    vec![
        ("twilio", form().by_twilio(TWILIO_KEY), Twilio),
        ("twilio by the second key", form().by_twilio(SHARED_KEY), Twilio),
        ("twilio by HMAC_SHA256", form().by_shared_key(SHARED_KEY), Twilio),
        ("twilio JSON", Request::json_by_twilio(TWILIO_KEY), Twilio),
        ("signalwire", form().by_signalwire(SIGNALWIRE_KEY), SignalWire),
        ("signalwire with values in their order", unsorted.with("x-signalwire-signature", &in_order), SignalWire),
        ("signalwire in Twilio's header", form().by_twilio(SIGNALWIRE_KEY), SignalWire),
        ("signalwire in both headers", form().by_signalwire(SIGNALWIRE_KEY).by_twilio(SIGNALWIRE_KEY), SignalWire),
        ("signalwire raw", form().by_signalwire_raw(SIGNALWIRE_KEY), SignalWire),
        ("signalwire SHA-256", form().by_signalwire_sha256(SIGNALWIRE_KEY), SignalWire),
        (
            "signalwire with a wrong SHA-256",
            form().by_signalwire_raw(SIGNALWIRE_KEY).by_signalwire_sha256(OTHER_KEY),
            SignalWire,
        ),
        ("telnyx", form().by_telnyx(&telnyx()), Telnyx),
    ]
}
