//! What flows lack for the providers that they are meant for.

use super::{Examined, Finding};
use crate::provider::Provider;
use clap::Args;
use ringbolt_core::dialects::DIALECTS;
use ringbolt_core::flow::{Mistake, Severity};

/// `--for`: the providers that the flows are meant for.
#[derive(Args)]
pub(in super::super) struct ForProviders {
    /// Provider that must be able to use the flows: report what they lack for it (repeat it for several)
    #[arg(long = "for", value_name = "PROVIDER", value_enum, value_delimiter = ',')]
    providers: Vec<Provider>,
}

impl ForProviders {
    /// Adds what each flow lacks for the providers; if none is given, a flow must answer one. A flow that lacks something
    /// cannot be used.
    pub(in super::super) fn require(&self, files: &mut [Examined], deny_warnings: bool) {
        for file in files {
            let Some(flow) = &file.flow else { continue };
            let answers_nobody = !DIALECTS.iter().any(|dialect| dialect.is_answered_by(flow));
            // A flow that loads and answers nobody says where a call begins: it can only be meant for TwiML.
            let meant = if answers_nobody && self.providers.is_empty() { &[Provider::Twiml] } else { &*self.providers };
            let found = meant.iter().flat_map(|provider| lacks(*provider, provider.lacks(flow)));
            file.findings.extend(found.collect::<Vec<_>>());
            if deny_warnings {
                file.deny_warnings();
            }
            if file.has_errors() {
                file.flow = None;
            }
        }
    }

    /// ` for DialogTech and TwiML`; nothing if no provider is given.
    pub(in super::super) fn in_words(&self) -> String {
        let names: Vec<&str> = self.providers.iter().map(|provider| provider.name()).collect();
        match names.as_slice() {
            [] => String::new(),
            [others @ .., last] if !others.is_empty() => format!(" for {} and {last}", others.join(", ")),
            only => format!(" for {}", only.concat()),
        }
    }
}

/// Refuses each flow that has a section `twiml` and that no TwiML provider can play. Returns whether there is one.
pub(in super::super) fn refuse_unplayable(files: &mut [Examined]) -> bool {
    let mut refused = false;
    for file in files {
        let found = file.unplayable();
        if !found.is_empty() {
            file.findings.extend(found);
            file.flow = None;
            refused = true;
        }
    }
    refused
}

impl Examined {
    /// Why no TwiML provider can play the flow, if it has a section `twiml`, which says that one should.
    pub(in super::super) fn unplayable(&self) -> Vec<Finding> {
        let flow = self.flow.as_ref().filter(|flow| flow.twiml.at.is_some());
        let found = flow.into_iter().flat_map(|flow| lacks(Provider::Twiml, Provider::Twiml.lacks(flow)));
        found.filter(|finding| finding.severity == Severity::Error).collect()
    }
}

fn lacks(provider: Provider, mistakes: Vec<Mistake>) -> impl Iterator<Item = Finding> {
    mistakes.into_iter().map(move |mistake| Finding { provider: Some(provider), ..Finding::from(mistake) })
}
