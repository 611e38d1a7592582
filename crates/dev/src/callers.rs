//! The callers of a local Ringbolt: the demo callers, or those in a CSV file.

use anyhow::{Context as _, bail};
use ringbolt_core::{
    caller::{Attributes, Status},
    flow::Flow,
    identity::{CallerId, UserId},
    pin::{CallerPin, PinHasher, PinTag, policy},
};
use ringbolt_dynamodb::{Store, callers::Change};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
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

/// Reads a CSV file with the columns `user` and `pin`, in any case. A user with several PINs has several rows. Every
/// other named column is an attribute. `ringbolt pin import` takes the same columns.
pub(crate) fn read_csv(path: &Path) -> anyhow::Result<Vec<Enrolment>> {
    let shown = path.display();
    if path.is_dir() {
        bail!("{shown} is a folder, not a CSV file");
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .with_context(|| format!("{shown} could not be read"))?;
    let headers = reader.headers().with_context(|| format!("{shown} has no header row"))?.clone();
    // Spreadsheets put a byte order mark before the first name.
    let headers: Vec<&str> = headers.iter().map(|header| header.trim_start_matches('\u{feff}')).collect();
    let column = |name: &str| {
        let mut found = (0..headers.len()).filter(|index| headers[*index].eq_ignore_ascii_case(name));
        let position = found.next().with_context(|| {
            format!("{shown} has no column `{name}`: the first row must name the columns, separated by commas")
        })?;
        // The second column would become an attribute, although it could hold PINs.
        if found.next().is_some() {
            bail!("{shown} has the column `{name}` twice");
        }
        Ok(position)
    };
    let (user_column, pin_column) = (column("user")?, column("pin")?);
    let mut enrolments: BTreeMap<String, Enrolment> = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| unreadable_row(path, &error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let field = |index: usize| row.get(index).unwrap_or_default();
        let user = field(user_column).to_owned();
        if user.is_empty() {
            bail!("{shown}, line {line}: the user is empty");
        }
        let pin =
            CallerPin::parse(field(pin_column)).map_err(|error| anyhow::anyhow!("{shown}, line {line}: {error}"))?;
        warn_if_weak(&pin, &user, path, line);
        let attributes = headers
            .iter()
            .enumerate()
            .filter(|(index, name)| *index != user_column && *index != pin_column && !name.is_empty())
            .map(|(index, name)| ((*name).to_owned(), field(index).into()));
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

/// Describes an unreadable row without quoting it.
fn unreadable_row(path: &Path, error: &csv::Error) -> anyhow::Error {
    let line = error.position().map_or(0, csv::Position::line);
    let shown = path.display();
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            anyhow::anyhow!("{shown}, line {line}: this row has {len} columns but the first row has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => {
            anyhow::anyhow!("{shown}, line {line}: this row is not UTF-8; save the file as \"CSV UTF-8\"")
        }
        csv::ErrorKind::Io(error) => anyhow::anyhow!("{shown} could not be read: {error}"),
        _ => anyhow::anyhow!("{shown}, line {line}: this is not a CSV row"),
    }
}

#[expect(clippy::print_stderr, reason = "a person at a terminal reads it")]
fn warn_if_weak(pin: &CallerPin, user: &str, path: &Path, line: u64) {
    if let Some(weakness) = policy::weakness_for(pin.digits(), user) {
        eprintln!("{}, line {line}: this PIN is easy to guess. {weakness}", path.display());
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
