//! Which names and parts of names are used, and whether there are such names.

use super::super::fault::Fault;
use super::super::names::{DIALOGTECH_NAMES, FUNCTIONS, STATEMENTS, WIX_ANSWERS_NAMES};
use super::asks::nearest;
use super::context::{Context, Found};
use super::fields;
use crate::flow::definitions::Section;
use crate::flow::mistake::did_you_mean;
use minijinja::machinery::ast::{Expr, Var};

/// A name by itself, `answers`, or one that does not exist.
pub(super) fn whole<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>, var: &Var<'s>) {
    let name = var.id;
    if cx.is_variable(name) {
        return;
    }
    if name == "flow" {
        return found.fault(Fault::WholeFlow, expr);
    }
    if cx.vocabulary.names.contains(&name) {
        found.uses.insert((name.to_owned(), None));
    } else if FUNCTIONS.contains(&name) {
        found.fault(Fault::Function { name: name.to_owned() }, expr);
    } else {
        found.fault(Fault::Name { name: name.to_owned(), help: meant(cx, name) }, expr);
    }
}

/// A part of a name, `answers.pin`. False if the expression is something else.
pub(super) fn part<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>) -> bool {
    let Some((group, name)) = cx.part(expr).filter(|(group, _)| cx.vocabulary.names.contains(group)) else {
        return false;
    };
    if group == "flow" && !cx.vocabulary.definitions.defines(Section::Constants, &name) {
        let near = nearest(&cx.vocabulary.definitions, Section::Constants, &name);
        found.fault(Fault::Constant { name: name.clone(), near }, expr);
    }
    fields::check(cx, found, expr, group, &name);
    found.uses.insert((group.to_owned(), Some(name)));
    true
}

/// What may be meant by a name that does not exist.
fn meant(cx: &Context<'_, '_>, name: &str) -> String {
    let lower = name.to_lowercase();
    if matches!(lower.as_str(), "true" | "false" | "none") {
        return format!("write `{lower}`");
    }
    if matches!(lower.as_str(), "null" | "nil") {
        return "write `none`".to_owned();
    }
    if name == "loop" {
        return "it exists only inside a `for`".to_owned();
    }
    if STATEMENTS.contains(&name) {
        return format!("a statement is written `{{% {name} %}}`");
    }
    let names = cx.vocabulary.names;
    let is_of_a_dialect = DIALOGTECH_NAMES.contains(&name) || WIX_ANSWERS_NAMES.contains(&name);
    let quotes = if is_of_a_dialect { String::new() } else { format!("; a text is written in quotes, `\"{name}\"`") };
    did_you_mean(name, names.iter().copied().chain(FUNCTIONS))
        .unwrap_or_else(|| format!("known: {}{quotes}", names.join(", ")))
}
