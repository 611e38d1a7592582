//! The types of values, as far as they are known when a flow is loaded.

use super::context::Context;
use super::tree::{call, text};
use crate::flow::definitions::NumberList;
use minijinja::Value;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, UnaryOpKind};
use minijinja::value::ValueKind;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Bool,
    Unknown,
}

/// The type of an expression. Answers and the providers' fields are texts; attributes are texts if they were imported
/// from a CSV file, and are unknown here.
pub(super) fn of<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> Type {
    if let Some((group, name)) = cx.part(expr) {
        return match group {
            "flow" => cx.vocabulary.definitions.constants.get(&name).map_or(Type::Unknown, constant),
            // The form of `call.at` is the provider's.
            "call" if name == "at" => Type::Unknown,
            "call" if name == "from" && cx.vocabulary.is_wix_answers() => Type::Unknown,
            "call" | "answers" | "source" | "pass" => Type::Text,
            _ => Type::Unknown,
        };
    }
    match expr {
        Expr::Const(value) => constant(&value.value),
        Expr::UnaryOp(one) => match one.op {
            UnaryOpKind::Not => Type::Bool,
            UnaryOpKind::Neg => Type::Number,
        },
        Expr::Compare(_) | Expr::Test(_) => Type::Bool,
        Expr::BinOp(both) => match both.op {
            BinOpKind::Eq | BinOpKind::Ne | BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => {
                Type::Bool
            }
            BinOpKind::In => Type::Bool,
            BinOpKind::Concat => Type::Text,
            BinOpKind::Sub | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem => Type::Number,
            BinOpKind::ScAnd | BinOpKind::ScOr | BinOpKind::Add | BinOpKind::Mul | BinOpKind::Pow => Type::Unknown,
        },
        Expr::Filter(filter) => filtered(filter.name, &filter.args),
        Expr::Call(_) => asked(cx, expr),
        _ => Type::Unknown,
    }
}

/// The spelling and group of a part that is or may be a text: `answers.qos`, `caller.balance`.
pub(super) fn text_part<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> Option<(&'s str, String)> {
    let (group, name) = cx.part(expr)?;
    let is_text = group == "caller" || (group != "flow" && of(cx, expr) == Type::Text);
    is_text.then(|| (group, format!("{group}.{name}")))
}

fn constant(value: &Value) -> Type {
    match value.kind() {
        ValueKind::String => Type::Text,
        ValueKind::Number => Type::Number,
        ValueKind::Bool => Type::Bool,
        _ => Type::Unknown,
    }
}

fn filtered(filter: &str, arguments: &[CallArg<'_>]) -> Type {
    match filter {
        // The default can be anything.
        "int" | "float" if !arguments.is_empty() => Type::Unknown,
        "int" | "float" | "length" | "count" | "round" | "abs" => Type::Number,
        "bool" => Type::Bool,
        "capitalize" | "digits" | "join" | "last4" | "lower" | "replace" | "spell" | "string" | "title" | "trim"
        | "twice" | "upper" => Type::Text,
        _ => Type::Unknown,
    }
}

fn asked<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> Type {
    let Some((function, arguments)) = call(expr).filter(|(name, _)| !cx.is_variable(name)) else {
        return Type::Unknown;
    };
    let list = || match arguments.first() {
        Some(CallArg::Pos(name)) => cx.vocabulary.definitions.numbers.get(&text(name)?),
        _ => None,
    };
    match function {
        "open" => Type::Bool,
        "split" => Type::Text,
        "listed" => match list() {
            Some(NumberList::Set(_)) => Type::Bool,
            _ => Type::Unknown,
        },
        _ => Type::Unknown,
    }
}
