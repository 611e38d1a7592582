//! What the measured programs share: a database with a caller, published flows, secrets, and the proxies in front.

use crate::{
    authority::Authority,
    options::Options,
    proxy::{Delays, Proxy},
};
use anyhow::{Context as _, Result};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ringbolt_core::{
    caller::{Attributes, Status},
    identity::FlowName,
    pin::{CallerPin, PinHash, PinHasher, PinKeys},
};
use ringbolt_dynamodb::{
    Store,
    flows::{FlowTable, Push},
    tables::create_missing_flows,
};
use ringbolt_tests::{
    TestDatabase,
    app::{Function, NOON, demo_flow},
    database::more_units,
    environment::{documented, logical_id},
    secrets_manager::{Mode, SecretsManager},
};
use sha2::Sha256;
use std::time::Duration;

/// The caller.
pub const USER: &str = "90786";
/// Their PIN.
pub const PIN: &str = "4711";
/// The key of the peers' keyed hash.
pub const PEER_KEY: &str = "dev-pin-key-not-secret-dev-pin-key-not-secret";
/// The token in the webhooks' URLs.
pub const TOKEN: &str = "dev-token-not-secret";
/// The secrets, by the ends of their ARNs.
pub const SECRETS: [&str; 3] = ["tokens", "twiml-keys", "pin-keys"];

/// How PINs are hashed, and all that depends on it.
pub struct World {
    /// How PINs are hashed.
    pub hash: PinHash,
    /// The database.
    pub database: TestDatabase,
    /// The table of flows.
    pub flows_table: String,
    /// The peers' table.
    pub peers_table: String,
    /// In front of the database.
    pub proxy: Proxy,
    /// In front of Secrets Manager.
    pub secrets: Proxy,
    /// Whom the programs trust.
    pub authority: Authority,
    /// With the delays of the options.
    pub delays: Delays,
    _manager: SecretsManager,
}

/// What the records of calls take beyond a write unit for each write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Entries in indexes, and each further KB of an item.
    pub more_units: u64,
}

impl World {
    /// Starts everything, and enrols the caller.
    ///
    /// # Errors
    /// Something does not start.
    pub async fn new(hash: PinHash, options: &Options) -> Result<Self> {
        let authority = Authority::new()?;
        let database = TestDatabase::start().await;
        let client = database.client().await;
        let flows_table = database.tables.callers.replace("callers", "flows");
        create_missing_flows(&client, &flows_table).await?;
        let push = Push::new(demo_flow(), "ada".to_owned(), None, NOON).ok().context("the demo flow does not fit")?;
        let flow = FlowName::parse("demo").ok().context("not a flow's name")?;
        FlowTable::new(client.clone(), flows_table.clone()).publish(&flow, &push).await?;
        enrol(&database.store().await, hash).await?;
        let peers_table = database.tables.callers.replace("callers", "peers");
        enrol_for_peers(&client, &peers_table, hash).await?;

        let delays = Delays { connect: millis(options.round_trip_ms), reply: millis(options.round_trip_ms) };
        let proxy = Proxy::to(&database.endpoint, &authority, delays).await?;
        let of_auth = documented(logical_id(Function::Auth));
        let of_voice = documented(logical_id(Function::Voice));
        let values = ["RINGBOLT_WEBHOOK_TOKENS", "RINGBOLT_TWIML_KEYS", "RINGBOLT_PIN_KEYS"];
        let values = values.map(|name| of_auth.get(name).or(of_voice.get(name)).cloned().unwrap_or_default());
        let manager = SecretsManager::start(SECRETS.into_iter().zip(values), Mode::Gives).await;
        let of_secrets = Delays { reply: millis(options.secrets_ms), ..delays };
        let secrets = Proxy::to(&manager.endpoint, &authority, of_secrets).await?;
        Ok(Self { hash, database, flows_table, peers_table, proxy, secrets, authority, delays, _manager: manager })
    }

    /// What the records of calls take now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn footprint(&self) -> Result<Footprint> {
        let mut pages =
            self.database.client().await.scan().table_name(&self.database.tables.calls).into_paginator().send();
        let mut footprint = Footprint::default();
        while let Some(page) = pages.next().await {
            for item in page?.items() {
                footprint.more_units += u64::try_from(more_units(item))?;
            }
        }
        Ok(footprint)
    }
}

fn millis(millis: f64) -> Duration {
    Duration::from_secs_f64(millis / 1000.0)
}

async fn enrol(store: &Store, hash: PinHash) -> Result<()> {
    let keys = PinKeys::from_json(&documented(logical_id(Function::Auth))["RINGBOLT_PIN_KEYS"])?;
    let caller = ringbolt_tests::caller(USER);
    let pin = CallerPin::parse(PIN).ok().context("not a PIN")?;
    let tags = PinHasher::new(keys, hash).enrol(&caller, &pin)?;
    let attributes = [("first_name", "Ada"), ("balance", "12.50")];
    let attributes: Attributes = attributes.map(|(name, value)| (name.to_owned(), value.into())).into();
    store.create_caller(&caller, &tags, &attributes, Status::Active).await?;
    Ok(())
}

async fn enrol_for_peers(client: &Client, table: &str, hash: PinHash) -> Result<()> {
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S).build()?,
        )
        .key_schema(KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build()?)
        .send()
        .await?;
    let stored = match hash {
        PinHash::Keyed => {
            let mut mac = Hmac::<Sha256>::new_from_slice(PEER_KEY.as_bytes())?;
            mac.update(format!("{USER}:{PIN}").as_bytes());
            hex::encode(mac.finalize().into_bytes())
        }
        PinHash::Argon2id { memory_kib, passes } => {
            let (salt, mut output) = ([7; 16], [0; 32]);
            let params = Params::new(memory_kib, passes, 1, None).map_err(|error| anyhow::anyhow!("{error}"))?;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(PIN.as_bytes(), &salt, &mut output)
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            let [salt, output] = [&salt[..], &output[..]].map(|bytes| STANDARD_NO_PAD.encode(bytes));
            format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${output}")
        }
    };
    let text = |text: &str| AttributeValue::S(text.to_owned());
    client
        .put_item()
        .table_name(table)
        .item("pk", text(USER))
        .item("pin", text(&stored))
        .item("failures", AttributeValue::N("0".to_owned()))
        .item("first_name", text("Ada"))
        .item("balance", text("12.50"))
        .send()
        .await?;
    Ok(())
}
