//! `rules:`: alternatives with `when`.

use super::super::language::{MOST_RULES, Mapping};
use super::super::mistake::{Mistake, Position};
use super::super::rules::{Condition, Rule, Rules};
use super::super::template::Template;
use super::reader::{Fields, Reader};
use crate::flow::yaml::{Node, Value};

/// How a list of rules is read: which keys each has, what follows a condition, and whether that turns callers away.
pub(super) struct Reading<'m, R, G> {
    pub(super) rule: &'m Mapping,
    pub(super) then: R,
    pub(super) turns_away: G,
}

/// One answer for every call, or a mapping with the key `rules`.
pub(super) fn rules_or<T>(
    r: &mut Reader,
    node: &Node,
    reading: Reading<'_, impl FnMut(&mut Reader, &Fields<'_>) -> Option<T>, impl Fn(&T) -> bool>,
    mut always: impl FnMut(&mut Reader, &Node) -> Option<T>,
) -> Option<Rules<T>> {
    match &node.value {
        Value::Map(entries) if entries.iter().any(|(key, _)| key.name == "rules") => {
            let fields = r.fields_of(node, "`rules`", &["rules"])?;
            let listed = fields.get("rules")?;
            rules(r, listed, reading)
        }
        _ => always(r, node).map(|then| Rules::always(then, node.at)),
    }
}

/// The list under `rules`.
pub(super) fn rules<T>(
    r: &mut Reader,
    node: &Node,
    mut reading: Reading<'_, impl FnMut(&mut Reader, &Fields<'_>) -> Option<T>, impl Fn(&T) -> bool>,
) -> Option<Rules<T>> {
    let Value::List(items) = &node.value else {
        r.wrong_type(node, "a list of rules, each with `when` and what then happens");
        return None;
    };
    if items.is_empty() || items.len() > MOST_RULES {
        r.mistake(node.at, format!("a list has 1 to {MOST_RULES} rules, and this one has {}", items.len()));
        return None;
    }
    let mut read: Vec<Rule<T>> = Vec::new();
    let mut earlier = Earlier::default();
    for item in items {
        let Some(fields) = r.fields(item, "a rule, a mapping of `when` and what then happens", reading.rule) else {
            continue;
        };
        let when = earlier.when(r, item.at, &fields);
        let in_doubt = in_doubt(r, &fields);
        let then = (reading.then)(r, &fields);
        if let (Some(Some(condition)), Some(then), Some(node)) = (&when, &then, fields.get("when"))
            && !in_doubt
            && (reading.turns_away)(then)
            && let Some(why) = condition.may_be_in_doubt()
        {
            r.findings.push(
                Mistake::warning(
                    node.at,
                    format!("for some callers this can't be judged, and they are not turned away: {why}"),
                )
                .help(
                    "add `in_doubt: true` to turn them away as well, or give a default, as in `| bool(false)`"
                        .to_owned(),
                ),
            );
        }
        read.extend(when.zip(then).map(|(when, then)| Rule { when, in_doubt, then, at: item.at }));
    }
    if earlier.catch_all.is_none() {
        r.findings.push(
            Mistake::warning(node.at, "if none of these rules matches, the fallback is answered")
                .help("end the list with a rule without `when`".to_owned()),
        );
    }
    (read.len() == items.len()).then(|| Rules::new(read))?
}

fn in_doubt(r: &mut Reader, fields: &Fields<'_>) -> bool {
    let Some(node) = fields.get("in_doubt") else { return false };
    let in_doubt = r.flag(node, "`in_doubt`").unwrap_or_default();
    if in_doubt && fields.get("when").is_none() {
        r.mistake(node.at, "`in_doubt` goes with `when`: a rule without a condition is never in doubt");
    }
    in_doubt
}

/// What the rules before this one ask.
#[derive(Default)]
struct Earlier {
    conditions: Vec<(usize, Condition)>,
    catch_all: Option<usize>,
}

impl Earlier {
    /// The condition of a rule; Some(None) if it always holds, None if it can't be read.
    fn when(&mut self, r: &mut Reader, at: Position, fields: &Fields<'_>) -> Option<Option<Condition>> {
        if let Some(line) = self.catch_all {
            r.findings.push(
                Mistake::warning(at, format!("this rule can never match: the one on line {line} always does"))
                    .help("put the rule without `when` last".to_owned()),
            );
        }
        let Some(node) = fields.get("when") else {
            self.catch_all.get_or_insert(at.line);
            return Some(None);
        };
        let condition = condition(r, node)?;
        if condition.constant() == Some(false) {
            r.findings.push(Mistake::warning(node.at, "this rule can never match"));
        } else if let Some((line, _)) =
            self.conditions.iter().find(|(_, earlier)| *earlier == condition).filter(|_| self.catch_all.is_none())
        {
            let message = format!("this rule can never match: the one on line {line} has the same condition");
            r.findings.push(Mistake::warning(node.at, message));
        }
        self.conditions.push((node.at.line, condition.clone()));
        if condition.constant() == Some(true) {
            self.catch_all.get_or_insert(at.line);
            return Some(None);
        }
        Some(Some(condition))
    }
}

fn condition(r: &mut Reader, node: &Node) -> Option<Condition> {
    let source = r.text(node, "a condition such as `answers.qos | int <= 2`")?;
    let compiled = Template::compile_condition(source, &r.vocabulary);
    r.compiled(node.at, source, compiled).map(Condition::new)
}
