//! Rules: alternatives of which the first one that holds is taken.

use super::template::{Scope, Template, TemplateError};

/// Alternatives in order; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules<T>(Vec<Rule<T>>);

/// One alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<T> {
    /// When it is taken; without a condition always.
    pub when: Option<Condition>,
    /// What then happens.
    pub then: T,
}

/// An expression that holds or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(Template);

impl Condition {
    pub(super) fn new(template: Template) -> Self {
        Self(template)
    }

    /// Whether it holds. One that cannot be judged does not: an answer that should be a number and is none
    /// (`answers.qos | int` of `NA`), a part of something that is not there (`caller.vip` of nobody), an answer over
    /// [`Template::MAX_BYTES`].
    ///
    /// # Errors
    /// [`TemplateError::TooManySteps`]: it is no condition any more.
    pub fn holds(&self, scope: &Scope) -> Result<bool, TemplateError> {
        match self.0.render(scope) {
            Ok(text) => Ok(!text.is_empty()),
            Err(error @ TemplateError::TooManySteps) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// What it says of every call, where it depends on nothing: `true`, `1 == 2`.
    #[must_use]
    pub fn constant(&self) -> Option<bool> {
        self.0.depends_on(&[]).then(|| self.holds(&Scope::default()).ok())?
    }

    /// What it says of every caller who keys nothing; none where that depends on more than the answers, or on whether
    /// the portal sends unanswered questions.
    #[must_use]
    pub fn of_silence(&self) -> Option<bool> {
        let holds = self.0.depends_on(&["answers"]).then(|| self.holds(&Scope::of_silence()).ok())??;
        (self.holds(&Scope::default()) == Ok(holds)).then_some(holds)
    }

    /// Whether it speaks of `caller`, `answers` or another of the names.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.0.mentions(name)
    }

    /// The expression as it stands in the flow.
    #[must_use]
    pub fn source(&self) -> &str {
        self.0.source()
    }
}

impl<T> Rules<T> {
    /// None where there is no rule.
    pub(super) fn new(rules: Vec<Rule<T>>) -> Option<Self> {
        (!rules.is_empty()).then_some(Self(rules))
    }

    /// The same for everybody.
    #[must_use]
    pub fn always(then: T) -> Self {
        Self(vec![Rule { when: None, then }])
    }

    /// What the first rule that holds says; none where none holds.
    ///
    /// # Errors
    /// As [`Condition::holds`].
    pub fn first(&self, scope: &Scope) -> Result<Option<&T>, TemplateError> {
        for rule in &self.0 {
            let holds = match &rule.when {
                Some(condition) => condition.holds(scope)?,
                None => true,
            };
            if holds {
                return Ok(Some(&rule.then));
            }
        }
        Ok(None)
    }

    /// The same rules with what follows turned into something else; none where any of it cannot.
    pub(super) fn try_map<U>(self, mut then: impl FnMut(T) -> Option<U>) -> Option<Rules<U>> {
        let rule = |rule: Rule<T>| Some(Rule { when: rule.when, then: then(rule.then)? });
        self.0.into_iter().map(rule).collect::<Option<_>>().map(Rules)
    }

    /// Every rule, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule<T>> {
        self.0.iter()
    }

    /// The rules that some call can take: none after one that always holds, none that never does, none with the condition
    /// of one before it.
    pub fn in_reach(&self) -> impl Iterator<Item = &Rule<T>> {
        let mut conditions: Vec<&Condition> = Vec::new();
        let mut over = false;
        self.0.iter().filter(move |rule| {
            if over {
                return false;
            }
            let Some(condition) = &rule.when else {
                over = true;
                return true;
            };
            let known = conditions.contains(&condition);
            conditions.push(condition);
            !known && condition.constant() != Some(false)
        })
    }

    /// What there is where the same happens to everybody.
    #[must_use]
    pub fn only(&self) -> Option<&T> {
        match self.0.as_slice() {
            [Rule { when: None, then }] => Some(then),
            _ => None,
        }
    }

    /// Whether some rule always holds.
    #[must_use]
    pub fn is_exhaustive(&self) -> bool {
        self.0.iter().any(|rule| rule.when.is_none())
    }

    /// Whether a condition speaks of a name.
    #[must_use]
    pub fn conditions_mention(&self, name: &str) -> bool {
        self.0.iter().filter_map(|rule| rule.when.as_ref()).any(|condition| condition.mentions(name))
    }
}
