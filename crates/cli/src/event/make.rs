//! `ringbolt event make`

use super::case::{Case, Keyed, Webhook};
use crate::{exit::Usage, output::Output};
use anyhow::Context as _;
use clap::{Args, ValueEnum as _};
use ringbolt_core::{flow::Flow, identity::FlowName, time::EpochMs};
use ringbolt_dev::event::{HttpRequest, api_gateway_event};
use ringbolt_lambda::app::system_clock;
use serde_json::{Value, json};
use std::io::{BufRead as _, stdin};
use zeroize::Zeroizing;

/// The demo flow.
const DEMO: &str = "demo";
/// Demo callers. Their PINs are public.
const DEMO_WIX_USER: (&str, &str) = ("602efa31-01d8-482d-8ff2-26910b026703", "1234");
const DEMO_ACCOUNT: (&str, &str) = ("90786", "4711");
/// A PIN that no demo caller has.
const WRONG_PIN: &str = "9630";

/// Print a sample API Gateway event for a case (--list shows the cases)
///
/// Without options, the event belongs to the demo flow and its callers. A PIN of your own is read from standard input;
/// the event then contains it, so keep it secret.
#[derive(Args)]
#[command(after_help = "Example: ringbolt event make login-get | sam local invoke NextActionFunction -e -")]
pub(super) struct Make {
    /// Case to print
    #[arg(value_enum, hide_possible_values = true, required_unless_present = "list")]
    case: Option<Case>,
    /// List the cases and their functions
    #[arg(long, conflicts_with = "case")]
    list: bool,
    /// Name of the call flow in the webhook's URL
    #[arg(long, default_value = DEMO)]
    flow: String,
    /// Webhook token
    #[arg(long, default_value = "dev-token-not-secret")]
    token: String,
    /// User id, or the keyed account
    #[arg(long)]
    user: Option<String>,
    /// Read the PIN from the first line of standard input
    #[arg(long)]
    pin_stdin: bool,
    /// DialogTech: id of the IVR that ended; for the demo flow, its name will do
    #[arg(long, value_name = "ID")]
    ivr: Option<String>,
    /// DialogTech: parameter that contains the account
    #[arg(long, value_name = "NAME", default_value = "account")]
    user_field: String,
    /// DialogTech: parameter that contains the PIN
    #[arg(long, value_name = "NAME", default_value = "pin")]
    pin_field: String,
    /// DialogTech: add or replace a parameter (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    field: Vec<(String, String)>,
    /// Provider's id of the call
    #[arg(long, value_name = "ID", default_value = "c-1")]
    call: String,
    /// Calling number
    #[arg(long, value_name = "NUMBER", default_value = "8005550142")]
    from: String,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() { Err("the name is empty".to_owned()) } else { Ok((name.to_owned(), value.to_owned())) }
}

