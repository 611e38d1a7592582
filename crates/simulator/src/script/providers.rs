//! On which providers a scripted call can be played. Most calls of a flow with IVRs are the same on all that play IVRs.

use super::{Does, ScriptedCall};
use crate::call::Call;
use crate::setting::Provider;
use ringbolt_core::flow::Flow;
use std::sync::Arc;

impl ScriptedCall {
    /// The providers that can play this call, its own first: the one that the file names, or else every one that plays the
    /// flow's IVRs. Without a portal, nobody can play a call that uses one.
    #[must_use]
    pub fn providers(&self, flow: &Arc<Flow>) -> Vec<Provider> {
        let mut providers = vec![self.provider];
        if self.provider_is_given || self.provider == Provider::WixAnswers {
            return providers;
        }
        let others = Provider::of(flow).into_iter().filter(|other| *other != self.provider);
        providers.extend(others.filter(|other| self.fits(*other, flow)));
        providers
    }

    /// The same call, played by another provider.
    #[must_use]
    pub fn on(&self, provider: Provider) -> Self {
        Self { provider, ..self.clone() }
    }

    fn fits(&self, provider: Provider, flow: &Arc<Flow>) -> bool {
        let changed = self.flow(flow);
        match provider {
            // Wix Answers asks something else.
            Provider::WixAnswers => false,
            Provider::Twiml if self.uses_portal() => false,
            Provider::DialogTech | Provider::Twiml => {
                Call::start(self.on(provider).setting(&changed, 1), self.starts_at).is_ok()
            }
        }
    }

    /// Whether the call sets, or comes to, something that only DialogTech's portal has.
    fn uses_portal(&self) -> bool {
        let ends = |does: &Does| matches!(does, Does::Ends(end) if matches!(end.word.as_str(), "portal" | "vr"));
        self.post || !self.label.is_empty() || !self.source.is_empty() || self.steps.iter().any(|step| ends(&step.does))
    }
}
