//! The webhooks of DialogTech: the results of an IVR, and the postback of a transcription.

use crate::call::{Given, Run, Transcription};
use crate::event::in_words;
use crate::exchange::{Field, Method, Request};
use crate::setting::Setting;
use jiff::{Timestamp, tz::TimeZone};
use ringbolt_core::flow::graph::Place;
use ringbolt_core::time::EpochMs;

/// The results of an IVR ("Available IVR Generated Parameters"): the answers first, as in the specification's example, then
/// the fields about the call in the order of its table, then SourceTrak's.
pub(crate) fn results(setting: &Setting, run: &Run) -> Request {
    let ivr = match &run.at {
        Place::Ivr(name) => setting.flow.ivrs.get(name),
        _ => None,
    };
    let id = ivr.and_then(|ivr| ivr.id.as_ref()).map(ToString::to_string).unwrap_or_default();
    let name = ivr.map(|ivr| ivr.name.to_string()).unwrap_or_default();
    let answers =
        run.answers.iter().map(|Given { name, value, secret }| Field::new(name, value.as_str()).secret(*secret));
    let completed = if run.completed { "True" } else { "False" };
    let call = [
        Field::new("ivr_number_called", &setting.dials).about("the dialled number"),
        Field::new("ivr_caller_id", &setting.from).about("the calling number"),
        Field::new("ivr_id", id).about(name),
        Field::new("ivr_response_id", &run.response_id).about("this run through the IVR"),
        Field::new("ivr_timestamp", eastern(run.began)).about("when it began"),
        Field::new("ivr_pass_through", &run.pass_through).about("what the last answer passed"),
        Field::new("ivr_session_id", &setting.call_id).about("the call"),
        Field::new("ivr_completed", completed).about(if run.completed { "" } else { "the caller hung up" }),
        Field::new("ivr_call_result", ""),
        Field::new("ivr_monitored_time", ""),
        Field::new("ivr_opted_out", ""),
        Field::new("ivr_phone_label", &setting.portal.phone_label),
    ];
    let names = &setting.flow.dialogtech.field_names;
    let call = call.into_iter().map(|field| field.renamed(|name| names.portal(name).to_owned()));
    let source = setting.portal.source.iter().map(|(name, value)| Field::new(name, value));
    let fields = answers.chain(call).chain(source).collect();
    Request::of_fields(setting.portal.method, path(setting, "next-action"), &setting.token, fields)
}

/// The postback of one transcribed answer ("Transcription Postback").
pub(crate) fn postback(setting: &Setting, transcription: &Transcription, now: EpochMs) -> Request {
    let id = match &transcription.ivr {
        Place::Ivr(name) => setting.flow.ivrs.get(name).and_then(|ivr| ivr.id.as_ref()).map(ToString::to_string),
        _ => None,
    };
    // Two words a second are usual; the specification names no unit.
    let seconds = transcription.text().split_whitespace().count().div_ceil(2).max(1);
    let fields = vec![
        Field::new("survo_id", id.unwrap_or_default()).about(in_words(&transcription.ivr)),
        Field::new("unique_id", transcription.response_id()).about("the run through the IVR"),
        Field::new("question", transcription.question.to_string()).about("the question's number"),
        Field::new("duration", seconds.to_string()),
        Field::new("date", eastern(now)),
        Field::new("text", transcription.text()),
    ];
    Request::of_fields(Method::Get, path(setting, "transcription"), &setting.token, fields)
}

fn path(setting: &Setting, webhook: &str) -> String {
    format!("/dialogtech/{}/{webhook}", setting.flow.name)
}

/// `YYYY-MM-DD HH:MM:SS` in Eastern time: probably what DialogTech sends; the specification gives no format.
fn eastern(at: EpochMs) -> String {
    let zone = TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
