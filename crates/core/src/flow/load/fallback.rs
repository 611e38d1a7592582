//! `fallback:`.

use super::super::action::Action;
use super::super::language;
use super::super::mistake::Position;
use super::super::{Destination, Fallback, FallbackAction, FlowAction, Reply, Template};
use super::action::action;
use super::reader::{Fields, Reader};
use super::wix_answers::reply;
use crate::flow::yaml::Node;

/// Reads the fallback. A flow needs one for everything that it answers.
pub(super) fn fallback(r: &mut Reader, flow: &Fields<'_>) -> Option<Fallback> {
    let node = r.require(flow, "fallback")?;
    let fields = r.fields(node, "the fallback, a mapping of `do`, `say` and `wix_answers`", &language::FALLBACK)?;
    let mut complete = true;
    for (section, name, whom) in [("ivrs", "do", "its IVRs"), ("wix_answers", "wix_answers", "Wix Answers")] {
        if flow.get(section).is_some() && fields.get(name).is_none() {
            complete = false;
        }
        if flow.get(section).is_some() && fields.lacks(name) {
            r.mistake_with_help(
                fields.at,
                format!("`fallback` has no `{name}`, and the flow answers for {whom}"),
                "it is what a caller gets when anything fails",
            );
        }
    }
    let action = fields.get("do").map_or(Some(Action::Hangup), |n| {
        r.fallback_at = n.at;
        literal_action(r, n)
    });
    let at = fields.get("do").map_or(fields.at, |n| n.at);
    let wix_answers = fields.get("wix_answers").map_or(Some(Reply::Disconnect), |n| {
        r.wix_fallback_at = n.at;
        reply(r, n)
    });
    let say = fields.get("say").map_or_else(|| Some(Fallback::SAY.to_owned()), |n| say(r, n));
    Some(Fallback { at, action: action?, say: say?, wix_answers: wix_answers? }).filter(|_| complete)
}

fn say(r: &mut Reader, node: &Node) -> Option<String> {
    let before = r.templates.len();
    let say = r.template(node, "a sentence")?;
    refuse_templates(r, before);
    if say.source().trim().is_empty() {
        r.mistake(node.at, "`say` is empty");
        return None;
    }
    say.literal().map(str::to_owned)
}

fn literal_action(r: &mut Reader, node: &Node) -> Option<FallbackAction> {
    let before = r.templates.len();
    let read = action(r, node)?;
    refuse_templates(r, before);
    literally(&read)
}

/// An action without a template in it, if it is one.
fn literally(action: &FlowAction) -> Option<FallbackAction> {
    let literal = |template: &Template| template.literal().map(str::to_owned).ok_or(());
    let fixed = |destination: &Destination| match destination {
        Destination::Fixed(number) => Ok(number.clone()),
        Destination::Template(_) => Err(()),
    };
    let list = |list: &super::super::action::PhoneList<Destination>| {
        let numbers = list.numbers().iter().map(fixed).collect::<Result<_, _>>()?;
        super::super::action::PhoneList::new(numbers).map_err(drop)
    };
    action.try_map(literal, fixed, list).ok()
}

/// Notes every template read since `before` that has something to fill in.
fn refuse_templates(r: &mut Reader, before: usize) {
    let found: Vec<Position> =
        r.templates[before..].iter().filter(|(_, t)| t.literal().is_none()).map(|(at, _)| *at).collect();
    for at in found {
        r.mistake_with_help(
            at,
            "a fallback has no templates",
            "it is what is left when something fails, so it must not be able to fail",
        );
    }
}
