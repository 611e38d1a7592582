//! Every condition and template that a rule, a step or a flow has: for whatever asks what a flow speaks of.

use super::destination::{Destination, FlowAction};
use super::file::Flow;
use super::ids::IvrName;
use super::ivr::{AfterPin, Owner, Step};
use super::rules::{Condition, Rules};
use super::template::Template;
use super::wix_answers::{Reply, WixAnswers};

/// What a rule leads to, with the templates in it.
pub trait HasTemplates {
    /// Every template, in the order of the flow file.
    fn templates(&self) -> Vec<&Template>;
}

impl<T: HasTemplates> Rules<T> {
    /// Every template of conditions and of what they lead to, in the order of the flow file.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.iter().flat_map(|rule| rule.when.iter().map(Condition::template).chain(rule.then.templates()))
    }
}

impl HasTemplates for Template {
    fn templates(&self) -> Vec<&Template> {
        vec![self]
    }
}

impl HasTemplates for FlowAction {
    fn templates(&self) -> Vec<&Template> {
        Destination::templates(self).collect()
    }
}

impl HasTemplates for AfterPin {
    fn templates(&self) -> Vec<&Template> {
        self.action.templates()
    }
}

impl HasTemplates for Reply {
    fn templates(&self) -> Vec<&Template> {
        Vec::new()
    }
}

impl HasTemplates for IvrName {
    fn templates(&self) -> Vec<&Template> {
        Vec::new()
    }
}

impl Step {
    /// Every condition of it.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::VerifyPin(verify) => {
                verify.verified.conditions().chain(verify.refusals().flat_map(Rules::conditions)).collect()
            }
            Self::Do(rules) => rules.conditions().collect(),
            Self::Say(rules) => rules.conditions().collect(),
        }
    }

    /// Every template of it, those of conditions among them; first whose PIN is asked for, and the PIN.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::VerifyPin(verify) => {
                let user = if let Owner::User(user) = &verify.owner { Some(user) } else { None };
                let inputs = user.into_iter().chain([&verify.pin]);
                inputs.chain(verify.verified.templates()).chain(verify.refusals().flat_map(Rules::templates)).collect()
            }
            Self::Do(rules) => rules.templates().collect(),
            Self::Say(rules) => rules.templates().collect(),
        }
    }
}

impl Flow {
    /// Every condition in it.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        let starts = self.starts.iter().flat_map(Rules::conditions);
        let steps = self.ivrs.iter().filter_map(|ivr| ivr.step.as_ref()).flat_map(Step::conditions);
        let wix = self.wix_answers.iter().flat_map(WixAnswers::rules).flat_map(Rules::conditions);
        starts.chain(steps).chain(wix).collect()
    }

    /// Every template in it, those of conditions among them.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let starts = self.starts.iter().flat_map(Rules::templates);
        let steps = self.ivrs.iter().filter_map(|ivr| ivr.step.as_ref()).flat_map(Step::templates);
        let wix = self.wix_answers.iter().flat_map(WixAnswers::rules).flat_map(Rules::templates);
        starts.chain(steps).chain(wix).collect()
    }
}
