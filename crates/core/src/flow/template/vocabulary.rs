//! What texts and conditions are compiled with.

use super::engine::{BASE, without_markup};
use super::functions;
use super::names::DIALOGTECH_NAMES;
use crate::flow::definitions::Definitions;
use minijinja::Environment;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The names that texts and conditions can use, and what their flow defines.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    pub(super) engine: Environment<'static>,
    pub(super) definitions: Arc<Definitions>,
    pub(super) names: &'static [&'static str],
    /// What the IVR asks for; none if the flow does not say.
    pub(super) answers: Option<Arc<BTreeSet<String>>>,
}

impl Vocabulary {
    /// The names of DialogTech's dialect, and these definitions.
    #[must_use]
    pub fn new(definitions: Arc<Definitions>) -> Self {
        let mut engine = BASE.clone();
        functions::add(&mut engine, &definitions);
        Self { engine, definitions, names: DIALOGTECH_NAMES, answers: None }
    }

    /// The same, for another dialect.
    pub(in super::super) fn speaking_of(&self, names: &'static [&'static str]) -> Self {
        Self { names, ..self.clone() }
    }

    /// The same, for a text that the provider reads as it comes: values bring no markup into it.
    pub(in super::super) fn for_reading(mut self) -> Self {
        self.engine.set_formatter(without_markup);
        self
    }

    /// The same, for an IVR that asks for these answers and no others; none if the flow does not say what it asks for.
    #[must_use]
    pub fn with_answers(self, answers: Option<Arc<BTreeSet<String>>>) -> Self {
        Self { answers, ..self }
    }

    /// Whether this is Wix Answers' dialect.
    pub(super) fn is_wix_answers(&self) -> bool {
        self.names.contains(&"user")
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}
