//! Who sends the webhooks.

use clap::ValueEnum;
use ringbolt_core::{
    dialects::{dialogtech, twiml, wix_answers},
    flow::{Flow, Mistake},
};

/// Who sends the webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// DialogTech
    Dialogtech,
    /// Wix Answers
    WixAnswers,
    /// Twilio, SignalWire or Telnyx
    Twiml,
}

impl Provider {
    /// Its name in sentences.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dialogtech => "DialogTech",
            Self::WixAnswers => "Wix Answers",
            Self::Twiml => "TwiML",
        }
    }

    /// Its word on the command line and in JSON, which is also the first part of its webhooks' paths.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Dialogtech => "dialogtech",
            Self::WixAnswers => "wix-answers",
            Self::Twiml => "twiml",
        }
    }

    /// What a flow lacks to be used with it, and what probably does not do what its author wants there.
    pub(crate) fn lacks(self, flow: &Flow) -> Vec<Mistake> {
        match self {
            Self::Dialogtech => dialogtech::check(flow),
            Self::WixAnswers => wix_answers::check(flow),
            Self::Twiml => twiml::check(flow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::dialects::DIALECTS;

    #[test]
    fn every_dialect_is_a_provider_with_the_same_word() {
        let words: Vec<&str> = Provider::value_variants().iter().map(|provider| provider.word()).collect();
        for provider in Provider::value_variants() {
            assert_eq!(provider.to_possible_value().unwrap().get_name(), provider.word());
        }
        assert!(DIALECTS.iter().all(|dialect| words.contains(&dialect.path)));
    }
}
