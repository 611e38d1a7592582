//! Plain text that was meant to be filled in: `{ answers.account }`, `{caller.first_name}`, a lost `}}`.

use super::super::warning::{Slip, TemplateWarning};

/// The slips in a piece of plain text, which begins `offset` bytes into the whole text.
pub(super) fn plain_text(text: &str, names: &[&str], offset: usize) -> Vec<TemplateWarning> {
    let mut slips = single_braces(text, names, offset);
    for (begin, end) in [("{{", "}}"), ("{%", "%}")] {
        if let Some(at) = text.find(end)
            && !text[..at].contains(begin)
        {
            slips.push(TemplateWarning::new(Slip::Unopened { begin, end }, offset + at));
        }
    }
    slips
}

fn single_braces(text: &str, names: &[&str], offset: usize) -> Vec<TemplateWarning> {
    let mut slips = Vec::new();
    for (at, _) in text.match_indices('{') {
        let Some((inside, _)) = text[at + 1..].split_once('}') else { break };
        if speaks_of(inside.trim(), names) {
            let slip = Slip::SingleBraces { text: format!("{{{inside}}}"), inside: inside.trim().to_owned() };
            slips.push(TemplateWarning::new(slip, offset + at));
        }
    }
    slips
}

/// Whether this is a name that templates have, with a part of it: `answers.account`.
fn speaks_of(inside: &str, names: &[&str]) -> bool {
    let name = inside.split(['.', '[']).next().unwrap_or_default();
    name.len() < inside.len() && names.contains(&name) && !inside.contains('{')
}
