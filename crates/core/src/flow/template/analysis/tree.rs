//! Questions to one node of a tree.

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr};

/// Where an expression begins, in bytes. The engine's span of an operator, filter or attribute begins later or earlier.
pub(super) fn offset(mut expr: &Expr<'_>) -> usize {
    loop {
        expr = match expr {
            Expr::BinOp(both) => &both.left,
            Expr::Compare(compare) => &compare.expr,
            Expr::IfExpr(choice) => &choice.true_expr,
            Expr::GetAttr(attribute) => &attribute.expr,
            Expr::GetItem(item) => &item.expr,
            Expr::Slice(slice) => &slice.expr,
            Expr::Call(call) => &call.expr,
            Expr::Test(test) => &test.expr,
            Expr::Filter(filter) => match &filter.expr {
                Some(filtered) => filtered,
                None => return span(expr),
            },
            Expr::Var(_) | Expr::Const(_) | Expr::UnaryOp(_) | Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => {
                return span(expr);
            }
        };
    }
}

/// Where the engine says that an expression is: for filters and tests, at their names.
pub(super) fn span(expr: &Expr<'_>) -> usize {
    expr.span().start_offset as usize
}

/// The text that an expression always is: a text in quotes, or several joined with `~` or `+`.
///
/// The engine's own `as_const` would also calculate products, which can be of any size.
pub(super) fn text(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Const(constant) => constant.value.as_str().map(str::to_owned),
        Expr::BinOp(both) if matches!(both.op, BinOpKind::Concat | BinOpKind::Add) => {
            Some(text(&both.left)? + &text(&both.right)?)
        }
        _ => None,
    }
}

/// What an attribute is of, and its name: `call.from` and `number` for `call.from.number`.
pub(super) fn attribute<'t, 's>(expr: &'t Expr<'s>) -> Option<(&'t Expr<'s>, String)> {
    match expr {
        Expr::GetAttr(attribute) => Some((&attribute.expr, attribute.name.to_owned())),
        Expr::GetItem(item) => Some((&item.expr, text(&item.subscript_expr)?)),
        _ => None,
    }
}

/// The function that is called, with its arguments; methods are no functions.
pub(super) fn call<'t, 's>(expr: &'t Expr<'s>) -> Option<(&'s str, &'t [CallArg<'s>])> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Var(function) = &call.expr else { return None };
    Some((function.id, &call.args))
}

/// The value of an argument.
pub(super) fn value<'t, 's>(argument: &'t CallArg<'s>) -> &'t Expr<'s> {
    let (CallArg::Pos(value) | CallArg::Kwarg(_, value) | CallArg::PosSplat(value) | CallArg::KwargSplat(value)) =
        argument;
    value
}

/// One spelling of a name, an attribute or a call, whichever way it is written: `caller.zip` for `caller["zip"]`.
pub(super) fn spelling(expr: &Expr<'_>) -> Option<String> {
    if let Some((function, arguments)) = call(expr) {
        let arguments: Option<Vec<_>> = arguments
            .iter()
            .map(|argument| text(value(argument)).map(|text| format!("{text:?}")).or_else(|| spelling(value(argument))))
            .collect();
        return Some(format!("{function}({})", arguments?.join(", ")));
    }
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        _ => attribute(expr).and_then(|(of, part)| Some(format!("{}.{part}", spelling(of)?))),
    }
}

/// Calls `each` with every expression directly inside another one.
pub(super) fn children<'t, 's>(expr: &'t Expr<'s>, each: &mut dyn FnMut(&'t Expr<'s>)) {
    match expr {
        Expr::Var(_) | Expr::Const(_) => {}
        Expr::Slice(slice) => {
            each(&slice.expr);
            [&slice.start, &slice.stop, &slice.step].into_iter().flatten().for_each(each);
        }
        Expr::UnaryOp(one) => each(&one.expr),
        Expr::BinOp(both) => {
            each(&both.left);
            each(&both.right);
        }
        Expr::Compare(compare) => {
            each(&compare.expr);
            compare.ops.iter().for_each(|op| each(&op.expr));
        }
        Expr::IfExpr(choice) => {
            each(&choice.test_expr);
            each(&choice.true_expr);
            choice.false_expr.iter().for_each(each);
        }
        Expr::Filter(filter) => {
            filter.expr.iter().for_each(&mut *each);
            filter.args.iter().map(value).for_each(each);
        }
        Expr::Test(test) => {
            each(&test.expr);
            test.args.iter().map(value).for_each(each);
        }
        Expr::GetAttr(attribute) => each(&attribute.expr),
        Expr::GetItem(item) => {
            each(&item.expr);
            each(&item.subscript_expr);
        }
        Expr::Call(call) => {
            each(&call.expr);
            call.args.iter().map(value).for_each(each);
        }
        Expr::List(list) => list.items.iter().for_each(each),
        Expr::Tuple(tuple) => tuple.items.iter().for_each(each),
        Expr::Map(map) => map.keys.iter().chain(&map.values).for_each(each),
    }
}
