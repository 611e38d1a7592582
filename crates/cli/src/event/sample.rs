//! Sample requests of the providers, as API Gateway events: what `ringbolt event make` prints and `ringbolt trigger` sends.

use super::case::{Case, Keyed, Webhook};
use crate::exit::Usage;
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::{
    flow::{Flow, IvrName, KeyedLogin},
    identity::FlowName,
    time::EpochMs,
};
use ringbolt_dev::event::{HttpRequest, api_gateway_event};
use serde_json::{Value, json};
use std::io::{BufRead as _, stdin};
use zeroize::Zeroizing;

/// The demo flow.
pub(crate) const DEMO: &str = "demo";
/// Demo callers. Their PINs are public.
const DEMO_WIX_USER: (&str, &str) = ("602efa31-01d8-482d-8ff2-26910b026703", "1234");
const DEMO_ACCOUNT: (&str, &str) = ("90786", "4711");
/// A PIN that no demo caller has.
const WRONG_PIN: &str = "9630";

/// What differs from the sample of a case.
#[derive(Args)]
pub(crate) struct SampleArgs {
    /// User id, or the keyed account
    #[arg(long)]
    user: Option<String>,
    /// Read the PIN from the first line of standard input
    #[arg(long)]
    pin_stdin: bool,
    /// DialogTech: id of the IVR that ended; if the flow is known, its name will do
    #[arg(long, value_name = "ID")]
    ivr: Option<String>,
    /// DialogTech: parameter that contains the account [default: as the flow asks, or account]
    #[arg(long, value_name = "NAME")]
    user_field: Option<String>,
    /// DialogTech: parameter that contains the PIN [default: as the flow asks, or pin]
    #[arg(long, value_name = "NAME")]
    pin_field: Option<String>,
    /// DialogTech: add or replace a parameter (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    field: Vec<(String, String)>,
    /// Provider's id of the call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// Calling number
    #[arg(long, value_name = "NUMBER", default_value = "8005550142")]
    from: String,
}

/// For which webhook a sample is made.
pub(crate) struct Target<'a> {
    /// The name of the flow in the webhook's URL.
    pub(crate) name: FlowName,
    /// The flow, if it is known: its IVRs have names, and its questions have fields.
    pub(crate) flow: Option<&'a Flow>,
    /// The webhook token.
    pub(crate) token: &'a str,
    /// The id of the call, unless another is given.
    pub(crate) call: &'a str,
    /// The time of the event.
    pub(crate) now: EpochMs,
}

/// A sample that is being made.
struct Sample<'a> {
    args: &'a SampleArgs,
    target: &'a Target<'a>,
    case: Case,
    pin: Zeroizing<String>,
    login: Option<KeyedLogin>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() { Err("the name is empty".to_owned()) } else { Ok((name.to_owned(), value.to_owned())) }
}

impl SampleArgs {
    /// The event of a case.
    ///
    /// # Errors
    /// The options lack something that only the flow's author knows: the PIN of a user, or the id of an IVR.
    pub(crate) fn event(&self, case: Case, target: &Target<'_>) -> anyhow::Result<Value> {
        let login = target.flow.and_then(|flow| KeyedLogin::of(flow, self.ivr.as_deref()));
        Sample { args: self, target, case, pin: self.pin(case)?, login }.event()
    }

    /// Whether any of these options was given. They change nothing of an event that is read from a file.
    pub(crate) fn is_given(&self) -> bool {
        self.user.is_some()
            || self.pin_stdin
            || self.ivr.is_some()
            || self.user_field.is_some()
            || self.pin_field.is_some()
            || !self.field.is_empty()
            || self.call.is_some()
    }

    /// The names of the parameters that hold the account and the PIN, as far as the options say.
    pub(crate) fn fields(&self) -> (Option<&str>, Option<&str>) {
        (self.user_field.as_deref(), self.pin_field.as_deref())
    }

    /// The PIN for the event. Only the PINs of demo callers are known.
    fn pin(&self, case: Case) -> anyhow::Result<Zeroizing<String>> {
        if self.pin_stdin {
            let mut line = Zeroizing::new(String::new());
            stdin().lock().read_line(&mut line).context("standard input could not be read")?;
            return Ok(Zeroizing::new(line.trim().to_owned()));
        }
        let demo = if case.webhook() == Webhook::Auth { DEMO_WIX_USER } else { DEMO_ACCOUNT };
        let pin = match case.keyed() {
            Keyed::WrongPin => WRONG_PIN,
            Keyed::Nothing(nothing) => nothing,
            Keyed::RightPin if self.user.is_none() || matches!(case, Case::AuthUnknownUser | Case::NoToken) => demo.1,
            Keyed::RightPin => {
                return Err(Usage::new(
                    "the PIN of this user is unknown: give it on the first line of standard input, with --pin-stdin",
                ));
            }
            Keyed::Answer(..) | Keyed::NoQuestion | Keyed::Text => "",
        };
        Ok(Zeroizing::new(pin.to_owned()))
    }
}

