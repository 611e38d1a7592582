//! The ways through which a test caller keys a PIN: one for each function that verifies PINs.

use super::{super::voice::Voice, conversation::AskedLogin};
use crate::api::{Api, Ask, webhooks};
use anyhow::Context as _;
use rand::Rng as _;
use ringbolt_core::{
    dialects::{Dialect, Webhook},
    flow::{Flow, KeyedLogin},
    identity::{CallerId, IdentifierForm, UserId},
};
use ringbolt_lambda::app::system_clock;
use serde_json::json;
use zeroize::Zeroizing;

/// How many digits a test user has, if nothing limits it: far too many for an account.
const USER_DIGITS: usize = 28;

/// How requests are sent to the functions.
#[derive(Clone, Copy)]
pub(in crate::doctor) struct Ways<'a> {
    /// To those that take the token.
    pub(in crate::doctor) token: Option<(&'a Api, &'a str)>,
    /// To the voice webhook.
    pub(in crate::doctor) voice: Option<&'a Voice>,
}

/// How to send a user and a PIN to one of the functions.
enum Door<'a> {
    WixAnswers(&'a Api, &'a str),
    DialogTech {
        api: &'a Api,
        token: &'a str,
        fields: Vec<(String, String)>,
        number_field: String,
        user_field: String,
        pin_field: String,
    },
    Twiml(&'a Voice, AskedLogin),
}

/// A test caller, and the way in.
pub(super) struct Trial<'a> {
    pub(super) flow: &'a Flow,
    door: Door<'a>,
    pub(super) caller: CallerId,
}

impl Ways<'_> {
    /// Whether there is any.
    pub(in crate::doctor) fn exist(&self) -> bool {
        self.token.is_some() || self.voice.is_some()
    }
}

/// One trial for each function, if a flow allows it.
pub(super) fn trials<'a>(flows: &'a [Flow], ways: Ways<'a>) -> Vec<Trial<'a>> {
    let wix = ways.token.and_then(|(api, token)| {
        let flow = flows.iter().find(|flow| flow.wix_answers.is_some())?;
        Some(Trial { flow, door: Door::WixAnswers(api, token), caller: caller(flow, None)? })
    });
    let dialogtech = ways.token.and_then(|(api, token)| {
        flows.iter().find_map(|flow| {
            Some(Trial { flow, door: door(flow, api, token)?, caller: caller(flow, Some(USER_DIGITS))? })
        })
    });
    let twiml = ways.voice.and_then(|voice| {
        flows.iter().find_map(|flow| {
            let login = AskedLogin::of(flow, USER_DIGITS)?;
            let caller = caller(flow, Some(login.user_digits))?;
            Some(Trial { flow, door: Door::Twiml(voice, login), caller })
        })
    });
    [wix, dialogtech, twiml].into_iter().flatten().collect()
}

/// An IVR with an id that takes user and PIN each from one answer.
fn door<'a>(flow: &Flow, api: &'a Api, token: &'a str) -> Option<Door<'a>> {
    let portal =
        |field: &'static str, value: &str| (flow.dialogtech.field_names.portal(field).to_owned(), value.to_owned());
    let login = KeyedLogin::of(flow, None)?;
    Some(Door::DialogTech {
        api,
        token,
        fields: vec![portal("ivr_id", &login.ivr_id), portal("ivr_completed", "True")],
        number_field: portal("ivr_caller_id", "").0,
        user_field: login.user_field,
        pin_field: login.pin_field,
    })
}

/// A number that belongs to nobody: 555-0100 to 555-0199 are kept for examples in every area. Each attempt has one of its
/// own, so that neither an earlier run nor a flow that allows a number one attempt (`per_ani`) refuses it.
pub(super) fn number() -> String {
    let mut random = rand::rng();
    format!("{}{}555{:04}", random.random_range(2..=9), random.random_range(10..=98), random.random_range(100..=199))
}

/// A user id that no account has: `ringbolt-doctor-` with a random end, or a number of this many digits, which begins with
/// 99000000 if it is long enough.
fn caller(flow: &Flow, digits: Option<usize>) -> Option<CallerId> {
    let mut random = rand::rng();
    let text = match digits.or((flow.identifier == IdentifierForm::Digits).then_some(USER_DIGITS)) {
        None => format!("ringbolt-doctor-{:016x}", random.random::<u64>()),
        Some(digits) => {
            let begins = if digits >= 16 { "99000000" } else { "99" };
            let begins = &begins[..begins.len().min(digits)];
            let rest = (begins.len()..digits).map(|_| char::from(b'0' + random.random_range(0..10_u8)));
            begins.chars().chain(rest).collect()
        }
    };
    Some(CallerId { realm: flow.realm.clone(), user: UserId::parse(&text, flow.identifier).ok()? })
}

/// The dialect of a path, and its webhook that steers calls.
fn webhook(path: &str) -> Option<(&'static Dialect, &'static Webhook)> {
    webhooks().find(|(dialect, webhook)| dialect.path == path && webhook.steers)
}

impl Trial<'_> {
    /// The function, in sentences.
    pub(super) fn function(&self) -> &'static str {
        match self.door {
            Door::WixAnswers(..) => "the auth webhook",
            Door::DialogTech { .. } => "the next-action webhook",
            Door::Twiml(..) => "the voice webhook",
        }
    }

    /// A right PIN and a wrong one, of as many digits as the question takes.
    pub(super) fn pins(&self) -> (Zeroizing<String>, Zeroizing<String>) {
        let digits = match &self.door {
            Door::Twiml(_, login) => login.pin_digits,
            Door::WixAnswers(..) | Door::DialogTech { .. } => 6,
        };
        let least = 10_u64.pow(digits - 1);
        let right = rand::rng().random_range(least..10 * least);
        let wrong = least + (right - least + 1) % (9 * least);
        (Zeroizing::new(right.to_string()), Zeroizing::new(wrong.to_string()))
    }

    /// Keys a PIN. Says whether the function was asked to verify it. Without a call id, nothing is recorded.
    ///
    /// # Errors
    /// The webhook does not answer, or not with status 200.
    pub(super) async fn key(&self, pin: &str) -> anyhow::Result<bool> {
        let user = self.caller.user.as_str();
        let (api, token, path, query, json) = match &self.door {
            Door::Twiml(voice, login) => return login.key(voice, self.flow, user, pin).await,
            Door::WixAnswers(api, token) => {
                let body = json!({
                    "callId": format!("doctor-{}", system_clock()().0),
                    "from": { "countryCode": "1", "number": number() },
                    "user": { "id": user, "banned": false },
                    "input": pin,
                });
                (api, token, "wix-answers", String::new(), Some(Zeroizing::new(body.to_string())))
            }
            Door::DialogTech { api, token, fields, number_field, user_field, pin_field } => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .append_pair(number_field, &number())
                    .append_pair(user_field, user)
                    .append_pair(pin_field, pin)
                    .finish();
                (api, token, "dialogtech", format!("?{query}"), None)
            }
        };
        let (dialect, webhook) = webhook(path).context("this version has no such webhook")?;
        let method = webhook.methods.first().copied().unwrap_or_default().parse()?;
        let path = format!("{}{query}", dialect.path_of(webhook, self.flow.name.as_str()));
        let reply = api.ask(Ask { method, path, token: Some(token), json }).await?;
        if reply.status != 200 {
            anyhow::bail!("the webhook answered {} instead of 200: look in the function's log", reply.status);
        }
        Ok(true)
    }
}
