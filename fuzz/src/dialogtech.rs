//! DialogTech's requests: queries and forms of any bytes.

use crate::documents;
use crate::flows::{CLOSURES, FLOWS, KEYS, NOW};
use crate::input::Input;
use ringbolt_core::call::{Engine, Plan, fallback};
use ringbolt_core::dialects::dialogtech::{
    Form, MOST_PARAMETERS, Parameters, PassThrough, Request, Transcription, UNANSWERED, Written, write,
};
use ringbolt_core::keyed::keyed;
use std::collections::BTreeMap;

fn parameters<'a>(query: &str, content_type: &'a str, body: &'a [u8]) -> Parameters {
    let form = (!body.is_empty()).then_some(Form { bytes: body, content_type: Some(content_type) });
    Parameters::parse(query, form)
}

/// A letter for the flow, then lines: the query, the content type, the body.
///
/// Every parameter has one place, answers are in their one form, the pass-through data is kept, and the answer is a document
/// that two parsers read alike.
pub fn request(data: &[u8]) {
    let mut input = Input::new(data);
    let flow = input.choose(&[0, 1, 2, 3]);
    let flow = &FLOWS[flow];
    let (query, content_type) = (input.line(), input.line());
    let parameters = parameters(&query, &content_type, input.rest());
    assert!(parameters.iter().len() <= MOST_PARAMETERS && parameters.get("auth").is_none());

    let Request { results, pass_through } = Request::read(&parameters, flow, NOW);
    let [fields, source, sent] = [&results.fields, &results.source, &results.sent_answers].map(|values| values.iter());
    assert_eq!(fields.len() + source.len() + sent.len(), parameters.iter().len());
    assert!(results.source.iter().all(|(name, _)| name.starts_with("st_")));
    for (name, sent) in results.sent_answers.firsts() {
        let one_form = Some(keyed(sent)).filter(|one| !one.is_empty() && sent.trim() != UNANSWERED);
        assert_eq!(results.answers.get(name), one_form.as_deref(), "{name}");
    }
    assert_eq!(PassThrough::parse(&pass_through.to_text()).to_text(), pass_through.to_text());

    let engine = Engine::new(flow, &results, &KEYS, &CLOSURES, NOW);
    let answer = match engine.plan() {
        Ok(Plan::Answer(answer)) => answer,
        // Nobody can sign a state without the key.
        Ok(Plan::LookUp { .. }) => panic!("an unsigned state was believed"),
        Ok(Plan::Attempt(_)) | Err(_) => fallback(flow, &results),
    };
    match write(&answer, flow, &pass_through) {
        Written::Document(xml) => assert_eq!(documents::read(&xml).name, "action"),
        Written::Text(text) => assert!(!text.contains('\r'), "{text:?}"),
    }
}

/// A line with the query of a transcription postback.
///
/// Nothing that came is lost, and each part of a key can be one.
pub fn transcription(data: &[u8]) {
    let query = Input::new(data).line();
    let parameters = Parameters::parse(&query, None);
    let named = parameters.get("unique_id").is_some_and(|id| !id.trim().is_empty());
    let Ok(read) = Transcription::read(&parameters) else {
        assert!(!named);
        return;
    };
    assert!(named);
    for part in [&read.survo_id, &read.unique_id, &read.question] {
        let part = part.as_str();
        assert!((1..=128).contains(&part.len()) && !part.chars().any(|c| c == '#' || c.is_control()), "{part:?}");
    }
    let mut firsts = BTreeMap::new();
    for (name, value) in parameters.iter() {
        firsts.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    assert_eq!(read.fields(), firsts);
}
