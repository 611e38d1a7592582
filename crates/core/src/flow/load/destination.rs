//! Numbers to ring. They come from the flow, never from what a caller can influence, unless the flow says so.

use super::super::Destination;
use super::super::mistake::Mistake;
use super::reader::{Fields, Reader};
use crate::flow::yaml::{Node, Value};
use crate::number::PhoneNumber;

/// The key by which a flow says that callers may choose where their calls go.
const CALLER_MAY_CHOOSE: &str = "caller_may_choose";

/// Whether the flow says so; unreadable means that it doesn't.
pub(super) fn caller_may_choose(r: &mut Reader, fields: &Fields<'_>) -> bool {
    fields.get(CALLER_MAY_CHOOSE).and_then(|n| r.flag(n, "`caller_may_choose`")).unwrap_or_default()
}

/// Notes a permission that nothing needs: it would stay there until something does.
pub(super) fn needless_choice(r: &mut Reader, fields: &Fields<'_>, may_choose: bool, numbers: &[Destination]) {
    let is_chosen = |number: &Destination| matches!(number, Destination::Template(template) if template.chosen_by_caller().is_some());
    if let Some(node) = fields.get(CALLER_MAY_CHOOSE).filter(|_| may_choose && !numbers.iter().any(is_chosen)) {
        let message = format!("`{CALLER_MAY_CHOOSE}` does nothing here: no caller can influence these numbers");
        r.findings.push(Mistake::warning(node.at, message).help("remove it".to_owned()));
    }
}

/// Whether a text has something to fill in.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// A number to ring: digits, or a template that no caller can influence.
pub(super) fn destination(r: &mut Reader, node: &Node, may_choose: bool) -> Option<Destination> {
    let text = r.text(node, "a telephone number")?;
    if !is_template(text) {
        let number = r.parsed(node, "a telephone number", PhoneNumber::parse)?;
        warn_of_premium(r, node, &number);
        return Some(Destination::Fixed(number));
    }
    let template = r.template(node, "a telephone number")?;
    match template.chosen_by_caller() {
        Some(name) if !may_choose => {
            r.mistake_with_help(
                node.at,
                format!(
                    "`{name}` decides where the call goes, and a caller can choose it: that is toll fraud's way in"
                ),
                format!(
                    "list the numbers under `numbers` and look them up with `listed(...)`, or allow it explicitly with \
                     `{CALLER_MAY_CHOOSE}: true`"
                ),
            );
            return None;
        }
        Some(name) => {
            let message =
                format!("`{name}` decides where the call goes: callers can have any number rung, at your cost");
            r.findings.push(Mistake::warning(node.at, message));
        }
        None => {}
    }
    Some(Destination::Template(template))
}

/// Notes a number that costs more than a call.
pub(super) fn warn_of_premium(r: &mut Reader, node: &Node, number: &PhoneNumber) {
    if number.is_premium_or_service() {
        let message = format!("`{number}` is a premium or service number", number = number.as_str());
        r.findings.push(Mistake::warning(node.at, message).help("every call to it is at your cost".to_owned()));
    }
}

/// Numbers with bars between them, the specification's own form, as a scalar without templates.
pub(super) fn fixed_list(r: &mut Reader, node: &Node) -> Option<Vec<Destination>> {
    let Value::Scalar { .. } = &node.value else {
        r.wrong_type(node, "a list of telephone numbers");
        return None;
    };
    let numbers = r.parsed(node, "a list of telephone numbers", |text| {
        text.split('|').map(PhoneNumber::parse).collect::<Result<Vec<_>, _>>()
    })?;
    numbers.iter().for_each(|number| warn_of_premium(r, node, number));
    Some(numbers.into_iter().map(Destination::Fixed).collect())
}
