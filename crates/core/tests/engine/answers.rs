//! The way from a request to its answer, as the functions take it.

use ringbolt_core::{
    attempt::AuthOutcome,
    call::{Answer, Engine, Login, LoginPlan, Plan, Undecidable},
    caller::Attributes,
    dialects::{
        dialogtech::{Form, Parameters, PassThrough, Request, write},
        wix_answers,
    },
    flow::{Flow, hours::Closures},
    outcome::Outcome,
    pin::{PinKeys, PinsVersion},
    time::EpochMs,
};
use std::sync::Arc;

/// What the database says of the caller: this outcome of an attempt, these attributes.
pub struct Known {
    pub outcome: AuthOutcome,
    pub attributes: Attributes,
}

impl Known {
    pub fn nobody() -> Self {
        Self::refused(AuthOutcome::Unknown { locks: false })
    }

    pub fn verified(attributes: Attributes) -> Self {
        Self { outcome: right(attributes.clone()), attributes }
    }

    pub fn refused(outcome: AuthOutcome) -> Self {
        Self { outcome, attributes: Attributes::new() }
    }

    pub fn wrong() -> Self {
        Self::refused(AuthOutcome::Wrong { attempts: 1, locks: false })
    }
}

/// A right PIN.
pub fn right(attributes: Attributes) -> AuthOutcome {
    AuthOutcome::Verified { attributes, pins_version: PinsVersion::parse("AAECAwQFBgc").unwrap(), duress: false }
}

/// The result of one webhook.
#[derive(Debug)]
pub struct Answered {
    /// What was decided.
    pub answer: Answer,
    /// The text that goes out.
    pub text: String,
    /// Whether a PIN had to be verified.
    pub attempted: bool,
    /// Whether a verified caller was looked up.
    pub looked_up: bool,
}

pub fn load(text: &str) -> Flow {
    Flow::load(text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

pub fn keys() -> PinKeys {
    PinKeys::from_json(&serde_json::json!({ "current": "k".repeat(90) }).to_string()).unwrap()
}

/// The answer to a webhook with these parameters, and how it was found.
pub fn answered(flow: &Flow, parameters: &Parameters, known: &Known, now: EpochMs) -> Result<Answered, Undecidable> {
    let request = Request::read(parameters, flow, now);
    let (keys, closures) = (keys(), Arc::new(Closures::default()));
    let engine = Engine::new(flow, &request.results, &keys, &closures, now);
    let (mut attempted, mut looked_up) = (false, false);
    let answer = match engine.plan()? {
        Plan::Answer(answer) => answer,
        Plan::Attempt(attempt) => {
            attempted = true;
            engine.answer_attempt(&attempt, &known.outcome, Some(1))?
        }
        Plan::LookUp { .. } => {
            looked_up = true;
            engine.answer_step(Some(&known.attributes))?
        }
    };
    let text = write(&answer, flow, &request.pass_through).as_str().to_owned();
    Ok(Answered { answer, text, attempted, looked_up })
}

/// The same for a query.
pub fn visit(flow: &Flow, query: &str, known: &Known, now: EpochMs) -> Result<Answered, Undecidable> {
    answered(flow, &Parameters::parse(query, None), known, now)
}

/// The same for a form.
pub fn posted(flow: &Flow, form: Form<'_>, known: &Known, now: EpochMs) -> Result<Answered, Undecidable> {
    answered(flow, &Parameters::parse("", Some(form)), known, now)
}

/// The text of the answer to a query.
pub fn answer(flow: &Flow, query: &str, known: &Known, now: EpochMs) -> Result<String, Undecidable> {
    visit(flow, query, known, now).map(|answered| answered.text)
}

/// The reply to an auth webhook with this body, and how the request ended.
pub fn wix_answer(flow: &Flow, body: &[u8], outcome: &AuthOutcome, now: EpochMs) -> (String, Outcome) {
    let request = wix_answers::Request::read(body).unwrap();
    let closures = Arc::new(Closures::default());
    let login = Login::new(flow, &request.login, &closures, now).unwrap();
    let answer = match login.plan(request.input()).unwrap() {
        LoginPlan::Answer(answer) => answer,
        LoginPlan::Attempt { .. } => login.answer(outcome).unwrap(),
    };
    (wix_answers::write(answer.reply).to_owned(), answer.outcome)
}

pub fn wix_reply(flow: &Flow, body: &str, outcome: &AuthOutcome, now: EpochMs) -> String {
    wix_answer(flow, body.as_bytes(), outcome, now).0
}

/// Parameters as they are in a URL.
pub fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Every element that holds a text, with the names on the way to it, as an independent parser reads the document.
pub fn elements(document: &str) -> Vec<(String, String)> {
    let parsed = roxmltree::Document::parse(document).unwrap_or_else(|error| panic!("{error}: {document:?}"));
    let leaves = parsed.descendants().filter(|node| node.is_element() && !node.children().any(|c| c.is_element()));
    let path = |node: roxmltree::Node<'_, '_>| {
        let mut names: Vec<_> = node.ancestors().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
        names.reverse();
        names.join("/")
    };
    leaves.map(|node| (path(node), node.text().unwrap_or_default().to_owned())).collect()
}

/// The text of one element; empty if there is none.
pub fn text_of(document: &str, name: &str) -> String {
    let ends = format!("/{name}");
    elements(document).into_iter().find(|(path, _)| path.ends_with(&ends)).map(|(_, text)| text).unwrap_or_default()
}

/// The pass-through data of a document, as its next reader sees it.
pub fn passed(document: &str) -> PassThrough {
    PassThrough::parse(&text_of(document, "p_t"))
}

pub fn at(time: &str) -> EpochMs {
    EpochMs(time.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}
