//! A call as the page shows it.

use super::super::{
    Phone, files,
    session::{Counted, Session},
};
use super::details;
use ringbolt_core::flow::graph::{End, Graph, Place, RuleId};
use ringbolt_core::number::in_print;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Drawn, Event, Exchange, PersonState, Stage, TranscriptionState, captions};
use serde_json::{Value, json};

/// The whole call.
pub(in super::super) fn call(phone: &Phone, session: &Session) -> Value {
    let call = &session.call;
    let setting = call.setting();
    let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
    let graph = Graph::of(&setting.flow);
    let rules: Vec<&RuleId> = call.events().iter().filter_map(|(_, event)| exchange(event)?.rule()).collect();
    let ended = if let Stage::Ended(ended) = call.stage() { Some(ended.to_string()) } else { None };
    let way = way(call, &graph, &rules);
    json!({
        "id": session.id,
        "flow": setting.flow.name.as_str(),
        "provider": setting.provider.word(),
        "from": setting.from,
        "dialled": setting.dials,
        "user": setting.user.as_ref().map(|user| user.id.as_str()),
        "started_ms": began.0,
        "phase": phase(call.stage()),
        "place": way.last().map(Place::id),
        "place_name": place_name(call.place()),
        "prompt": call.heard(),
        "question": question(call),
        "people": people(call.stage()),
        "ended": ended,
        "way": way.iter().map(Place::id).collect::<Vec<_>>(),
        "unanswered": unanswered(&way, &graph, &rules),
        "rules": rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "caller": session.caller,
        "transcriptions": transcriptions(call),
        "events": events(phone, session, &graph, began),
    })
}

fn phase(stage: &Stage) -> &'static str {
    match stage {
        Stage::Asking => "asking",
        Stage::Recording => "recording",
        Stage::Waiting => "waiting",
        Stage::Ringing(_) => "ringing",
        Stage::Talking(_) | Stage::Elsewhere(_) => "talking",
        Stage::Ended(_) => "ended",
    }
}

/// The places of the call as the drawing names them: where a template gives the number, the drawing has the template.
fn way(call: &Call, graph: &Graph, rules: &[&RuleId]) -> Vec<Place> {
    let taken = || graph.edges.iter().filter(|edge| !edge.unless_answered && rules.contains(&&RuleId::of(edge)));
    let drawn = |place: &Place| {
        let is_known = graph.edges.iter().any(|edge| edge.to == *place) || graph.fallback.contains(place);
        let same_kind = |to: &Place| {
            matches!(
                (place, to),
                (Place::End(End::Transfer(_)), Place::End(End::Transfer(_)))
                    | (Place::End(End::FindMe(_)), Place::End(End::FindMe(_)))
            )
        };
        let found = (!is_known).then(|| taken().map(|edge| &edge.to).find(|to| same_kind(to))).flatten();
        found.unwrap_or(place).clone()
    };
    call.way().iter().map(drawn).collect()
}

/// The rules of FindMes that nobody answered: their second line in the drawing is the way of the call.
fn unanswered(way: &[Place], graph: &Graph, rules: &[&RuleId]) -> Vec<String> {
    let after_ringing =
        |to: &Place| way.windows(2).any(|pair| matches!(pair, [Place::End(End::FindMe(_)), next] if next == to));
    let edges = graph.edges.iter().filter(|edge| edge.unless_answered && after_ringing(&edge.to));
    edges.map(RuleId::of).filter(|rule| rules.contains(&rule)).map(|rule| rule.to_string()).collect()
}

/// A place for the telephone's screen.
fn place_name(place: &Place) -> String {
    match place {
        Place::Ivr(name) => name.to_string(),
        Place::AuthWebhook => "Wix Answers".to_owned(),
        Place::End(End::FindMe(_)) => "ringing".to_owned(),
        Place::End(End::Transfer(to)) => in_print(to),
        place => place.to_string(),
    }
}

/// A webhook, or the postback of a transcription, with its reply.
fn exchange(event: &Event) -> Option<&Exchange> {
    match event {
        Event::Webhook(exchange) | Event::Transcription(exchange) => Some(exchange),
        _ => None,
    }
}

fn question(call: &Call) -> Value {
    let Some(question) = call.question() else { return Value::Null };
    let range = question.digits.as_ref();
    json!({
        "name": question.name,
        "secret": question.secret,
        "keyed": call.keyed_count(),
        "shown": call.keyed(),
        "min": range.map(|digits| *digits.start()),
        "max": range.map(|digits| *digits.end()),
        "one_of": question.one_of,
        "timeout_ms": call.setting().portal.timeout.as_millis(),
    })
}

fn people(stage: &Stage) -> Vec<Value> {
    let Stage::Ringing(people) = stage else { return Vec::new() };
    let state = |state| match state {
        PersonState::Ringing => "ringing",
        PersonState::Asked => "answered",
        PersonState::Declined => "declined",
        PersonState::Silent => "silent",
    };
    people
        .iter()
        .map(|person| {
            json!({ "number": in_print(&person.number), "state": state(person.state), "whisper": person.whisper })
        })
        .collect()
}

fn transcriptions(call: &Call) -> Vec<Value> {
    let state = |state| match state {
        TranscriptionState::Pending => "pending",
        TranscriptionState::Posted => "posted",
        TranscriptionState::Lost => "lost",
    };
    let numbered = call.transcriptions().iter().enumerate();
    numbered
        .map(|(index, one)| {
            json!({ "id": index, "question": one.question, "ivr": one.ivr.to_string(), "state": state(one.state) })
        })
        .collect()
}

fn events(phone: &Phone, session: &Session, graph: &Graph, began: EpochMs) -> Vec<Value> {
    let setting = session.call.setting();
    let file = files::name_of(phone, setting.flow.name.as_str());
    let captions = captions(&session.call, &Drawn { file: &file, graph });
    let numbered = session.call.events().iter().zip(captions).enumerate();
    let shown = numbered.map(|(number, ((at, event), caption))| {
        let exchange = exchange(event);
        let counted = session.counted.get(&number);
        json!({
            "n": number,
            "at_ms": at.0.saturating_sub(began.0),
            "kind": caption.kind,
            "tone": caption.tone.word(),
            "title": caption.title,
            "title_soft": caption.more,
            "code": caption.code,
            "tags": tags(exchange, counted),
            "why": if counted.is_some() { format!("{} One write, counted.", caption.why) } else { caption.why },
            "line": caption.line,
            "rule": caption.rule.map(|rule| rule.to_string()),
            "details": exchange.map(|exchange| details::of(phone, setting, exchange, *at)),
        })
    });
    shown.collect()
}

fn tags(exchange: Option<&Exchange>, counted: Option<&Counted>) -> Vec<Value> {
    let mut tags = Vec::new();
    if let Some(Counted { attempts, limit }) = counted.filter(|counted| counted.attempts > 0) {
        tags.push(json!({ "text": format!("{attempts} of {limit}"), "tone": "bad" }));
    }
    if let Some(decided) = exchange.and_then(Exchange::decided) {
        if decided.repeated {
            tags.push(json!({ "text": "repeated", "tone": "plain" }));
        }
        tags.push(json!({ "text": format!("{} ms", decided.elapsed_ms), "tone": "plain" }));
    }
    tags
}
