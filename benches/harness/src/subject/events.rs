//! The events of one measurement, each of a call of its own.

use super::{Kind, Setup};
use crate::{
    options::Options,
    world::{PIN, USER, World},
};
use anyhow::{Context as _, Result, ensure};
use ringbolt_core::dialects::twiml::signature::sign_twilio;
use ringbolt_lambda::Answer;
use ringbolt_tests::{
    app::{Function, PUBLIC_URL, auth_event, get_event},
    environment::{documented, logical_id},
    runtime_api::{Handled, Instance},
    twiml,
};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

impl Kind {
    /// So many events.
    ///
    /// # Errors
    /// The questions before a PIN are not answered as they should be.
    pub async fn events(self, count: usize, world: &World, options: &Options) -> Result<Vec<String>> {
        if self == Self::Voice {
            return before_pins(count, world, options).await;
        }
        (0..count).map(|_| Ok(now(self.event())?.to_string())).collect()
    }

    fn event(self) -> Value {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let call = 260_102_100_400_000 + CALLS.fetch_add(1, Ordering::Relaxed);
        // The fields of a call as DialogTech sends them.
        let more = format!(
            "ivr_number_called=8005550100&ivr_caller_id=2125550123&ivr_response_id=7{call}&ivr_timestamp=2026-01-02+\
             10%3A04%3A05&ivr_pass_through=&ivr_session_id={call}&ivr_completed=True&ivr_call_result=&\
             ivr_monitored_time=&ivr_opted_out=&ivr_phone_label=Main+line"
        );
        match self {
            Self::NextAction => get_event(Function::NextAction, &format!("qos=5&ivr_id=23456&{more}")),
            Self::NextActionPin => {
                get_event(Function::NextAction, &format!("account={USER}&pin={PIN}&ivr_id=12345&{more}"))
            }
            Self::Postback => {
                let text = "The+technician+was+friendly+and+came+on+time.";
                get_event(Function::Transcription, &format!("survo_id=23456&unique_id=7{call}&question=1&text={text}"))
            }
            Self::Enrol => json!({
                "operation": "set", "realm": "demo",
                "entries": [{ "user": format!("8{call}"), "pins": ["815294"], "attributes": { "first_name": "Ada" } }],
            }),
            _ => auth_event(&call.to_string(), USER, PIN),
        }
    }
}

/// The events that end the login of calls over TwiML. Another instance answers the questions before.
async fn before_pins(count: usize, world: &World, options: &Options) -> Result<Vec<String>> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let keys: Value = serde_json::from_str(&documented(logical_id(Function::Voice))["RINGBOLT_TWIML_KEYS"])?;
    let key = keys["twilio"][0].as_str().context("no key of Twilio")?;
    let environment = Kind::Voice
        .environment(world, Setup::Environment, 1769)?
        .with("AWS_ENDPOINT_URL_DYNAMODB", &world.database.endpoint);
    let questions = Instance::launch(Kind::Voice.command(options)?, &environment).await;
    let signed = |url: &str, sid: &str, digits: &str| {
        let form = format!(
            "AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01&CallSid={sid}&CallStatus=in-progress&\
             Called=%2B18005550100&Caller=%2B12125550123&Direction=inbound&From=%2B12125550123&FromCity=NEW+YORK&\
             FromCountry=US&FromState=NY&To=%2B18005550100&ToCountry=US{digits}"
        );
        now(twiml::event(url, &form, &[("x-twilio-signature", &sign_twilio(key, url, form.as_bytes()))]))
    };
    let mut events = Vec::new();
    for _ in 0..count {
        let sid = format!("CA{:032x}", CALLS.fetch_add(1, Ordering::Relaxed));
        let mut url = format!("{PUBLIC_URL}/twiml/demo/voice");
        for digits in ["", "&Digits=90786&FinishedOnKey=%23"] {
            let Handled::Answered(answer) = questions.handle(signed(&url, &sid, digits)?.to_string()).await else {
                anyhow::bail!("a question before a PIN was not answered");
            };
            ensure!(answer["statusCode"] == 200, "{answer}");
            let document = Answer::xml(answer["body"].as_str().unwrap_or_default().to_owned());
            url = twiml::next(&document).with_context(|| format!("no next question: {answer}"))?;
        }
        events.push(signed(&url, &sid, &format!("&Digits={PIN}&FinishedOnKey=%23"))?.to_string());
    }
    Ok(events)
}

/// The event with the time at which it comes, as API Gateway gives it.
fn now(mut event: Value) -> Result<Value> {
    let epoch_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    if let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut) {
        context.insert("timeEpoch".to_owned(), json!(u64::try_from(epoch_ms)?));
    }
    Ok(event)
}
