//! Which provider's check a request must pass.

use super::keys::TwimlKeys;
use super::provider::Provider;
use super::refused::Refused;
use super::signed::Signed;
use super::{signalwire, telnyx, twilio};

impl TwimlKeys {
    /// The provider that signed a request.
    ///
    /// The headers decide which check the request must pass; it is never tried with another one. Only
    /// `X-Twilio-Signature` on its own can come from two providers: Twilio's keys are tried, then SignalWire's.
    ///
    /// # Errors
    /// [`Refused`]: no signature, signatures of several providers, no key of the provider, a signature that cannot be
    /// decoded or is wrong, an unknown algorithm, a body that doesn't match its digest, or a missing, garbled or stale
    /// timestamp.
    pub fn verify(&self, signed: &Signed<'_>) -> Result<Provider, Refused> {
        let in_telnyx_header = signed.header(telnyx::HEADER);
        let in_twilio_header = signed.header(twilio::HEADER);
        let has_signalwire_header = signalwire::has_header(signed);
        match (in_telnyx_header, has_signalwire_header, in_twilio_header) {
            (None, false, None) => Err(Refused::NoSignature),
            (Some(signature), false, None) => {
                self.key_of(Provider::Telnyx)?;
                telnyx::verify(&self.telnyx, signed, signature)?;
                Ok(Provider::Telnyx)
            }
            (Some(_), ..) => Err(Refused::SeveralProviders),
            (None, true, _) => {
                self.key_of(Provider::SignalWire)?;
                signalwire::verify(&self.signalwire, signed)?;
                Ok(Provider::SignalWire)
            }
            (None, false, Some(signature)) => self.verify_twilio_header(signed, signature),
        }
    }

    fn verify_twilio_header(&self, signed: &Signed<'_>, signature: &str) -> Result<Provider, Refused> {
        let of_signalwire = || signalwire::sha1(&self.signalwire, signed, signature).map(|()| Provider::SignalWire);
        let may_be_signalwire = !self.signalwire.is_empty() && !twilio::has_settings(signed);
        if self.twilio.is_empty() && may_be_signalwire {
            return of_signalwire();
        }
        self.key_of(Provider::Twilio)?;
        match twilio::verify(&self.twilio, signed, signature) {
            Ok(()) => Ok(Provider::Twilio),
            Err(refused) if may_be_signalwire => of_signalwire().map_err(|_| refused),
            Err(refused) => Err(refused),
        }
    }

    fn key_of(&self, provider: Provider) -> Result<(), Refused> {
        if self.count(provider) == 0 { Err(Refused::NoKeyForProvider { provider }) } else { Ok(()) }
    }
}
