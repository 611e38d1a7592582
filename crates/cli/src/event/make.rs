//! `ringbolt event make`

use super::case::{Case, Keyed, Webhook};
use crate::{exit::Usage, output::Output};
use anyhow::Context as _;
use clap::{Args, ValueEnum as _};
use ringbolt_core::{identity::FlowName, time::EpochMs};
use ringbolt_dev::event::{HttpRequest, api_gateway_event};
use ringbolt_lambda::app::system_clock;
use serde_json::{Value, json};
use std::io::{BufRead as _, stdin};
use zeroize::Zeroizing;

/// The callers of the demo that these cases are about: their PINs are on every first page.
const DEMO_WIX_USER: (&str, &str) = ("602efa31-01d8-482d-8ff2-26910b026703", "1234");
const DEMO_ACCOUNT: (&str, &str) = ("90786", "4711");
/// A PIN that nobody of the demo has.
const WRONG_PIN: &str = "9630";

/// Print the event that API Gateway would hand to a function, for a case (--list shows them)
///
/// With no option it belongs to the demo flow and its callers, so that it is answered by `ringbolt dev`'s code as it
/// comes. A PIN of your own is read from standard input; it then stands in the event, so keep that to yourself.
#[derive(Args)]
#[command(after_help = "Example: ringbolt event make login-get | sam local invoke NextActionFunction -e -")]
pub(super) struct Make {
    /// The case
    #[arg(value_enum, hide_possible_values = true, required_unless_present = "list")]
    case: Option<Case>,
    /// List the cases, and the functions that they are for
    #[arg(long, conflicts_with = "case")]
    list: bool,
    /// The call flow, as it stands in the webhook's address
    #[arg(long, default_value = "demo")]
    flow: String,
    /// The webhook token
    #[arg(long, default_value = "dev-token-not-secret")]
    token: String,
    /// The user's id, or the account that was keyed
    #[arg(long)]
    user: Option<String>,
    /// Read the PIN from the first line of standard input
    #[arg(long)]
    pin_stdin: bool,
    /// DialogTech: the IVR that has ended
    #[arg(long, value_name = "ID")]
    ivr: Option<String>,
    /// DialogTech: the parameter in which the account comes
    #[arg(long, value_name = "NAME", default_value = "account")]
    user_field: String,
    /// DialogTech: the parameter in which the PIN comes
    #[arg(long, value_name = "NAME", default_value = "pin")]
    pin_field: String,
    /// DialogTech: a further parameter, or one in the place of the case's own (may be given several times)
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    field: Vec<(String, String)>,
    /// The provider's id of the call
    #[arg(long, value_name = "ID", default_value = "c-1")]
    call: String,
    /// The number that calls
    #[arg(long, value_name = "NUMBER", default_value = "8005550142")]
    from: String,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it should be NAME=VALUE")?;
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
            path: &webhook.path(flow.as_str()),
            query: &encoded(&query),
            headers,
            body: body.as_bytes(),
        };
        let route = format!("{} {}", webhook.method(), webhook.path("{flow}"));
        Ok(api_gateway_event(&request, &route, flow.as_str(), now))
    }

    /// The PIN to put in. A caller of the demo has one that everybody knows; nobody else's is guessed at.
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
                    "the PIN of this user is not known: give it on the first line of standard input, with --pin-stdin",
                ));
            }
            Keyed::Answer(..) | Keyed::Text => "",
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

    /// What DialogTech sends when an IVR has ended.
    fn results(&self, case: Case, pin: &str) -> anyhow::Result<Vec<(String, String)>> {
        let mut fields = Vec::new();
        match case.keyed() {
            Keyed::Answer(name, value) => fields.push((name.to_owned(), value.to_owned())),
            _ => {
                let account = self.user.as_deref().unwrap_or(DEMO_ACCOUNT.0);
                fields.push((self.user_field.clone(), account.to_owned()));
                fields.push((self.pin_field.clone(), pin.to_owned()));
            }
        }
        let completed = if case == Case::HangUp { "False" } else { "True" };
        let call = [
            ("ivr_number_called", "8005550100"),
            ("ivr_caller_id", &self.from),
            ("ivr_id", self.ivr(case)?),
            ("ivr_response_id", &self.call),
            ("ivr_session_id", &format!("s-{}", self.call)),
            ("ivr_timestamp", "2026-01-02 10:04:05"),
            ("ivr_pass_through", ""),
            ("ivr_completed", completed),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        fields.extend(call);
        Ok(self.with_own_fields(fields))
    }

    fn transcription(&self, case: Case) -> anyhow::Result<Vec<(String, String)>> {
        let fields = [
            ("survo_id", self.ivr(case)?),
            ("unique_id", &self.call),
            ("question", "1"),
            ("duration", "12"),
            ("date", "2026-01-02 10:09:30"),
            ("text", "The service was great, thank you."),
        ];
        Ok(self.with_own_fields(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()))
    }

    fn ivr(&self, case: Case) -> anyhow::Result<&str> {
        match &self.ivr {
            Some(ivr) => Ok(ivr),
            None if self.flow == "demo" => Ok(case.demo_ivr()),
            None => Err(Usage::new("which IVR of this flow? Name it with --ivr ID")),
        }
    }

    fn with_own_fields(&self, mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
        fields.retain(|(name, _)| !self.field.iter().any(|(own, _)| own == name));
        fields.extend(self.field.iter().cloned());
        fields
    }
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
        let row = |case: &Case| {
            let webhook = case.webhook();
            json!({ "case": case.name(), "function": webhook.function(), "sam_function": webhook.sam_name(), "what": case.what() })
        };
        return out.document(&cases.iter().map(row).collect::<Vec<_>>());
    }
    let rows: Vec<_> =
        cases.iter().map(|case| [case.name(), case.webhook().sam_name().to_owned(), case.what().to_owned()]).collect();
    out.table(["CASE", "FUNCTION", "WHAT"], &rows);
    Ok(())
}
