//! The providers that speak TwiML.

/// A provider that speaks TwiML. Each signs its requests in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Twilio.
    Twilio,
    /// SignalWire, whose own name for TwiML is cXML.
    SignalWire,
    /// Telnyx, whose own name for TwiML is TeXML.
    Telnyx,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 3] = [Self::Twilio, Self::SignalWire, Self::Telnyx];

    /// The name in keys and logs: `twilio`, `signalwire` or `telnyx`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::SignalWire => "signalwire",
            Self::Telnyx => "telnyx",
        }
    }

    /// The name as the provider writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Twilio => "Twilio",
            Self::SignalWire => "SignalWire",
            Self::Telnyx => "Telnyx",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_a_provider_is_its_name_in_lower_case() {
        assert!(Provider::ALL.iter().all(|provider| provider.word() == provider.name().to_lowercase()));
        assert_eq!(Provider::ALL.map(Provider::name), ["Twilio", "SignalWire", "Telnyx"]);
    }
}
