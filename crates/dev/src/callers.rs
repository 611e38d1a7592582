//! The callers of a local Ringbolt: the demo callers, or those in a CSV file.

use crate::{
    callers_csv::{
        self, names,
        records::{Records, START},
    },
    line::complain,
};
use anyhow::{Context as _, bail};
use ringbolt_core::{
    caller::{Attributes, Status},
    flow::Flow,
    identity::{CallerId, IdentifierForm, UserId},
    pin::{CallerPin, PinHasher, PinTag, policy},
};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_simulator::Provider;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fs::File,
    io::BufReader,
    path::Path,
};

/// A caller to enrol.
#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    user: String,
    pins: Vec<CallerPin>,
    attributes: Attributes,
    status: Status,
}

/// A demo caller, who is also shown in the banner.
pub(crate) struct DemoCaller {
    pub(crate) user: &'static str,
    pub(crate) pins: &'static [&'static str],
    pub(crate) first_name: &'static str,
    pub(crate) status: Status,
}

/// The demo callers: those in the two providers' own examples, plus a suspended one for each provider.
pub(crate) const DEMO: [DemoCaller; 5] = [
    DemoCaller { user: "90786", pins: &["4711"], first_name: "Ada", status: Status::Active },
    DemoCaller { user: "90787", pins: &["2580"], first_name: "Grace", status: Status::Suspended },
    DemoCaller {
        user: "123abc45-67d8-912e-3fg4-56789h0123456",
        pins: &["1234"],
        first_name: "User",
        status: Status::Active,
    },
    DemoCaller {
        user: "602efa31-01d8-482d-8ff2-26910b026703",
        pins: &["1234", "4321"],
        first_name: "Alan",
        status: Status::Active,
    },
    DemoCaller {
        user: "b2f0c3de-5a0e-4b5c-8f0a-0c6a2f9f4f23",
        pins: &["2580"],
        first_name: "Edsger",
        status: Status::Suspended,
    },
];

/// A caller whom the phone page offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The user id.
    pub(crate) user: String,
    /// The attribute `first_name`; empty if there is none.
    pub(crate) first_name: String,
    /// The PIN of a demo caller, which is no secret.
    demo_pin: Option<&'static str>,
    suspended: bool,
}

impl Known {
    /// The callers among enrolments, those with a demo PIN among them.
    pub(crate) fn of(enrolments: &[Enrolment]) -> Vec<Self> {
        let known = |enrolment: &Enrolment| {
            let demo = DEMO.iter().find(|demo| demo.user == enrolment.user && is_demo(enrolment, demo));
            let first_name = enrolment.attributes.get("first_name").and_then(serde_json::Value::as_str);
            Self {
                user: enrolment.user.clone(),
                first_name: first_name.unwrap_or_default().to_owned(),
                demo_pin: demo.and_then(|demo| demo.pins.first().copied()),
                suspended: enrolment.status == Status::Suspended,
            }
        };
        enrolments.iter().map(known).collect()
    }

    /// How people call them.
    pub(crate) fn name(&self) -> &str {
        if self.first_name.is_empty() { &self.user } else { &self.first_name }
    }

    /// What to key for them. A caller through Wix Answers keys no account.
    pub(crate) fn hint(&self, provider: Provider, form: IdentifierForm) -> Option<String> {
        let account = (provider != Provider::WixAnswers).then(|| format!("account {}", self.account(form)));
        let pin = self.demo_pin.map(|pin| format!("PIN {pin}"));
        let parts: Vec<String> = account.into_iter().chain(pin).collect();
        let suspended = if self.suspended { " (suspended)" } else { "" };
        (!parts.is_empty()).then(|| format!("{}{suspended}", parts.join(", ")))
    }

    /// The user id in a flow's form: `90786` for `90-786` if only its digits count.
    fn account(&self, form: IdentifierForm) -> String {
        UserId::parse(&self.user, form).map_or_else(|_| self.user.clone(), |user| user.as_str().to_owned())
    }

    /// Whether they can call through a provider: Wix Answers has found its user already, the others ask for digits.
    pub(crate) fn is_for(&self, provider: Provider, form: IdentifierForm) -> bool {
        let can_be_keyed = self.account(form).bytes().all(|byte| byte.is_ascii_digit());
        match provider {
            Provider::DialogTech | Provider::Twiml => can_be_keyed,
            Provider::WixAnswers => self.demo_pin.is_none() || !can_be_keyed,
        }
    }
}

fn is_demo(enrolment: &Enrolment, demo: &DemoCaller) -> bool {
    enrolment.pins.iter().map(CallerPin::digits).eq(demo.pins.iter().copied())
}

pub(crate) fn demo() -> anyhow::Result<Vec<Enrolment>> {
    let enrolment = |caller: &DemoCaller| {
        let attributes = [("first_name", caller.first_name), ("balance", "128 dollars and 50 cents")];
        Ok(Enrolment {
            user: caller.user.to_owned(),
            pins: caller.pins.iter().map(|pin| CallerPin::parse(pin)).collect::<Result<_, _>>()?,
            attributes: attributes.map(|(name, value)| (name.to_owned(), value.into())).into(),
            status: caller.status,
        })
    };
    DEMO.iter().map(enrolment).collect()
}

