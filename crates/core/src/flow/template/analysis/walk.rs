//! The walk over a tree: once, with every check at every node.
//!
//! It recurses as deep as the tree, which `size` bounds before anything is parsed.

use super::super::fault::Fault;
use super::super::warning::Slip;
use super::context::{Context, Found};
use super::tree::{children, offset, value};
use super::{asks, braces, comparisons, failures, origin, shape, uses};
use minijinja::machinery::ast::{BinOpKind, Expr, ForLoop, IfCond, Stmt};

pub(super) struct Walk<'v, 's> {
    cx: Context<'v, 's>,
    pub(super) found: Found,
    loops: usize,
}

impl<'v, 's> Walk<'v, 's> {
    pub(super) fn new(cx: Context<'v, 's>) -> Self {
        Self { cx, found: Found::default(), loops: 0 }
    }

    pub(super) fn statement(&mut self, statement: &Stmt<'s>) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emit) => {
                self.found.chosen_by_caller = self.found.chosen_by_caller.or_else(|| origin::of(&self.cx, &emit.expr));
                self.expression(&emit.expr);
            }
            Stmt::EmitRaw(raw) => {
                let at = raw.span().start_offset as usize;
                for warning in braces::plain_text(raw.raw, self.cx.vocabulary.names, at) {
                    self.found.warn(warning.slip().clone(), warning.offset());
                }
            }
            Stmt::ForLoop(each) => self.each(each, statement),
            Stmt::IfCond(choice) => self.choice(choice),
            other => self.unknown(other),
        }
    }

    /// A condition holds or does not; its value is never rendered.
    pub(super) fn condition(&mut self, expr: &Expr<'s>) {
        comparisons::truth(&self.cx, &mut self.found, expr);
        self.expression(expr);
    }

    fn statements(&mut self, statements: &[Stmt<'s>]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn unknown(&mut self, statement: &Stmt<'s>) {
        if let Some(name) = shape::unknown_statement(statement) {
            self.found.fault_at(Fault::Statement { name: name.to_owned() }, position(statement));
        }
    }

    fn choice(&mut self, choice: &IfCond<'s>) {
        self.condition(&choice.expr);
        self.knowing(&choice.expr, |walk| walk.statements(&choice.true_body));
        self.statements(&choice.false_body);
    }

    fn each(&mut self, each: &ForLoop<'s>, statement: &Stmt<'s>) {
        if self.loops > 0 {
            self.found.fault_at(Fault::NestedLoop, position(statement));
        }
        self.expression(&each.iter);
        let from = origin::of(&self.cx, &each.iter);
        // How often the text is repeated is the caller's choice, whatever it says.
        self.found.chosen_by_caller = self.found.chosen_by_caller.or(from);
        let (before, loops) = (self.cx.variables.len(), self.loops);
        self.bind(&each.target, from);
        self.cx.variables.push(("loop", None));
        self.loops += 1;
        if let Some(filter) = &each.filter_expr {
            self.condition(filter);
        }
        self.statements(&each.body);
        self.loops = loops;
        self.cx.variables.truncate(before);
        self.statements(&each.else_body);
    }

    fn bind(&mut self, target: &Expr<'s>, from: Option<&'static str>) {
        match target {
            Expr::Var(var) => self.cx.variables.push((var.id, from)),
            other => children(other, &mut |name| self.bind(name, from)),
        }
    }

    /// Walks a branch in which a condition holds.
    fn knowing(&mut self, condition: &Expr<'s>, walk: impl FnOnce(&mut Self)) {
        let before = self.cx.present.len();
        failures::present(condition, &mut self.cx.present);
        walk(self);
        self.cx.present.truncate(before);
    }

    fn expression(&mut self, expr: &Expr<'s>) {
        self.check(expr);
        match expr {
            Expr::Var(var) => uses::whole(&self.cx, &mut self.found, expr, var),
            Expr::GetAttr(_) | Expr::GetItem(_) if uses::part(&self.cx, &mut self.found, expr) => {}
            Expr::BinOp(both) if matches!(both.op, BinOpKind::ScAnd) => {
                self.expression(&both.left);
                self.knowing(&both.left, |walk| walk.expression(&both.right));
            }
            Expr::IfExpr(choice) => {
                self.condition(&choice.test_expr);
                self.knowing(&choice.test_expr, |walk| walk.expression(&choice.true_expr));
                choice.false_expr.iter().for_each(|other| self.expression(other));
            }
            Expr::Call(called) => {
                let is_function =
                    matches!(&called.expr, Expr::Var(var) if super::super::names::FUNCTIONS.contains(&var.id));
                if !is_function {
                    self.expression(&called.expr);
                }
                called.args.iter().for_each(|argument| self.expression(value(argument)));
            }
            _ => children(expr, &mut |child| self.expression(child)),
        }
    }

    fn check(&mut self, expr: &Expr<'s>) {
        let (cx, found) = (&self.cx, &mut self.found);
        shape::check(found, expr);
        match expr {
            Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => shape::list(found, expr),
            Expr::GetAttr(_) | Expr::GetItem(_) => asks::column(cx, found, expr),
            Expr::Call(called) => asks::check(cx, found, expr, called),
            Expr::Const(constant) => {
                let text = constant.value.as_str().unwrap_or_default();
                if text.contains("{{") || text.contains("{%") {
                    found.warn(Slip::Quoted { text: text.to_owned() }, offset(expr));
                }
            }
            _ => comparisons::check(cx, found, expr),
        }
        failures::check(cx, found, expr);
    }
}

fn position(statement: &Stmt<'_>) -> usize {
    let span = match statement {
        Stmt::Template(node) => node.span(),
        Stmt::EmitExpr(node) => node.span(),
        Stmt::EmitRaw(node) => node.span(),
        Stmt::ForLoop(node) => node.span(),
        Stmt::IfCond(node) => node.span(),
        Stmt::WithBlock(node) => node.span(),
        Stmt::Set(node) => node.span(),
        Stmt::SetBlock(node) => node.span(),
        Stmt::AutoEscape(node) => node.span(),
        Stmt::FilterBlock(node) => node.span(),
        Stmt::Do(node) => node.span(),
    };
    span.start_offset as usize
}
