//! What follows an IVR: `verify_pin`, `rules`, `say`, `do`, or an action itself.

use super::super::action::Action;
use super::super::language;
use super::super::mistake::Position;
use super::super::rules::Rules;
use super::super::{Ask, FlowAction, Scope, Step, Template};
use super::action::{ACTIONS, action, app};
use super::reader::{Fields, Reader};
use super::rules::{Reading, rules};
use super::verify_pin::verify_pin;
use crate::flow::yaml::{Key, Node};

/// An IVR that is only a word: `hangup`.
pub(super) fn word(r: &mut Reader, node: &Node) -> Option<Step> {
    action(r, node).map(|action| always(action, node.at))
}

/// Reads the one step among the keys of an IVR; Some(None) if there is none.
pub(super) fn step(r: &mut Reader, fields: &Fields<'_>, asks: &[Ask]) -> Option<Option<Step>> {
    let is_step = |key: &Key| {
        ["verify_pin", "rules", "say", "do"].contains(&key.name.as_str()) || ACTIONS.contains(&key.name.as_str())
    };
    let steps: Vec<&(Key, Node)> = fields.entries().iter().filter(|(key, _)| is_step(key)).collect();
    let [(key, value)] = steps[..] else {
        // Of two steps, which one is meant is anybody's guess; the mistakes inside wait until there is one.
        let Some((second, _)) = steps.get(1) else { return Some(None) };
        r.mistake(second.at, format!("an IVR has one step, and `{}` is a second one", second.name));
        return None;
    };
    let step = match key.name.as_str() {
        "verify_pin" => verify_pin(r, value, asks).map(|found| Step::VerifyPin(Box::new(found))),
        "rules" => {
            let reading = Reading { rule: &language::RULE, then, turns_away };
            rules(r, value, reading).and_then(|found| of_one_kind(r, value, found))
        }
        "say" => say(r, value).map(|text| Step::Say(Rules::always(text, value.at))),
        "do" => action(r, value).map(|action| always(action, value.at)),
        _ => app(r, key, value).map(|action| always(action, key.at)),
    };
    step.map(Some)
}

fn always(action: FlowAction, at: Position) -> Step {
    Step::Do(Rules::always(action, at))
}

fn say(r: &mut Reader, node: &Node) -> Option<Template> {
    let before = r.vocabulary.clone();
    r.vocabulary = before.clone().for_reading();
    let text = r.template(node, "the text to read to the caller");
    r.vocabulary = before;
    let text = text?;
    let is_empty = |text: &Template| text.render(&Scope::default()).is_ok_and(|text| text.trim().is_empty());
    if text.depends_on(&[]) && is_empty(&text) {
        r.mistake(node.at, "`say` is empty");
    }
    Some(text)
}

/// What a rule of an IVR says.
enum Then {
    Do(FlowAction),
    Say(Template),
}

fn turns_away(then: &Then) -> bool {
    matches!(then, Then::Do(Action::Hangup))
}

fn then(r: &mut Reader, fields: &Fields<'_>) -> Option<Then> {
    match (fields.get("do"), fields.get("say")) {
        (Some(node), None) => action(r, node).map(Then::Do),
        (None, Some(node)) => say(r, node).map(Then::Say),
        (None, None) => {
            r.mistake(fields.at, "a rule says what happens: `do` or `say` is missing");
            None
        }
        (Some(_), Some(second)) => {
            r.mistake(second.at, "a rule has `do` or `say`, not both");
            None
        }
    }
}

/// The portal sets an IVR to retrieve its next action or a text to read; it can't take one now and the other later.
fn of_one_kind(r: &mut Reader, node: &Node, found: Rules<Then>) -> Option<Step> {
    let texts = found.iter().filter(|rule| matches!(rule.then, Then::Say(_))).count();
    if texts == 0 {
        return found.try_map(|then| if let Then::Do(action) = then { Some(action) } else { None }).map(Step::Do);
    }
    let step = found.try_map(|then| if let Then::Say(text) = then { Some(text) } else { None }).map(Step::Say);
    if step.is_none() {
        r.mistake_with_help(
            node.at,
            "the rules of an IVR all have `do` or all have `say`",
            "in the portal an IVR is set to \"Retrieve next action\" or to \"Retrieve message and read to user\"",
        );
    }
    step
}