impl Make {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        match self.case {
            Some(case) => {
                let event = self.event(case, system_clock()())?;
                out.document(&event)
            }
            None => list(out),
        }
    }

    fn event(&self, case: Case, now: EpochMs) -> anyhow::Result<Value> {
        let flow = FlowName::parse(&self.flow).map_err(|error| Usage::new(format!("--flow: {error}")))?;
        let webhook = case.webhook();
        let pin = self.pin(case)?;
        let mut query: Vec<(String, String)> = Vec::new();
        if case != Case::NoToken {
            query.push(("auth".to_owned(), self.token.clone()));
        }
        let (mut headers, mut body) = (vec![header("accept", "*/*")], String::new());
        match webhook {
            Webhook::Auth => {
                headers.push(header("content-type", "application/json"));
                headers.push(header("user-agent", "WixAnswers/1.0"));
                body = self.wix_body(case, &pin).to_string();
            }
            Webhook::NextActionGet => query.extend(self.results(case, &pin)?),
            Webhook::NextActionPost => {
                headers.push(header("content-type", "application/x-www-form-urlencoded"));
                body = encoded(&self.results(case, &pin)?);
            }
            Webhook::Transcription => query.extend(self.transcription(case)?),
        }
        if webhook != Webhook::Auth {
            headers.push(header("user-agent", "DialogTech-IVR/1.0"));
        }
        let request = HttpRequest {
            method: webhook.method(),
            path: &webhook.path(flow.as_str())?,
            query: &encoded(&query),
            headers,
            body: body.as_bytes(),
        };
        let route = format!("{} {}", webhook.method(), webhook.path("{flow}")?);
        Ok(api_gateway_event(&request, &route, flow.as_str(), now))
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

    fn wix_body(&self, case: Case, pin: &str) -> Value {
        let user = match (&self.user, case) {
            (Some(user), _) => user.as_str(),
            (None, Case::AuthUnknownUser) => "00000000-0000-4000-8000-000000000000",
            (None, _) => DEMO_WIX_USER.0,
        };
        json!({
            "callId": self.call,
            "from": { "countryCode": "1", "number": self.from },
            "user": { "id": user, "userType": 1, "banned": false },
            "input": pin,
        })
    }

    /// The parameters that DialogTech sends when an IVR ends.
    fn results(&self, case: Case, pin: &str) -> anyhow::Result<Vec<(String, String)>> {
        let mut fields = Vec::new();
        match case.keyed() {
            Keyed::Answer(name, value) => fields.push((name.to_owned(), value.to_owned())),
            Keyed::NoQuestion => {}
            _ => {
                let account = self.user.as_deref().unwrap_or(DEMO_ACCOUNT.0);
                fields.push((self.user_field.clone(), account.to_owned()));
                fields.push((self.pin_field.clone(), pin.to_owned()));
            }
        }
        let completed = if case == Case::HangUp { "False" } else { "True" };
        let (ivr, session) = (self.ivr(case)?, format!("s-{}", self.call));
        let call = [
            ("ivr_number_called", "8005550100"),
            ("ivr_caller_id", &self.from),
            ("ivr_id", ivr.as_str()),
            ("ivr_response_id", &self.call),
            ("ivr_session_id", session.as_str()),
            ("ivr_timestamp", "2026-01-02 10:04:05"),
            ("ivr_pass_through", ""),
            ("ivr_completed", completed),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        fields.extend(call);
        Ok(self.with_own_fields(fields))
    }

    fn transcription(&self, case: Case) -> anyhow::Result<Vec<(String, String)>> {
        let ivr = self.ivr(case)?;
        let fields = [
            ("survo_id", ivr.as_str()),
            ("unique_id", self.call.as_str()),
            ("question", "1"),
            ("duration", "12"),
            ("date", "2026-01-02 10:09:30"),
            ("text", "The service was great, thank you."),
        ];
        Ok(self.with_own_fields(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()))
    }

    /// The id of the IVR that ended.
    fn ivr(&self, case: Case) -> anyhow::Result<String> {
        let given = match &self.ivr {
            Some(ivr) => ivr.as_str(),
            None if self.flow == DEMO => case.demo_ivr(),
            None => return Err(Usage::new("give the id of an IVR of this flow with --ivr ID")),
        };
        let id = if self.flow == DEMO { demo_id(given)? } else { None };
        Ok(id.unwrap_or_else(|| given.to_owned()))
    }

    fn with_own_fields(&self, mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
        fields.retain(|(name, _)| !self.field.iter().any(|(own, _)| own == name));
        fields.extend(self.field.iter().cloned());
        fields
    }
}

/// The id of the demo flow's IVR with this name.
fn demo_id(name: &str) -> anyhow::Result<Option<String>> {
    let flow = Flow::load(ringbolt_dev::DEMO_FLOW).context("the demo flow cannot be used")?;
    let ivr = flow.ivrs.iter().find(|ivr| ivr.name.as_str() == name);
    Ok(ivr.and_then(|ivr| ivr.id.as_ref()).map(ToString::to_string))
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn list(out: Output) -> anyhow::Result<()> {
    let cases = Case::value_variants();
    if out.json() {
        let row = |case: &Case| -> anyhow::Result<Value> {
            let (function, sam_function) = (case.webhook().function()?, case.webhook().sam_name()?);
            Ok(json!({ "case": case.name(), "function": function, "sam_function": sam_function, "what": case.what() }))
        };
        return out.document(&cases.iter().map(row).collect::<Result<Vec<_>, _>>()?);
    }
    let row = |case: &Case| Ok([case.name(), case.webhook().sam_name()?, case.what().to_owned()]);
    let rows: Vec<_> = cases.iter().map(row).collect::<anyhow::Result<_>>()?;
    out.table(["CASE", "FUNCTION", "WHAT"], &rows);
    Ok(())
}
