//! What the checks of one tree share.

use super::super::fault::{Fault, InvalidTemplate};
use super::super::may_fail::MayFail;
use super::super::names::OF_CALLERS;
use super::super::vocabulary::Vocabulary;
use super::super::warning::{Slip, TemplateWarning};
use super::tree::offset;
use minijinja::machinery::ast::Expr;
use std::collections::BTreeSet;

/// What is known at one place of a tree.
pub(super) struct Context<'v, 's> {
    pub(super) vocabulary: &'v Vocabulary,
    /// The variables of the loops around, with the name of a caller's that they come from.
    pub(super) variables: Vec<(&'s str, Option<&'static str>)>,
    /// The spelling of every value that a condition around has found present.
    pub(super) present: Vec<String>,
}

impl<'v, 's> Context<'v, 's> {
    pub(super) fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, variables: Vec::new(), present: Vec::new() }
    }

    /// Whether a name is a loop's variable here, even if a request has the same name.
    pub(super) fn is_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|(known, _)| *known == name)
    }

    /// The name of a caller's that a name stands for or comes from.
    pub(super) fn origin(&self, name: &str) -> Option<&'static str> {
        match self.variables.iter().rev().find(|(known, _)| *known == name) {
            Some((_, origin)) => *origin,
            None => OF_CALLERS.into_iter().find(|known| *known == name),
        }
    }

    /// The request's name that an expression is, `answers`.
    pub(super) fn name(&self, expr: &Expr<'s>) -> Option<&'s str> {
        match expr {
            Expr::Var(var) if !self.is_variable(var.id) => Some(var.id),
            _ => None,
        }
    }

    /// The group and part that an expression is: `answers` and `pin` for `answers.pin` and `answers["pin"]`.
    pub(super) fn part(&self, expr: &Expr<'s>) -> Option<(&'s str, String)> {
        let (of, part) = super::tree::attribute(expr)?;
        Some((self.name(of)?, part))
    }
}

/// What the checks of one tree have found.
#[derive(Default)]
pub(in super::super) struct Found {
    pub(super) faults: Vec<InvalidTemplate>,
    /// What loads but is hardly meant.
    pub(in super::super) warnings: Vec<TemplateWarning>,
    /// The names with the parts that are used.
    pub(in super::super) uses: BTreeSet<(String, Option<String>)>,
    /// Whether it calls one of the flow's functions.
    pub(in super::super) asks: bool,
    /// The first name of a caller's whose value flows into the text.
    pub(in super::super) chosen_by_caller: Option<&'static str>,
    /// Why it may fail for some callers.
    pub(in super::super) failures: Vec<MayFail>,
}

impl Found {
    /// Notes a mistake, once.
    pub(super) fn fault(&mut self, fault: Fault, at: &Expr<'_>) {
        self.fault_at(fault, offset(at));
    }

    pub(super) fn fault_at(&mut self, fault: Fault, offset: usize) {
        if self.faults.iter().all(|known| *known.fault() != fault) {
            self.faults.push(InvalidTemplate::new(fault, offset));
        }
    }

    /// Notes a slip, once.
    pub(super) fn warn(&mut self, slip: Slip, offset: usize) {
        if self.warnings.iter().all(|known| *known.slip() != slip) {
            self.warnings.push(TemplateWarning::new(slip, offset));
        }
    }

    pub(super) fn failure(&mut self, failure: MayFail) {
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    pub(super) fn into_result(self) -> Result<Self, Vec<InvalidTemplate>> {
        if self.faults.is_empty() { Ok(self) } else { Err(self.faults) }
    }
}
