//! Rules: alternatives, of which the first one that holds is taken.

use super::mistake::Position;
use super::template::{MayFail, Scope, Template, TemplateError};

/// Alternatives in order; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules<T>(Vec<Rule<T>>);

/// One alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<T> {
    /// When it is taken; without a condition always.
    pub when: Option<Condition>,
    /// Whether it is also taken if its condition can't be judged.
    pub in_doubt: bool,
    /// What then happens.
    pub then: T,
    /// Where it begins in the flow file.
    pub at: Position,
}

/// The rule that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenRule<'r, T> {
    /// Its number among the alternatives, from 1.
    pub number: usize,
    /// Where it begins in the flow file.
    pub at: Position,
    /// What it says.
    pub then: &'r T,
    /// Whether its condition couldn't be judged.
    pub in_doubt: bool,
}

/// An expression that holds or doesn't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(Template);

/// What a condition says about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It holds.
    Holds,
    /// It doesn't hold.
    Fails,
    /// It can't be judged: an answer that should be a number and isn't (`answers.qos | int`), a part of something that
    /// isn't there (`caller.vip` of nobody), an answer over [`Template::MAX_BYTES`].
    InDoubt,
}

impl Condition {
    pub(super) fn new(template: Template) -> Self {
        Self(template)
    }

    /// What it says about a call.
    ///
    /// # Errors
    /// [`TemplateError::TooManySteps`]: it does too much work to be a condition.
    pub fn judge(&self, scope: &Scope) -> Result<Judged, TemplateError> {
        match self.0.render(scope) {
            Ok(text) if text.is_empty() => Ok(Judged::Fails),
            Ok(_) => Ok(Judged::Holds),
            Err(error @ TemplateError::TooManySteps) => Err(error),
            Err(_) => Ok(Judged::InDoubt),
        }
    }

    fn holds(&self, scope: &Scope) -> Option<bool> {
        self.judge(scope).ok().map(|judged| judged == Judged::Holds)
    }

    /// Whether it holds for every call; `None` if that depends on the call.
    #[must_use]
    pub fn constant(&self) -> Option<bool> {
        self.0.depends_on(&[]).then(|| self.holds(&Scope::default()))?
    }

    /// Whether it holds for every caller who keys nothing; `None` if that depends on more than the answers.
    #[must_use]
    pub fn of_silence(&self) -> Option<bool> {
        self.0.depends_on(&["answers"]).then(|| self.holds(&Scope::default()))?
    }

    /// Why it can't be judged for some callers, if that may be; its rule is then skipped.
    #[must_use]
    pub fn may_be_in_doubt(&self) -> Option<&MayFail> {
        self.0.may_fail()
    }

    /// Whether it speaks of `caller`, `answers` or another of the names.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.0.mentions(name)
    }

    /// The parts of a name that it speaks of: `qos` for `answers.qos`.
    pub fn parts_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.parts_of(name)
    }

    /// The template behind it.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.0
    }

    /// The expression as it is written in the flow.
    #[must_use]
    pub fn source(&self) -> &str {
        self.0.source()
    }
}

impl<T> Rules<T> {
    /// `None` if there is no rule.
    pub(super) fn new(rules: Vec<Rule<T>>) -> Option<Self> {
        (!rules.is_empty()).then_some(Self(rules))
    }

    /// The same for every call; `at` is where it is written.
    #[must_use]
    pub fn always(then: T, at: Position) -> Self {
        Self(vec![Rule { when: None, in_doubt: false, then, at }])
    }

    /// Whether these rules and others always lead to the same, wherever they are written.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        let parts = |rule: &Rule<T>| (rule.when.clone(), rule.in_doubt);
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(a, b)| a.then == b.then && parts(a) == parts(b))
    }

    /// The first rule that holds; `None` if none does.
    ///
    /// # Errors
    /// As [`Condition::judge`].
    pub fn first(&self, scope: &Scope) -> Result<Option<TakenRule<'_, T>>, TemplateError> {
        for (index, rule) in self.0.iter().enumerate() {
            let judged = match &rule.when {
                Some(condition) => condition.judge(scope)?,
                None => Judged::Holds,
            };
            let in_doubt = judged == Judged::InDoubt;
            if judged == Judged::Holds || (in_doubt && rule.in_doubt) {
                return Ok(Some(TakenRule { number: index + 1, at: rule.at, then: &rule.then, in_doubt }));
            }
        }
        Ok(None)
    }

    /// The same rules with what follows turned into something else; `None` if any of it can't be.
    pub(super) fn try_map<U>(self, mut then: impl FnMut(T) -> Option<U>) -> Option<Rules<U>> {
        let rule =
            |Rule { when, in_doubt, then: old, at }: Rule<T>| Some(Rule { when, in_doubt, then: then(old)?, at });
        self.0.into_iter().map(rule).collect::<Option<_>>().map(Rules)
    }

    /// Every rule, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule<T>> {
        self.0.iter()
    }

    /// The rules that some call can take, with their numbers from 1: none after one that always holds, none that never
    /// does, none with the condition of an earlier one.
    pub fn in_reach(&self) -> impl Iterator<Item = (usize, &Rule<T>)> {
        let mut seen: Vec<&Condition> = Vec::new();
        let mut over = false;
        self.0.iter().enumerate().filter_map(move |(index, rule)| {
            if over {
                return None;
            }
            if let Some(condition) = &rule.when {
                let asked_before = seen.contains(&condition);
                seen.push(condition);
                if asked_before || condition.constant() == Some(false) {
                    return None;
                }
            } else {
                over = true;
            }
            Some((index + 1, rule))
        })
    }

    /// What there is if the same happens in every call.
    #[must_use]
    pub fn only(&self) -> Option<&T> {
        match self.0.as_slice() {
            [Rule { when: None, then, .. }] => Some(then),
            _ => None,
        }
    }

    /// The rule that is taken in every call, if there is only one and it has no condition.
    #[must_use]
    pub fn always_taken(&self) -> Option<TakenRule<'_, T>> {
        match self.0.as_slice() {
            [Rule { when: None, then, at, .. }] => Some(TakenRule { number: 1, at: *at, then, in_doubt: false }),
            _ => None,
        }
    }

    /// Whether some rule always holds.
    #[must_use]
    pub fn is_exhaustive(&self) -> bool {
        self.0.iter().any(|rule| rule.when.is_none())
    }

    /// Every condition, in order.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter().filter_map(|rule| rule.when.as_ref())
    }

    /// Whether a condition speaks of a name.
    #[must_use]
    pub fn conditions_mention(&self, name: &str) -> bool {
        self.conditions().any(|condition| condition.mentions(name))
    }
}
