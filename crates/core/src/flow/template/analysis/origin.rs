//! Where a text comes from: whether a caller can choose what it says.
//!
//! What only chooses among the flow's own texts does not count: a condition, the key of `listed(...)` and `lookup(...)`,
//! and the key of a mapping or list that is written out.

use super::context::Context;
use super::shape::is_list;
use super::tree::{call, children, value};
use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};

/// The first name of a caller's whose value flows into this one.
pub(super) fn of<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> Option<&'static str> {
    match expr {
        Expr::Var(var) => cx.origin(var.id),
        Expr::Const(_) | Expr::Compare(_) | Expr::Test(_) => None,
        Expr::UnaryOp(one) => match one.op {
            UnaryOpKind::Not => None,
            UnaryOpKind::Neg => of(cx, &one.expr),
        },
        Expr::BinOp(both) => match both.op {
            BinOpKind::Eq | BinOpKind::Ne | BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => None,
            BinOpKind::In => None,
            // The left side is the value only if it is empty, zero or false.
            BinOpKind::ScAnd => of(cx, &both.right),
            _ => of(cx, &both.left).or_else(|| of(cx, &both.right)),
        },
        Expr::IfExpr(choice) => {
            of(cx, &choice.true_expr).or_else(|| choice.false_expr.as_ref().and_then(|other| of(cx, other)))
        }
        Expr::GetItem(item) if chooses(cx, &item.expr) => of(cx, &item.expr),
        Expr::Filter(filter) if filter.name == "bool" => None,
        Expr::Call(_) if is_function(cx, expr) => None,
        // A method is refused anyway; until then, all of it counts.
        Expr::Call(called) => {
            let arguments = || called.args.iter().find_map(|argument| of(cx, value(argument)));
            of(cx, &called.expr).or_else(arguments)
        }
        _ => {
            let mut origin = None;
            children(expr, &mut |child| origin = origin.or_else(|| of(cx, child)));
            origin
        }
    }
}

/// Whether a subscript only chooses among what the flow says.
fn chooses<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> bool {
    is_list(expr) || is_function(cx, expr)
}

fn is_function<'s>(cx: &Context<'_, 's>, expr: &Expr<'s>) -> bool {
    call(expr).is_some_and(|(name, _)| !cx.is_variable(name) && super::super::names::FUNCTIONS.contains(&name))
}