impl Sample<'_> {
    fn event(&self) -> anyhow::Result<Value> {
        let (webhook, flow) = (self.case.webhook(), self.target.name.as_str());
        let mut query: Vec<(String, String)> = Vec::new();
        if self.case != Case::NoToken {
            query.push(("auth".to_owned(), self.target.token.to_owned()));
        }
        let (mut headers, mut body) = (vec![header("accept", "*/*")], String::new());
        match webhook {
            Webhook::Auth => {
                headers.push(header("content-type", "application/json"));
                headers.push(header("user-agent", "WixAnswers/1.0"));
                body = self.wix_body().to_string();
            }
            Webhook::NextActionGet => query.extend(self.results()?),
            Webhook::NextActionPost => {
                headers.push(header("content-type", "application/x-www-form-urlencoded"));
                body = encoded(&self.results()?);
            }
            Webhook::Transcription => query.extend(self.transcription()?),
        }
        if webhook != Webhook::Auth {
            headers.push(header("user-agent", "DialogTech-IVR/1.0"));
        }
        let request = HttpRequest {
            method: webhook.method(),
            path: &webhook.path(flow)?,
            query: &encoded(&query),
            headers,
            body: body.as_bytes(),
        };
        let route = format!("{} {}", webhook.method(), webhook.path("{flow}")?);
        Ok(api_gateway_event(&request, &route, flow, self.target.now))
    }

    fn call(&self) -> &str {
        self.args.call.as_deref().unwrap_or(self.target.call)
    }

    fn wix_body(&self) -> Value {
        let user = match (&self.args.user, self.case) {
            (Some(user), _) => user.as_str(),
            (None, Case::AuthUnknownUser) => "00000000-0000-4000-8000-000000000000",
            (None, _) => DEMO_WIX_USER.0,
        };
        json!({
            "callId": self.call(),
            "from": { "countryCode": "1", "number": self.args.from },
            "user": { "id": user, "userType": 1, "banned": false },
            "input": *self.pin,
        })
    }

    /// The parameters that DialogTech sends when an IVR ends.
    fn results(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut fields = Vec::new();
        match self.case.keyed() {
            Keyed::Answer(name, value) => fields.push((name.to_owned(), value.to_owned())),
            Keyed::NoQuestion => {}
            _ => {
                let login = self.login.as_ref();
                let user = self.args.user_field.as_deref().or(login.map(|login| login.user_field.as_str()));
                let pin = self.args.pin_field.as_deref().or(login.map(|login| login.pin_field.as_str()));
                let account = self.args.user.as_deref().unwrap_or(DEMO_ACCOUNT.0);
                fields.push((user.unwrap_or("account").to_owned(), account.to_owned()));
                fields.push((pin.unwrap_or("pin").to_owned(), (*self.pin).clone()));
            }
        }
        let completed = if self.case == Case::HangUp { "False" } else { "True" };
        let (ivr, session) = (self.ivr()?, format!("s-{}", self.call()));
        let call = [
            ("ivr_number_called", "8005550100"),
            ("ivr_caller_id", &self.args.from),
            ("ivr_id", ivr.as_str()),
            ("ivr_response_id", self.call()),
            ("ivr_session_id", session.as_str()),
            ("ivr_timestamp", "2026-01-02 10:04:05"),
            ("ivr_pass_through", ""),
            ("ivr_completed", completed),
        ];
        let names = self.target.flow.map(|flow| &flow.dialogtech.field_names);
        fields.extend(
            call.map(|(name, value)| (names.map_or(name, |names| names.portal(name)).to_owned(), value.to_owned())),
        );
        Ok(self.with_own_fields(fields))
    }

    fn transcription(&self) -> anyhow::Result<Vec<(String, String)>> {
        let ivr = self.ivr()?;
        let fields = [
            ("survo_id", ivr.as_str()),
            ("unique_id", self.call()),
            ("question", "1"),
            ("duration", "12"),
            ("date", "2026-01-02 10:09:30"),
            ("text", "The service was great, thank you."),
        ];
        Ok(self.with_own_fields(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()))
    }

    /// The id of the IVR that ended.
    fn ivr(&self) -> anyhow::Result<String> {
        let keys_pin = !matches!(self.case.keyed(), Keyed::Answer(..) | Keyed::NoQuestion | Keyed::Text);
        let given = match (&self.args.ivr, &self.login) {
            (Some(ivr), _) => ivr.as_str(),
            (None, _) if self.target.name.as_str() == DEMO => self.case.demo_ivr(),
            (None, Some(login)) if keys_pin => return Ok(login.ivr_id.clone()),
            (None, _) => return Err(Usage::new("give the id of an IVR of this flow with --ivr ID")),
        };
        Ok(self.id_of(given).unwrap_or_else(|| given.to_owned()))
    }

    /// The id of the flow's IVR with this name.
    fn id_of(&self, name: &str) -> Option<String> {
        let ivr = self.target.flow?.ivrs.get(&IvrName::parse(name).ok()?)?;
        ivr.id.as_ref().map(ToString::to_string)
    }

    fn with_own_fields(&self, mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
        fields.retain(|(name, _)| !self.args.field.iter().any(|(own, _)| own == name));
        fields.extend(self.args.field.iter().cloned());
        fields
    }
}

/// The demo flow.
///
/// # Errors
/// It has mistakes.
pub(crate) fn demo() -> anyhow::Result<Flow> {
    Flow::load(ringbolt_dev::DEMO_FLOW).context("the demo flow cannot be used")
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
