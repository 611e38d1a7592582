//! The examples that the providers publish, with their keys and telephone numbers.
//!
//! Telnyx publishes no signature with its key. Its own library judges ours; see `vectors.rs`.

use super::requests::Request;
use crate::dialects::twiml::signature::{Provider, TwimlKeys, sign_twilio};
use zeroize::Zeroizing;

/// Twilio, "Webhooks security", as of 2013.
const OLD_FORM: &str =
    "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
/// Twilio, "Webhooks security", today.
const NEW_FORM: &str =
    "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212";
/// twilio-php, `RequestValidatorTest::testValidateWithArrayAndDuplicates`.
const REPEATED: &str = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";

/// Keys that are too short for `from_json`.
fn keys(provider: Provider, key: &str) -> TwimlKeys {
    let secrets = vec![Zeroizing::new(key.to_owned())];
    let (twilio, signalwire) = match provider {
        Provider::Twilio => (secrets, Vec::new()),
        _ => (Vec::new(), secrets),
    };
    TwimlKeys { twilio, signalwire, telnyx: Vec::new() }
}

#[test]
fn twilios_examples_verify() {
    for (public_url, query, form, signature) in [
        ("https://mycompany.com", "foo=1&bar=2", OLD_FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com", "foo=1&bar=2", NEW_FORM, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ("https://mycompany.com", "foo=1&bar=2", REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        // twilio-php, `RequestValidatorTest`: the signer adds or leaves out a port, and keeps a user and password.
        ("https://mycompany.com:1234", "foo=1&bar=2", OLD_FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("http://mycompany.com:1234", "foo=1&bar=2", OLD_FORM, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("https://mycompany.com", "foo=1&bar=2", OLD_FORM, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com", "foo=1&bar=2", OLD_FORM, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ("https://user:pass@mycompany.com", "foo=1&bar=2", OLD_FORM, "CukzLTc1tT5dXEDIHm/tKBanW10="),
        ("https://user@mycompany.com", "foo=1&bar=2", OLD_FORM, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        ("https://user:pass@mycompany.com", "foo=1&bar=2", OLD_FORM, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
        // twilio-csharp, `RequestValidatorTest`: capitals stay.
        ("https://MyCompany.com", "foo=1&bar=2", OLD_FORM, "g9IN/x4Cft2g517EjYvEvM/W7LU="),
        ("https://MyCompany.com:1234", "foo=1&bar=2", OLD_FORM, "PCqOZm8cnu/L6+u5i5fuEd+Iac4="),
    ] {
        let request = Request::at(public_url, "/myapp.php", query, form).with("x-twilio-signature", signature);
        let provider = request.verify(&keys(Provider::Twilio, "12345"));
        assert_eq!(provider, Ok(Provider::Twilio), "{public_url} {signature}");
    }
}

#[test]
fn twilios_example_is_what_we_sign() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert_eq!(sign_twilio("12345", url, NEW_FORM.as_bytes()), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
}

/// twilio-php, `RequestValidatorTest::testValidateWithBody`.
#[test]
fn twilios_example_with_json_verifies() {
    let query = "foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let body = r#"{"property": "value", "boolean": true}"#;
    let request = Request::at("https://mycompany.com", "/myapp.php", query, body)
        .with("content-type", "application/json")
        .with("x-twilio-signature", "a9nBmqA0ju/hNViExpshrM61xv4=");
    assert_eq!(request.verify(&keys(Provider::Twilio, "12345")), Ok(Provider::Twilio));
}

#[test]
fn signalwires_examples_verify() {
    // @signalwire/web-api 3.1.7, `validateRequest.test.ts`: a RELAY request, and Twilio's example for cXML.
    let relay = concat!(
        r#"{"call":{"call_id":"b5d63b2e-f75b-4dc8-b6d4-269b635f96c0","node_id":"fa3570ae-f8bd-42c2-83f4-9950d906c91b@us-west","#,
        r#""segment_id":"b5d63b2e-f75b-4dc8-b6d4-269b635f96c0","call_state":"created","direction":"inbound","type":"phone","#,
        r#""from":"+12135877632","to":"+12089806814","from_number":"+12135877632","to_number":"+12089806814","#,
        r#""project_id":"4b7ae78a-d02e-4889-a63b-08b156d5916e","space_id":"62615f44-2a34-4235-b38b-76b5a1de6ef8"},"vars":{}}"#
    );
    // The SDKs' common test vector (signalwire-php, `WebhookMiddlewareTest`; signalwire-perl).
    let event = r#"{"event":"call.state","params":{"call_id":"abc-123","state":"answered"}}"#;
    let (relay_host, event_host) = ("https://81f2-2-45-18-191.ngrok-free.app", "https://example.ngrok.io");
    let (sha1, sha256) = ("x-signalwire-signature", "x-signalwire-sha256-signature");
    let event_key = "PSKtest1234567890abcdef";
    for (key, host, path, query, body, header, signature) in [
        ("PSK_7TruNcSNTxp4zNrykMj4EPzF", relay_host, "/", "", relay, sha1, "b18500437ebb010220ddd770cbe6fd531ea0ba0d"),
        ("12345", "https://mycompany.com", "/myapp.php", "foo=1&bar=2", OLD_FORM, sha1, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (event_key, event_host, "/webhook", "", event, sha1, "c3c08c1fefaf9ee198a100d5906765a6f394bf0f"),
        (
            event_key,
            event_host,
            "/webhook",
            "",
            event,
            sha256,
            "2a29f8a92b11df39da80c3b185fd62173d49c294184da585ff951eae4433571c",
        ),
    ] {
        let mut request = Request::at(host, path, query, body).with(header, signature);
        if body.starts_with('{') {
            request.set("content-type", "application/json");
        }
        assert_eq!(request.verify(&keys(Provider::SignalWire, key)), Ok(Provider::SignalWire), "{signature}");
    }
}
