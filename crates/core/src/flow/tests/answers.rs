//! What a flow answers, without a database: what the store would say is an argument.

use super::super::*;
use crate::attempt::AuthOutcome;
use crate::caller::{Attributes, CallerItem, Status};
use crate::dialogtech::decide::{NextBody, Plan, Undecided, Visit};
use crate::dialogtech::parameters::Parameters;
use crate::dialogtech::pass_through;
use crate::dialogtech::request::IvrResults;
use crate::pin::PinKeys;
use crate::time::EpochMs;
use crate::wix_answers::{decide, request::AuthRequest};

/// What the database says of the caller: this outcome of an attempt, these attributes.
pub(super) struct Known {
    pub(super) outcome: AuthOutcome,
    pub(super) attributes: Attributes,
}

impl Known {
    pub(super) fn nobody() -> Self {
        Self { outcome: AuthOutcome::Unknown, attributes: Attributes::new() }
    }

    pub(super) fn verified(attributes: Attributes) -> Self {
        Self { outcome: AuthOutcome::Verified { attributes: attributes.clone() }, attributes }
    }

    pub(super) fn refused(outcome: AuthOutcome) -> Self {
        Self { outcome, attributes: Attributes::new() }
    }
}

pub(super) fn load(text: &str) -> Flow {
    Flow::load(text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

/// The answer to a webhook with these parameters.
pub(super) fn answer(flow: &Flow, query: &str, known: &Known, now: EpochMs) -> Result<String, Undecided> {
    let results = IvrResults::from_parameters(&Parameters::parse(query, None), flow.field_names());
    let keys = PinKeys::from_json(&serde_json::json!({ "current": "k".repeat(90) }).to_string()).unwrap();
    let visit = Visit::new(flow, &results, &keys, now);
    let answer = match visit.plan()? {
        Plan::Answer(answer) => answer,
        Plan::Attempt(attempt) => visit.answer_attempt(&attempt, &known.outcome, Some(1))?,
        Plan::Lookup { step, .. } => {
            let item = CallerItem {
                pins: Default::default(),
                attempts: 0,
                last_at: now,
                last_attempt: None,
                status: Status::Active,
                attributes: known.attributes.clone(),
            };
            visit.answer_step(step, Some(&item))?
        }
    };
    Ok(match answer.body {
        NextBody::Action(text) | NextBody::Say(text) => text,
    })
}

/// The reply to an auth webhook with this body.
pub(super) fn wix_reply(flow: &Flow, body: &str, outcome: &AuthOutcome, now: EpochMs) -> String {
    let request = AuthRequest::parse(body.as_bytes()).unwrap();
    let visit = decide::Visit::new(flow, &request, now).unwrap();
    let reply = match visit.plan().unwrap() {
        decide::Plan::Reply { reply, .. } => reply,
        decide::Plan::Attempt { .. } => visit.reply(outcome).unwrap(),
    };
    reply.body().to_owned()
}

/// Parameters as they stand in a URL.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Every element that holds a text, with the names on the way to it, as an independent parser reads the document.
pub(super) fn elements(document: &str) -> Vec<(String, String)> {
    let parsed = roxmltree::Document::parse(document).unwrap_or_else(|error| panic!("{error}: {document:?}"));
    let leaves = parsed.descendants().filter(|node| node.is_element() && !node.children().any(|c| c.is_element()));
    let path = |node: roxmltree::Node<'_, '_>| {
        let mut names: Vec<_> = node.ancestors().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
        names.reverse();
        names.join("/")
    };
    leaves.map(|node| (path(node), node.text().unwrap_or_default().to_owned())).collect()
}

/// The text of one element; empty where there is none.
pub(super) fn text_of(document: &str, name: &str) -> String {
    let ends = format!("/{name}");
    elements(document).into_iter().find(|(path, _)| path.ends_with(&ends)).map(|(_, text)| text).unwrap_or_default()
}

/// The pass-through data of a document, as its next reader sees it.
pub(super) fn passed(document: &str) -> pass_through::PassThrough {
    pass_through::PassThrough::parse(&text_of(document, "p_t"))
}

pub(super) fn at(time: &str) -> EpochMs {
    EpochMs(time.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}
