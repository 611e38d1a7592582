//! Whether filling in can fail for some callers because of their data.

use super::super::may_fail::MayFail;
use super::super::names::OF_CALLERS;
use super::context::{Context, Found};
use super::tree::{attribute, call, children, spelling};
use super::types::{self, Type};
use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};

/// Checks one expression by itself.
pub(super) fn check<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>) {
    match expr {
        Expr::Filter(filter) => {
            let Some(value) = &filter.expr else { return };
            let takes = match filter.name {
                "bool" => Type::Bool,
                "int" | "float" if filter.args.is_empty() => Type::Number,
                "round" | "abs" => Type::Number,
                _ => return,
            };
            if types::of(cx, value) != takes && is_from_outside(cx, value) {
                let value = spelling(value).unwrap_or_else(|| "...".to_owned());
                found.failure(MayFail::Filter { value, filter: filter.name.to_owned() });
            }
        }
        Expr::GetAttr(part) => absent(cx, found, &part.expr),
        Expr::GetItem(part) => absent(cx, found, &part.expr),
        Expr::BinOp(both) => {
            calculates(cx, found, both.op, &both.left, &both.right);
            let divides = matches!(both.op, BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem);
            let is_zero = !matches!(&both.right, Expr::Const(number) if number.value.is_true());
            if divides && is_zero && is_from_outside(cx, &both.right) {
                found.failure(MayFail::Division);
            }
        }
        _ => {}
    }
}

/// Notes that a calculation has a value that is not a number for some callers.
fn calculates<'s>(cx: &Context<'_, 's>, found: &mut Found, op: BinOpKind, left: &Expr<'s>, right: &Expr<'s>) {
    let is_number = |side| types::of(cx, side) == Type::Number;
    let calculates = match op {
        BinOpKind::Sub | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem => true,
        BinOpKind::Add => is_number(left) || is_number(right),
        _ => false,
    };
    for side in [left, right] {
        if calculates && !is_number(side) && is_from_outside(cx, side) {
            found.failure(MayFail::Calculation { value: spelling(side).unwrap_or_else(|| "...".to_owned()) });
        }
    }
}

/// Notes that something may be absent of which a part is read.
fn absent<'s>(cx: &Context<'_, 's>, found: &mut Found, of: &Expr<'s>) {
    let can_be_absent = cx.name(of) == Some("caller") || attribute(of).is_some() || call(of).is_some();
    if can_be_absent
        && let Some(of) = spelling(of)
        && !cx.present.contains(&of)
    {
        found.failure(MayFail::Absent { of });
    }
}

/// Whether anything in an expression comes from a request, a caller's attributes or a list.
fn is_from_outside<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> bool {
    if let Expr::Var(var) = expr {
        return cx.is_variable(var.id) || var.id == "caller" || OF_CALLERS.contains(&var.id);
    }
    let mut is_outside = call(expr).is_some();
    children(expr, &mut |child| is_outside = is_outside || is_from_outside(cx, child));
    is_outside
}

/// Adds the spelling of everything that is present if a condition holds: `caller` for `caller is defined and ...`.
pub(super) fn present(condition: &Expr<'_>, known: &mut Vec<String>) {
    match condition {
        Expr::BinOp(both) if matches!(both.op, BinOpKind::ScAnd) => {
            present(&both.left, known);
            present(&both.right, known);
        }
        Expr::Test(test) if test.name == "defined" => known.extend(spelling(&test.expr)),
        Expr::UnaryOp(one) if matches!(one.op, UnaryOpKind::Not) => {
            if let Expr::Test(test) = &one.expr
                && matches!(test.name, "undefined" | "none")
            {
                // An absent value is not null, so only `undefined` proves that it is present.
                known.extend(spelling(&test.expr).filter(|_| test.name == "undefined"));
            }
        }
        other => known.extend(spelling(other)),
    }
}
