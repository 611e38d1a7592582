//! `rules:`: alternatives with `when`.

use super::super::language::{MOST_RULES, Mapping};
use super::super::mistake::Mistake;
use super::super::rules::{Condition, Rule, Rules};
use super::super::template::Template;
use super::reader::{Fields, Reader};
use super::yaml::{Node, Value};

/// One answer for everybody, or a mapping with the key `rules`, each with `do`.
pub(super) fn rules_or<T>(
    r: &mut Reader,
    node: &Node,
    rule: &Mapping,
    mut read: impl FnMut(&mut Reader, &Node) -> Option<T>,
) -> Option<Rules<T>> {
    match &node.value {
        Value::Map(entries) if entries.iter().any(|(key, _)| key.name == "rules") => {
            let fields = r.fields_of(node, "`rules`", &["rules"])?;
            let listed = fields.get("rules")?;
            rules(r, listed, rule, |r, fields| {
                let node = r.require(fields, "do")?;
                read(r, node)
            })
        }
        _ => read(r, node).map(Rules::always),
    }
}

/// The list under `rules`. `read` takes what follows a condition.
pub(super) fn rules<T>(
    r: &mut Reader,
    node: &Node,
    rule: &Mapping,
    mut read: impl FnMut(&mut Reader, &Fields<'_>) -> Option<T>,
) -> Option<Rules<T>> {
    let Value::List(items) = &node.value else {
        r.wrong_type(node, "a list of rules, each with `when` and what then happens");
        return None;
    };
    if items.is_empty() || items.len() > MOST_RULES {
        r.mistake(node.at, format!("there are 1 to {MOST_RULES} rules in a list, and here are {}", items.len()));
        return None;
    }
    let mut read_rules: Vec<Rule<T>> = Vec::new();
    let mut conditions: Vec<(usize, Condition)> = Vec::new();
    let mut catch_all = None;
    for item in items {
        let Some(fields) = r.fields(item, "a rule, a mapping of `when` and what then happens", rule) else {
            continue;
        };
        if let Some(line) = catch_all {
            r.findings.push(
                Mistake::warning(item.at, format!("this rule can never match: the one on line {line} always does"))
                    .help("put the rule without `when` last".to_owned()),
            );
        }
        let when = fields.get("when").map(|n| {
            let condition = condition(r, n)?;
            let same = |item: &&(usize, Condition)| item.1 == condition;
            if condition.constant() == Some(false) {
                r.findings.push(Mistake::warning(n.at, "this rule can never match"));
            } else if let Some((line, _)) = conditions.iter().find(same).filter(|_| catch_all.is_none()) {
                let message = format!("this rule can never match: the one on line {line} has the same condition");
                r.findings.push(Mistake::warning(n.at, message));
            }
            conditions.push((n.at.line, condition.clone()));
            Some(condition)
        });
        let then = read(r, &fields);
        let always = match &when {
            None => true,
            Some(condition) => condition.as_ref().is_some_and(|condition| condition.constant() == Some(true)),
        };
        if always && catch_all.is_none() {
            catch_all = Some(item.at.line);
        }
        let when = if always { Some(None) } else { when.map(|condition| condition.map(Some)).unwrap_or(Some(None)) };
        read_rules.extend(when.zip(then).map(|(when, then)| Rule { when, then }));
    }
    if catch_all.is_none() {
        r.findings.push(
            Mistake::warning(node.at, "it may be that none of these rules matches, and the fallback is answered then")
                .help("end the list with a rule without `when`".to_owned()),
        );
    }
    (read_rules.len() == items.len()).then(|| Rules::new(read_rules))?
}

fn condition(r: &mut Reader, node: &Node) -> Option<Condition> {
    let source = r.text(node, "a condition such as `answers.qos | int <= 2`")?;
    let compiled = Template::compile_condition(source, &r.vocabulary);
    r.compiled(node.at, compiled).map(Condition::new)
}
