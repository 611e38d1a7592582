//! Checks that the voice webhook refuses unsigned requests, and has the TwiML keys of the secret.

use super::report::Report;
use crate::{
    api::{Api, Body, Reply},
    connection::Connection,
    output::harmless,
    secret::{KeysDocument, fingerprint},
};
use http::{Request, header::CONTENT_TYPE};
use ringbolt_core::{
    dialects::twiml::{
        Provider,
        signature::{TwimlKeys, sign_twilio},
    },
    text::counted,
};
use zeroize::Zeroizing;

/// The name of the check.
const CHECK: &str = "voice";

/// The voice webhook, and a key with which requests to it are signed.
pub(super) struct Voice {
    api: Api,
    key: Zeroizing<String>,
}

impl Voice {
    /// The base URL.
    pub(super) fn base(&self) -> &str {
        self.api.base()
    }

    /// Sends a signed form to a URL, which begins with the base URL.
    ///
    /// # Errors
    /// As [`Api::send`].
    pub(super) async fn post(&self, url: &str, form: &str) -> anyhow::Result<Reply> {
        post(&self.api, url, form, Some(&self.key)).await
    }
}

/// Twilio and SignalWire sign alike. Telnyx has a private key of its own.
async fn post(api: &Api, url: &str, form: &str, key: Option<&str>) -> anyhow::Result<Reply> {
    let request = Request::post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = match key {
        Some(key) => request.header("x-twilio-signature", sign_twilio(key, url, form.as_bytes())),
        None => request,
    };
    api.send(request.body(Body::new(form.to_owned().into()))?).await
}

/// Checks the webhook. Returns it if a request can be signed for it. A deployment without one has nothing to check.
pub(super) async fn check(report: &mut Report, connection: &Connection) -> Option<Voice> {
    let api = match connection.voice_url() {
        Ok(None) => return None,
        Ok(Some(base)) if connection.has_other_api_url() => {
            let why = "its providers sign that address, and --api-url gives another";
            report.warn(CHECK, format!("The voice webhook at {base} was not checked: {why}."));
            return None;
        }
        Ok(Some(base)) => Api::new(base),
        Err(error) => Err(error),
    };
    let api = match api {
        Ok(api) => api,
        Err(error) => {
            report.fail(CHECK, format!("{error:#}."));
            return None;
        }
    };
    // No flow has this name. Signatures are checked before flows are looked for.
    let (url, form) = (format!("{}/twiml/-/voice", api.base()), "CallStatus=ringing");
    let refuses = refuses_unsigned(report, &api, &url, form).await;
    let document = keys(report, connection).await?;
    let mut accepted = None;
    for provider in [Provider::Twilio, Provider::SignalWire] {
        for key in document.keys(provider).iter().filter(|_| refuses) {
            if accepts(report, &api, (&url, form), (provider, key)).await {
                accepted = accepted.or_else(|| Some(Zeroizing::new(key.clone())));
            }
        }
    }
    if !document.keys(Provider::Telnyx).is_empty() {
        let others = if accepted.is_some() { "" } else { ", and no test caller is tried through it" };
        report.ok(
            CHECK,
            format!("Of Telnyx there is a public key, with which only its own requests can be checked{others}: make a test call."),
        );
    }
    Some(Voice { api, key: accepted? })
}

async fn refuses_unsigned(report: &mut Report, api: &Api, url: &str, form: &str) -> bool {
    match post(api, url, form, None).await {
        Ok(reply) if reply.status == 403 => {
            report.ok(CHECK, format!("{} has a voice webhook, which refuses unsigned requests.", api.base()));
            true
        }
        Ok(reply) => {
            report.fail(
                CHECK,
                format!(
                    "The voice webhook at {} answers {} to an unsigned request instead of 403: check that this is its URL, and \
                     look in its log for why it does not start.",
                    api.base(),
                    reply.status
                ),
            );
            false
        }
        Err(error) => {
            report.fail(CHECK, format!("{error:#}: check the URL, and that the stack is deployed."));
            false
        }
    }
}

/// The keys of the secret, if there are any and the function can use them.
async fn keys(report: &mut Report, connection: &Connection) -> Option<KeysDocument> {
    let read = async { connection.twiml_keys_place()?.read(connection).await };
    let text = match read.await {
        Ok(text) => text,
        Err(error) => {
            report.fail(CHECK, format!("{error:#}."));
            return None;
        }
    };
    let document = KeysDocument::parse(&text);
    if document.as_ref().is_some_and(KeysDocument::is_empty) {
        report.warn(
            CHECK,
            "The secret with the TwiML keys has none, so the voice webhook cannot start, and every call gets the answer of \
             the last resort: add your provider's key with `ringbolt secret twiml-keys add`."
                .to_owned(),
        );
        return None;
    }
    if let Err(error) = TwimlKeys::from_json(&text) {
        report.fail(
            CHECK,
            format!("The secret with the TwiML keys is malformed, so the voice webhook cannot start: {error}."),
        );
        return None;
    }
    let document = document?;
    for provider in Provider::ALL {
        let count = document.keys(provider).len();
        if count > 1 {
            report.warn(
                CHECK,
                format!(
                    "{} of {name} are valid: once {name} no longer signs with the old one, remove it with `ringbolt secret \
                     twiml-keys remove {}`.",
                    counted(count, "key"),
                    provider.word(),
                    name = provider.name()
                ),
            );
        }
    }
    Some(document)
}

/// Whether the webhook accepts a request that is signed with this key.
async fn accepts(report: &mut Report, api: &Api, (url, form): (&str, &str), (provider, key): (Provider, &str)) -> bool {
    let named = format!("the key {} of {}", fingerprint(key), provider.name());
    match post(api, url, form, Some(key)).await {
        Ok(reply) if reply.status == 404 => {
            report.ok(CHECK, format!("The voice webhook accepts {named}."));
            true
        }
        Ok(reply) if reply.status == 403 => {
            report.fail(
                CHECK,
                format!(
                    "The voice webhook refuses {named} ({}). Functions read keys when they start: set SecretsGeneration to a new \
                     value and deploy. If they have restarted, the URL differs from the one that the function knows: check \
                     PublicUrl.",
                    harmless(reply.body.trim().trim_end_matches('.'))
                ),
            );
            false
        }
        Ok(reply) => {
            report.fail(
                CHECK,
                format!("The voice webhook answers {} to {named} instead of 404: look in its log.", reply.status),
            );
            false
        }
        Err(error) => {
            report.fail(CHECK, format!("{error:#}."));
            false
        }
    }
}
