//! Comparisons, calculations and conditions that can never do what they say, because texts are no numbers.

use super::super::fault::Fault;
use super::super::warning::Slip;
use super::asks;
use super::context::{Context, Found};
use super::tree::offset;
use super::types::{Type, of, text_part};
use minijinja::machinery::ast::{BinOpKind, CompareOpKind, Expr, UnaryOpKind};

/// Checks one expression by itself.
pub(super) fn check<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>) {
    match expr {
        Expr::BinOp(both) => match both.op {
            BinOpKind::Eq | BinOpKind::Ne => {
                asks::share(cx, found, &both.left, &both.right);
                compare(cx, found, &both.left, &both.right);
            }
            BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => {
                compare(cx, found, &both.left, &both.right);
            }
            BinOpKind::In => contains(cx, found, &both.left, &both.right),
            op => calculate(cx, found, op, &both.left, &both.right),
        },
        Expr::Compare(chain) => {
            let mut left = &chain.expr;
            for op in &chain.ops {
                match op.op {
                    CompareOpKind::In | CompareOpKind::NotIn => contains(cx, found, left, &op.expr),
                    _ => compare(cx, found, left, &op.expr),
                }
                left = &op.expr;
            }
        }
        Expr::UnaryOp(one) if matches!(one.op, UnaryOpKind::Neg) => needs_number(cx, found, &one.expr, "-"),
        Expr::Filter(filter) if matches!(filter.name, "round" | "abs") => {
            filter.expr.iter().for_each(|value| needs_number(cx, found, value, filter.name));
        }
        Expr::Test(test) if matches!(test.name, "even" | "odd" | "divisibleby") => {
            needs_number(cx, found, &test.expr, &format!("is {}", test.name));
        }
        _ => {}
    }
}

fn compare<'s>(cx: &Context<'_, 's>, found: &mut Found, left: &Expr<'s>, right: &Expr<'s>) {
    if !unequal(cx, found, left, right) {
        unequal(cx, found, right, left);
    }
}

/// Notes that one side is a text and the other a number, or true or false. True if it did.
fn unequal<'s>(cx: &Context<'_, 's>, found: &mut Found, text: &Expr<'s>, other: &Expr<'s>) -> bool {
    let (with, filter) = match of(cx, other) {
        Type::Number => ("a number", "int"),
        Type::Bool => ("`true` or `false`", "bool"),
        Type::Text | Type::Unknown => return false,
    };
    match text_part(cx, text) {
        Some(("caller", name)) => {
            let filter = if filter == "int" { "float" } else { filter };
            found.warn(Slip::Attribute { name, with, filter }, offset(text));
        }
        Some((_, name)) => {
            let quotes = if filter == "int" { "put the number in quotes" } else { "compare it with a text in quotes" };
            let help = format!("write `{name} | {filter}`, or {quotes}");
            found.fault(Fault::Untyped { name, with, help }, text);
        }
        None if of(cx, text) == Type::Text => found.fault(Fault::Mismatch { left: "a text", right: with }, text),
        None => return false,
    }
    true
}

fn contains<'s>(cx: &Context<'_, 's>, found: &mut Found, value: &Expr<'s>, list: &Expr<'s>) {
    asks::share(cx, found, value, list);
    let items = match list {
        Expr::List(list) => &list.items,
        Expr::Tuple(tuple) => &tuple.items,
        _ => return,
    };
    for item in items {
        compare(cx, found, value, item);
    }
}

fn calculate<'s>(cx: &Context<'_, 's>, found: &mut Found, op: BinOpKind, left: &Expr<'s>, right: &Expr<'s>) {
    let sign = match op {
        BinOpKind::Sub => "-",
        BinOpKind::Div => "/",
        BinOpKind::FloorDiv => "//",
        BinOpKind::Rem => "%",
        BinOpKind::Add if of(cx, left) == Type::Number || of(cx, right) == Type::Number => "+",
        _ => return,
    };
    for side in [left, right] {
        needs_number(cx, found, side, sign);
    }
}

fn needs_number<'s>(cx: &Context<'_, 's>, found: &mut Found, value: &Expr<'s>, sign: &str) {
    if let Some((group, name)) = text_part(cx, value)
        && group != "caller"
    {
        found.fault(Fault::Calculation { name, sign: sign.to_owned() }, value);
    }
}

/// Checks what is asked whether it holds, alone or with `and`, `or` and `not`.
pub(super) fn truth<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>) {
    match expr {
        Expr::BinOp(both) if matches!(both.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
            truth(cx, found, &both.left);
            truth(cx, found, &both.right);
        }
        Expr::UnaryOp(one) if matches!(one.op, UnaryOpKind::Not) => truth(cx, found, &one.expr),
        Expr::IfExpr(choice) => {
            truth(cx, found, &choice.true_expr);
            choice.false_expr.iter().for_each(|other| truth(cx, found, other));
        }
        _ => match cx.part(expr) {
            Some(("caller", name)) => found.warn(Slip::Truth { name: format!("caller.{name}") }, offset(expr)),
            Some(("flow", name)) => {
                let constant = cx.vocabulary.definitions.constants.get(&name);
                if let Some(text) = constant.and_then(|value| value.as_str()).filter(|text| says_no(text)) {
                    let (name, text) = (format!("flow.{name}"), text.to_owned());
                    found.warn(Slip::ConstantTruth { name, text }, offset(expr));
                }
            }
            _ => {}
        },
    }
}

/// Whether a text is a word for `false`. Any other text may be a constant that is empty at other times.
fn says_no(text: &str) -> bool {
    ["no", "n", "false", "off", "0", "none"].contains(&text.trim().to_ascii_lowercase().as_str())
}
