//! Signatures of TwiML providers.

use crate::input::Input;
use ringbolt_core::dialects::twiml::Provider;
use ringbolt_core::dialects::twiml::signature::{
    Refused, Signed, TelnyxSigner, TwimlKeys, sign_twilio, sign_twilio_sha256,
};
use ringbolt_core::time::EpochMs;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const TWILIO: &str = "twilio-token-0123456789abcdef0123";
const SIGNALWIRE: &str = "PSK_signalwire0123456789abcdef";
const NOW: EpochMs = EpochMs(1_795_000_000_000);
const URLS: [&str; 4] = [
    "https://calls.example.com/prod",
    "https://Calls.Example.com:8443",
    "http://user:secret@127.0.0.1:80/a",
    "https://[2001:db8::1]",
];

static TELNYX: LazyLock<TelnyxSigner> = LazyLock::new(|| TelnyxSigner::from_seed(&[7; 32]));
static KEYS: LazyLock<TwimlKeys> = LazyLock::new(|| {
    let keys = serde_json::json!({ "twilio": [TWILIO], "signalwire": [SIGNALWIRE], "telnyx": [TELNYX.public_key()] });
    TwimlKeys::from_json(&keys.to_string()).expect("they are keys")
});

#[derive(Clone)]
struct Request {
    public_url: &'static str,
    path: String,
    query: String,
    body: Vec<u8>,
    headers: BTreeMap<&'static str, String>,
}

impl Request {
    fn verify(&self) -> Result<Provider, Refused> {
        KEYS.verify(&Signed {
            public_url: self.public_url,
            path: &self.path,
            query: &self.query,
            header: &|name| self.headers.get(name).map(String::as_str),
            body: &self.body,
            now: NOW,
        })
    }

    fn with(&self, headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut signed = self.clone();
        signed.headers.extend(headers);
        signed
    }

    fn url(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{}", self.public_url, self.path, self.query)
    }
}

/// A letter for the public URL, a line for the path, one for the query, one for a changed query, five for headers; then the
/// body, and after an empty line the changed body.
///
/// No headers that were made without a key verify. What a provider signs verifies; a body or a query with another meaning
/// doesn't.
pub fn signatures(data: &[u8]) {
    let mut input = Input::new(data);
    let public_url = input.choose(&URLS);
    let path = format!("/{}", input.line().replace(['?', '#'], ""));
    let (query, other_query) = (input.line().into_owned(), input.line().into_owned());
    let headers = [
        "x-twilio-signature",
        "x-twilio-webhooks-signature-settings",
        "x-signalwire-signature",
        "x-signalwire-sha256-signature",
        "telnyx-signature-ed25519",
    ]
    .map(|name| (name, input.line().into_owned()));
    let rest = input.rest();
    let cut = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
    let (body, other_body) = (rest[..cut].to_vec(), rest.get(cut + 2..).unwrap_or_default().to_vec());

    let kind = "application/x-www-form-urlencoded".to_owned();
    let genuine = Request { public_url, path, query, body, headers: BTreeMap::from([("content-type", kind)]) };
    let forged = genuine.with(headers.into_iter().chain([("telnyx-timestamp", (NOW.0 / 1_000).to_string())]));
    assert!(forged.verify().is_err(), "{:?}", forged.headers);

    let (url, body) = (genuine.url(), &genuine.body);
    let settings = "key=k,algorithm=HMAC_SHA256".to_owned();
    let twilio = genuine.with([("x-twilio-signature", sign_twilio(TWILIO, &url, body))]);
    let shared = genuine.with([
        ("x-twilio-signature", sign_twilio_sha256(TWILIO, &url, body)),
        ("x-twilio-webhooks-signature-settings", settings),
    ]);
    let signalwire = genuine.with([("x-signalwire-signature", sign_twilio(SIGNALWIRE, &url, body))]);
    let signed = TELNYX.sign(NOW, body);
    let telnyx = genuine.with([("telnyx-signature-ed25519", signed.signature), ("telnyx-timestamp", signed.timestamp)]);

    let signs_same = meaning(&other_body) == meaning(body);
    for (request, provider) in
        [(twilio, Provider::Twilio), (shared, Provider::Twilio), (signalwire, Provider::SignalWire)]
    {
        assert_eq!(request.verify(), Ok(provider), "{url}");
        let tampered = Request { body: other_body.clone(), ..request.clone() };
        let in_its_order = provider == Provider::SignalWire && as_given(&other_body) == meaning(body);
        assert_eq!(tampered.verify().is_ok(), signs_same || in_its_order);
        if parameters(&other_query) != parameters(&genuine.query) {
            let tampered = Request { query: other_query.clone(), ..request };
            assert!(tampered.verify().is_err(), "{} {other_query}", genuine.query);
        }
    }
    if body.is_empty() {
        assert_eq!(telnyx.verify(), Err(Refused::EmptyBody));
    } else {
        assert_eq!(telnyx.verify(), Ok(Provider::Telnyx));
        let tampered = Request { body: other_body.clone(), ..telnyx };
        assert_eq!(tampered.verify().is_ok(), other_body == *body);
    }
}

/// What Twilio signs of a form: its parameters sorted, each once, without separators.
fn meaning(form: &[u8]) -> Vec<u8> {
    pairs(form)
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .flat_map(|(name, value)| [name, value].concat())
        .collect()
}

/// The same with copies, in the order of the form, as SignalWire may sign it.
fn as_given(form: &[u8]) -> Vec<u8> {
    let mut pairs = pairs(form);
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    pairs.into_iter().flat_map(|(name, value)| [name, value].concat()).collect()
}

fn pairs(form: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pairs = form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let decoded = |text: &[u8]| {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_encoding::percent_decode(&spaced).collect()
    };
    pairs
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (decoded(&pair[..at]), decoded(pair.get(at + 1..).unwrap_or_default()))
        })
        .collect()
}

/// What anybody reads out of a query: the values of each name, in order.
fn parameters(query: &str) -> BTreeMap<String, Vec<String>> {
    let mut parameters = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    parameters
}
