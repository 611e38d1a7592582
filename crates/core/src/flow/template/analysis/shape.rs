//! What the language allows: statements, filters, tests, and nothing that could double a text again and again.

use super::super::engine::{FILTERS, TESTS};
use super::super::fault::Fault;
use super::context::Found;
use super::tree::{children, span};
use crate::flow::mistake::did_you_mean;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};

/// Checks one expression by itself.
pub(super) fn check(found: &mut Found, expr: &Expr<'_>) {
    match expr {
        Expr::Filter(filter) => {
            if !FILTERS.contains(&filter.name) {
                let (name, help) = (filter.name.to_owned(), known(filter.name, &FILTERS));
                found.fault_at(Fault::Filter { name, help }, span(expr));
            }
            arguments(found, expr, &filter.args);
        }
        Expr::Test(test) => {
            if !TESTS.contains(&test.name) {
                let (name, help) = (test.name.to_owned(), known(test.name, &TESTS));
                found.fault_at(Fault::Test { name, help }, span(expr));
            }
            arguments(found, expr, &test.args);
        }
        Expr::Call(call) => arguments(found, expr, &call.args),
        Expr::BinOp(both) if matches!(both.op, BinOpKind::Mul | BinOpKind::Pow) => found.fault(Fault::Product, expr),
        _ => {}
    }
}

fn arguments(found: &mut Found, expr: &Expr<'_>, arguments: &[CallArg<'_>]) {
    if arguments.iter().any(|argument| matches!(argument, CallArg::PosSplat(_) | CallArg::KwargSplat(_))) {
        found.fault(Fault::Unpacking, expr);
    }
}

fn known(name: &str, known: &[&str]) -> String {
    did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("known: {}", known.join(", ")))
}

/// Checks that a list, tuple or mapping has no other in it, and nothing that `~` or `+` joins.
pub(super) fn list(found: &mut Found, list: &Expr<'_>) {
    if is_list(list) {
        children(list, &mut |item| {
            if builds(item) {
                found.fault(Fault::BuiltList, list);
            }
        });
    }
}

/// Whether an expression is a list, tuple or mapping.
pub(super) fn is_list(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::List(_) | Expr::Tuple(_) | Expr::Map(_))
}

fn builds(expr: &Expr<'_>) -> bool {
    let joins =
        |expr: &Expr<'_>| matches!(expr, Expr::BinOp(both) if matches!(both.op, BinOpKind::Add | BinOpKind::Concat));
    let mut inside = is_list(expr) || joins(expr);
    children(expr, &mut |child| inside = inside || builds(child));
    inside
}

/// The word of a statement that the language does not have. Those of the engine's that need a feature it is built
/// without, such as `include`, do not even parse.
pub(super) fn unknown_statement(statement: &Stmt<'_>) -> Option<&'static str> {
    match statement {
        Stmt::Template(_) | Stmt::EmitExpr(_) | Stmt::EmitRaw(_) | Stmt::ForLoop(_) | Stmt::IfCond(_) => None,
        Stmt::WithBlock(_) => Some("with"),
        Stmt::Set(_) | Stmt::SetBlock(_) => Some("set"),
        Stmt::AutoEscape(_) => Some("autoescape"),
        Stmt::FilterBlock(_) => Some("filter"),
        Stmt::Do(_) => Some("do"),
    }
}
