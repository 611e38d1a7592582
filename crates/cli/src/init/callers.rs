//! Two invented callers. Their telephone numbers are 555-01xx, which belong to nobody.

use super::answers::Kind;
use crate::pin;
use ringbolt_core::pin::CallerPin;

/// How many digits the PINs have.
const PIN_DIGITS: u8 = 6;

/// The callers, and a PIN that neither of them has.
pub(super) struct Callers {
    pub(super) callers: [Caller; 2],
    wrong: CallerPin,
}

/// A caller.
pub(super) struct Caller {
    pub(super) user: &'static str,
    pub(super) first_name: &'static str,
    pub(super) phone: &'static str,
    pub(super) balance: &'static str,
    pin: CallerPin,
}

impl Callers {
    /// Gives them random PINs that are hard to guess.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(super) fn draw(kind: Kind) -> anyhow::Result<Self> {
        // Wix Answers names its users by ids of this form.
        let users = match kind {
            Kind::Wix => ["9d1f6a52-3c0b-4e7a-8f21-6b5d4c3e2a10", "2e8c7b41-95d3-4f60-a1b7-0c9d8e7f6a53"],
            Kind::Account | Kind::Menu => ["90786", "90787"],
        };
        let caller = |user, first_name, phone, balance| {
            anyhow::Ok(Caller { user, first_name, phone, balance, pin: pin::random(user, PIN_DIGITS)? })
        };
        let [ada, grace] = users;
        let callers = [caller(ada, "Ada", "2125550142", "12.50")?, caller(grace, "Grace", "2125550143", "7.00")?];
        let wrong = loop {
            let drawn = pin::random(ada, PIN_DIGITS)?;
            if callers.iter().all(|caller| caller.pin.digits() != drawn.digits()) {
                break drawn;
            }
        };
        Ok(Self { callers, wrong })
    }

    /// The file for `ringbolt dev --callers` and `ringbolt pin import`.
    pub(super) fn csv(&self) -> String {
        let row = |caller: &Caller| {
            let Caller { user, first_name, phone, balance, pin } = caller;
            format!("{user},{},{first_name},{phone},{balance}\n", pin.digits())
        };
        let rows: String = self.callers.iter().map(row).collect();
        format!("user,pin,first_name,phone,balance\n{rows}")
    }

    /// A PIN that neither of them has.
    pub(super) fn wrong_pin(&self) -> &str {
        self.wrong.digits()
    }
}

impl Caller {
    pub(super) fn pin(&self) -> &str {
        self.pin.digits()
    }

    /// The caller as a scripted call enrols them.
    pub(super) fn in_script(&self) -> String {
        let Self { user, first_name, balance, .. } = self;
        format!("{{ user: \"{user}\", pin: \"{}\", first_name: {first_name}, balance: \"{balance}\" }}", self.pin())
    }
}