/// Reads a CSV of callers and PINs. A user with several PINs has several rows; the attributes of the last one count.
///
/// # Errors
/// The file cannot be read, or one of its rows cannot be used. The message never quotes a row.
pub(crate) fn read_csv(path: &Path) -> anyhow::Result<Vec<Enrolment>> {
    let shown = path.display();
    if path.is_dir() {
        bail!("{shown} is a folder, not a CSV file");
    }
    let file = File::open(path).with_context(|| callers_csv::unreadable(path))?;
    let mut records = Records::new(BufReader::new(file), START, b',');
    let columns = callers_csv::header(&mut records, path, None)?;
    let mut enrolments: BTreeMap<String, Enrolment> = BTreeMap::new();
    while let Some((line, cells)) = columns.cells(records.read_next().with_context(|| callers_csv::unreadable(path))?) {
        let place = || format!("{shown}, line {line}");
        let Some(cells) = cells.with_context(place)? else { continue };
        let user = cells.user().with_context(place)?.to_owned();
        if user.is_empty() {
            bail!("{shown}, line {line}: the user id is empty");
        }
        let pin = CallerPin::parse(cells.pin().with_context(place)?).with_context(place)?;
        warn_if_weak(&pin, &user, path, line);
        let attributes = cells.attributes().with_context(place)?.unwrap_or_default();
        let enrolment = enrolments.entry(user.clone()).or_insert_with(|| Enrolment {
            user,
            pins: Vec::new(),
            attributes: Attributes::new(),
            status: Status::Active,
        });
        enrolment.pins.push(pin);
        enrolment.attributes.extend(attributes);
    }
    Ok(enrolments.into_values().collect())
}

/// Says which columns seem to be meant for an attribute of the flow. Every enrolment has all columns.
pub(crate) fn hint_at_names(enrolments: &[Enrolment], flow: &Flow) {
    let columns = enrolments.iter().take(1).flat_map(|enrolment| enrolment.attributes.keys().map(String::as_str));
    names::hints(columns, flow).iter().for_each(|hint| complain(hint));
}

fn warn_if_weak(pin: &CallerPin, user: &str, path: &Path, line: u64) {
    if let Some(weakness) = policy::weakness_for(pin.digits(), user) {
        complain(&format!("{}, line {line}: this PIN is easy to guess. {weakness}", path.display()));
    }
}

/// Enrols callers in a flow's realm. A caller who is already enrolled with the same PINs keeps their counters, so these
/// survive a restart.
pub(crate) async fn enrol(
    store: &Store,
    hasher: &PinHasher,
    flow: &Flow,
    enrolments: &[Enrolment],
) -> anyhow::Result<()> {
    for (user, enrolment) in by_user(flow, enrolments)? {
        let caller = CallerId { realm: flow.realm.clone(), user };
        let tags = tags(hasher, &caller, &enrolment.pins).await?;
        if store.create_caller(&caller, &tags, &enrolment.attributes, enrolment.status).await? {
            continue;
        }
        let expected: BTreeSet<&str> = tags.iter().map(PinTag::as_str).collect();
        let present = store.caller(&caller).await?;
        if present.is_none_or(|item| !item.pins.iter().map(String::as_str).eq(expected)) {
            store.replace_pins(&caller, &tags).await?;
        }
        let Change::Made = store.set_attributes(&caller, &enrolment.attributes).await? else {
            bail!("a caller disappeared while being enrolled");
        };
    }
    Ok(())
}

/// Groups enrolments by user id; two spellings of one id are one caller with the PINs of both.
fn by_user(flow: &Flow, enrolments: &[Enrolment]) -> anyhow::Result<BTreeMap<UserId, Enrolment>> {
    let mut by_user: BTreeMap<UserId, Enrolment> = BTreeMap::new();
    for enrolment in enrolments {
        let user = UserId::parse(&enrolment.user, flow.identifier)
            .with_context(|| format!("`{}` is not a valid user id for the flow `{}`", enrolment.user, flow.name))?;
        match by_user.entry(user) {
            Entry::Vacant(free) => {
                free.insert(enrolment.clone());
            }
            Entry::Occupied(mut taken) => {
                taken.get_mut().pins.extend_from_slice(&enrolment.pins);
                taken.get_mut().attributes.extend(enrolment.attributes.clone());
            }
        }
    }
    Ok(by_user)
}

async fn tags(hasher: &PinHasher, caller: &CallerId, pins: &[CallerPin]) -> anyhow::Result<Vec<PinTag>> {
    let (hasher, caller, pins) = (hasher.clone(), caller.clone(), pins.to_vec());
    let hashed = tokio::task::spawn_blocking(move || {
        pins.iter().map(|pin| hasher.enrol(&caller, pin)).collect::<Result<Vec<_>, _>>()
    });
    Ok(hashed.await??.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_whose_id_has_other_signs_is_offered_where_only_digits_count() {
        let known =
            |user: &str| Known { user: user.to_owned(), first_name: String::new(), demo_pin: None, suspended: false };
        let offered = |user: &str, form| {
            let known = known(user);
            known.is_for(Provider::Twiml, form).then(|| known.hint(Provider::Twiml, form).unwrap())
        };
        for (user, form, hint) in [
            ("90-786", IdentifierForm::Digits, Some("account 90786")),
            ("90786", IdentifierForm::Text, Some("account 90786")),
            ("90-786", IdentifierForm::Text, None),
        ] {
            assert_eq!(offered(user, form).as_deref(), hint, "{user}");
            assert!(known(user).is_for(Provider::WixAnswers, form), "{user}");
        }
    }
}
