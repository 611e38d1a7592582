//! A call as the page shows it.

use super::super::{Phone, files, session::Session};
use super::details;
use ringbolt_core::flow::graph::{End, Graph, Place, RuleId};
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Caption, Drawn, Event, PersonState, Stage, TranscriptionState, phone as shown_number};
use serde_json::{Value, json};

/// The whole call.
pub(in super::super) fn call(phone: &Phone, session: &Session) -> Value {
    let call = &session.call;
    let setting = call.setting();
    let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
    let events = events(phone, session, began);
    let ended = if let Stage::Ended(ended) = call.stage() { Some(ended.to_string()) } else { None };
    let way = way(call);
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
        "unanswered": unanswered(call, &way),
        "rules": events.iter().filter_map(|event| event["rule"].as_str()).collect::<Vec<_>>(),
        "caller": session.caller,
        "transcriptions": transcriptions(call),
        "events": events,
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
fn way(call: &Call) -> Vec<Place> {
    let graph = Graph::of(&call.setting().flow);
    let rules: Vec<&RuleId> = call.events().iter().filter_map(|(_, event)| rule_of(event)).collect();
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
fn unanswered(call: &Call, way: &[Place]) -> Vec<String> {
    let graph = Graph::of(&call.setting().flow);
    let rules: Vec<&RuleId> = call.events().iter().filter_map(|(_, event)| rule_of(event)).collect();
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
        Place::End(End::Transfer(to)) => shown_number(to),
        place => place.to_string(),
    }
}

/// The rule that decided an answer.
fn rule_of(event: &Event) -> Option<&RuleId> {
    match event {
        Event::Webhook(exchange) => {
            let decided = exchange.reply.as_ref()?.decided.as_ref()?;
            decided.reason.as_ref().map(|reason| &reason.rule)
        }
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
            json!({ "number": shown_number(&person.number), "state": state(person.state), "whisper": person.whisper })
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

fn events(phone: &Phone, session: &Session, began: EpochMs) -> Vec<Value> {
    let setting = session.call.setting();
    let name = files::name_of(phone, setting.flow.name.as_str());
    let graph = Graph::of(&setting.flow);
    let drawn = Drawn { file: &name, graph: &graph };
    let mut been: Vec<Place> = Vec::new();
    let mut shown = Vec::new();
    for (number, (at, event)) in session.call.events().iter().enumerate() {
        let caption = Caption::of(event, &been, &drawn);
        if let Event::Moved(place) | Event::Started { at: place } = event {
            been.push(place.clone());
        }
        let exchange = match event {
            Event::Webhook(exchange) | Event::Transcription(exchange) => Some(exchange),
            _ => None,
        };
        let attempts = session.attempts.get(&number).filter(|_| caption.counted);
        shown.push(json!({
            "n": number,
            "at_ms": at.0.saturating_sub(began.0),
            "kind": caption.kind,
            "tone": caption.tone.word(),
            "title": caption.title,
            "title_soft": caption.more,
            "code": caption.code,
            "tags": tags(exchange.and_then(|exchange| exchange.reply.as_ref()), attempts),
            "why": if attempts.is_some() { format!("{} One write, counted.", caption.why) } else { caption.why },
            "line": caption.line,
            "rule": caption.rule.map(|rule| rule.to_string()),
            "details": exchange.map(|exchange| details::of(phone, setting, exchange, *at)),
        }));
    }
    shown
}

fn tags(reply: Option<&ringbolt_simulator::Reply>, attempts: Option<&(u32, u32)>) -> Vec<Value> {
    let mut tags = Vec::new();
    if let Some((attempts, limit)) = attempts.filter(|(attempts, _)| *attempts > 0) {
        tags.push(json!({ "text": format!("{attempts} of {limit}"), "tone": "bad" }));
    }
    if let Some(decided) = reply.and_then(|reply| reply.decided.as_ref()) {
        if decided.repeated {
            tags.push(json!({ "text": "repeated", "tone": "plain" }));
        }
        tags.push(json!({ "text": format!("{} ms", decided.elapsed_ms), "tone": "plain" }));
    }
    tags
}
