//! PINs and other secrets are read by `user` and `pin`, and by nothing else.

use super::super::{DialogTech, Ivrs};
use super::reader::Reader;
use std::collections::BTreeSet;

/// Notes every template and condition, other than `pin` and `user`, that speaks of a secret: in an answer it would reach a
/// provider's logs, or come back in a URL as pass-through data; in a condition it would be a PIN without a counter.
pub(super) fn keep_in(r: &mut Reader, ivrs: Option<&Ivrs>, dialogtech: Option<&DialogTech>) {
    let Some(ivrs) = ivrs else { return };
    let pins: BTreeSet<String> = ivrs.pin_questions().flat_map(|(_, verify)| verify.pin_answers()).collect();
    let secrets = ivrs.secret_answers();
    let mut leaks = Vec::new();
    for (at, template) in r.templates.iter().filter(|(at, _)| !r.inputs.contains(at)) {
        if let Some(secret) = template.parts_of("answers").find(|part| secrets.contains(*part)) {
            let message = if pins.contains(secret) {
                format!("`answers.{secret}` is a PIN: only `pin` may read it")
            } else {
                format!("`answers.{secret}` is secret: only `user` and `pin` may read it")
            };
            leaks.push((*at, message));
        } else if template.mentions_whole("answers") && !secrets.is_empty() {
            leaks.push((*at, "`answers` as a whole contains a PIN: name the answer that you mean".to_owned()));
        }
    }
    // A field of the call never comes among the answers.
    for (at, portal) in &r.portal_names {
        let reads = ivrs
            .pin_questions()
            .any(|(_, verify)| verify.user_answers().contains(portal) || verify.pin_answers().contains(portal));
        if let Some(field) = dialogtech.and_then(|dialogtech| dialogtech.field_names.field(portal))
            && reads
        {
            let message = format!("a PIN question reads `answers.{portal}`, and here it would become `call.{field}`");
            leaks.push((*at, message));
        }
    }
    for (at, message) in leaks {
        r.mistake(at, message);
    }
}
