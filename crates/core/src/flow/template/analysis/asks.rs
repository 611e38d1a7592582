//! What an expression asks the flow for by name, `open("support")`, `split("pilot") == "new"`,
//! `lookup("jobs", answers.job).sight`: whether the flow defines it.

use super::super::fault::Fault;
use super::super::names::{FUNCTIONS, arity};
use super::context::{Context, Found};
use super::tree::{attribute, call, offset, text};
use crate::flow::definitions::{Definitions, Section};
use crate::flow::mistake::did_you_mean;
use minijinja::machinery::ast::{Call, CallArg, Expr};

/// The section that a function asks.
fn section(function: &str) -> Section {
    match function {
        "open" => Section::Hours,
        "split" => Section::Split,
        "lookup" => Section::Tables,
        _ => Section::Numbers,
    }
}

/// The defined name that may be meant, or all of them if there are few.
pub(super) fn nearest(definitions: &Definitions, section: Section, name: &str) -> Option<String> {
    let known = definitions.names(section);
    did_you_mean(name, known.iter().copied())
        .or_else(|| (1..=8).contains(&known.len()).then(|| format!("known: {}", known.join(", "))))
}

/// Checks the call of a function, and refuses every other call.
pub(super) fn check<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>, called: &Call<'s>) {
    match &called.expr {
        Expr::Var(var) if !cx.is_variable(var.id) && FUNCTIONS.contains(&var.id) => {
            found.asks = true;
            function(cx, found, expr, var.id, &called.args);
        }
        // A name that does not exist is one mistake, not two.
        Expr::Var(var) if !cx.is_variable(var.id) && !cx.vocabulary.names.contains(&var.id) => {}
        Expr::Var(var) => found.fault(Fault::Call { name: var.id.to_owned(), near: None }, expr),
        Expr::GetAttr(method) => {
            let near = did_you_mean(method.name, FUNCTIONS);
            found.fault(Fault::Call { name: method.name.to_owned(), near }, expr);
        }
        other => found.fault(Fault::Call { name: other.description().to_owned(), near: None }, expr),
    }
}

fn function<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>, function: &str, arguments: &[CallArg<'s>]) {
    let definitions = &cx.vocabulary.definitions;
    let name = match arguments.first() {
        Some(CallArg::Pos(first)) => text(first),
        _ => None,
    };
    let Some(name) = name else {
        return found.fault(Fault::Function { name: function.to_owned() }, expr);
    };
    if arguments.len() != arity(function) || !arguments.iter().all(|argument| matches!(argument, CallArg::Pos(_))) {
        found.fault(Fault::Arguments { name: function.to_owned() }, expr);
    }
    let section = section(function);
    if !definitions.defines(section, &name) {
        let near = nearest(definitions, section, &name);
        let function = function.to_owned();
        found.fault(Fault::Definition { function, name, section: section.key(), near }, expr);
    }
}

/// Checks the column of a row: `lookup("jobs", answers.job).sight`.
pub(super) fn column<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>) {
    let Some((row, name)) = attribute(expr) else { return };
    let Some(("lookup", [CallArg::Pos(table), ..])) = call(row).filter(|(name, _)| !cx.is_variable(name)) else {
        return;
    };
    let Some(table) = text(table) else { return };
    let Some(known) = cx.vocabulary.definitions.tables.get(&table) else { return };
    let columns: Vec<&str> = known.columns().into_iter().collect();
    if columns.iter().all(|column| **column != *name) {
        let list = || (!columns.is_empty()).then(|| format!("known: {}", columns.join(", ")));
        let near = did_you_mean(&name, columns.iter().copied()).or_else(list);
        found.fault(Fault::Column { table, name, near }, expr);
    }
}

/// Checks the share in `split("a") == "b"`, `"b" != split("a")` and `split("a") in ["b", "c"]`.
pub(super) fn share<'s>(cx: &Context<'_, 's>, found: &mut Found, left: &Expr<'s>, right: &Expr<'s>) {
    for (asked, with) in [(left, right), (right, left)] {
        let Some(("split", [CallArg::Pos(name), ..])) = call(asked).filter(|(name, _)| !cx.is_variable(name)) else {
            continue;
        };
        let Some(split) = text(name).and_then(|name| cx.vocabulary.definitions.splits.get(&name)) else { continue };
        let single = std::slice::from_ref(with);
        let shares = match with {
            Expr::List(list) => list.items.as_slice(),
            Expr::Tuple(tuple) => tuple.items.as_slice(),
            _ => single,
        };
        for share in shares {
            let Some(name) = text(share) else { continue };
            let known = || split.shares.iter().map(|(known, _)| known.as_str());
            if known().all(|known| known != name) {
                let near = did_you_mean(&name, known())
                    .or_else(|| Some(format!("known: {}", known().collect::<Vec<_>>().join(", "))));
                found.fault_at(Fault::Share { name, near }, offset(share));
            }
        }
    }
}
