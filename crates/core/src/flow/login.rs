//! The question at which a caller keys an account and a PIN.

use super::{Flow, IvrName, Step};

/// A PIN question of DialogTech that takes the user and the PIN each from one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedLogin {
    /// The IVR's id in the portal.
    pub ivr_id: String,
    /// The answer that says whose PIN it is.
    pub user_field: String,
    /// The answer that holds the PIN.
    pub pin_field: String,
}

impl KeyedLogin {
    /// The PIN question of the IVR with this id or name, or else the flow's first. `None` if there is no such question.
    #[must_use]
    pub fn of(flow: &Flow, ivr: Option<&str>) -> Option<Self> {
        let named = ivr.and_then(|ivr| IvrName::parse(ivr).ok());
        flow.ivrs.iter().find_map(|found| {
            let id = found.id.as_ref()?;
            let wanted = ivr.is_none_or(|ivr| id.as_str() == ivr || named.as_ref() == Some(&found.name));
            let Some(Step::VerifyPin(verify)) = found.step.as_ref().filter(|_| wanted) else { return None };
            match (verify.user_answers().as_slice(), verify.pin_answers().as_slice()) {
                ([user], [pin]) => {
                    Some(Self { ivr_id: id.to_string(), user_field: user.clone(), pin_field: pin.clone() })
                }
                _ => None,
            }
        })
    }
}
