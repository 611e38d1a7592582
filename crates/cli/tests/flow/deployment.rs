//! A test deployment with a table of flows, and the command that works on it.

use crate::flow::{json, server};
use ringbolt_core::{identity::FlowName, time::EpochMs};
use ringbolt_dev::database::{Embedded, start_with_key};
use ringbolt_dynamodb::{
    client,
    flows::{FlowTable, Published, Push},
    tables,
};
use ringbolt_tests::{Fault, Wire};
use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// 2026-11-21T12:00:00Z
pub const NOON: EpochMs = EpochMs(1_795_262_400_000);

/// The command's exit code and output.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub struct Deployment {
    pub table: FlowTable,
    pub client: aws_sdk_dynamodb::Client,
    pub folder: tempfile::TempDir,
    embedded: Embedded,
}

impl Deployment {
    pub async fn new() -> Self {
        let embedded = start_with_key(None, ringbolt_tests::ACCESS_KEY.to_owned()).await.unwrap();
        let client = client::webhook_client(&embedded.sdk(), PATIENCE);
        tables::create_missing_flows(&client, "flows").await.unwrap();
        tables::create_missing_audit(&client, "audit").await.unwrap();
        let table = FlowTable::new(client.clone(), "flows".to_owned());
        Self { table, client, folder: tempfile::tempdir().unwrap(), embedded }
    }

    /// Runs `ringbolt flow` in the folder.
    pub async fn flow(&self, arguments: &[&str]) -> Said {
        self.flow_with_input(arguments, b"").await
    }

    pub async fn flow_with_input(&self, arguments: &[&str], input: &[u8]) -> Said {
        self.run(&[&["flow"], arguments].concat(), input).await
    }

    /// Runs `ringbolt flow` on a stack that has this output beside its tables, and no environment variable for them.
    pub async fn flow_on_stack(&self, output: &str, arguments: &[&str]) -> Said {
        let outputs: String = ["FlowsTableName", "AuditTableName", output]
            .into_iter()
            .zip(["flows", "audit", "https://calls.example.com/twiml/{flow}/voice"])
            .map(|(key, value)| {
                format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>")
            })
            .collect();
        let stack = format!(
            "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
             <Stacks><member><StackName>prod</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>\
             <StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member></Stacks>\
             </DescribeStacksResult></DescribeStacksResponse>"
        );
        let mut command = ringbolt(self.folder.path(), &[&["flow"], arguments, &["--stack", "prod"]].concat());
        command
            .env("AWS_ENDPOINT_URL_CLOUDFORMATION", server::answering(200, stack))
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.embedded.endpoint);
        tokio::task::spawn_blocking(move || said(command, b"")).await.unwrap()
    }

    /// Runs `ringbolt` in the folder.
    pub async fn ringbolt(&self, arguments: &[&str]) -> Said {
        self.run(arguments, b"").await
    }

    /// Runs the command on another thread, so that the embedded database can answer.
    async fn run(&self, arguments: &[&str], input: &[u8]) -> Said {
        let (command, input) = (self.command(arguments, &self.embedded.endpoint), input.to_owned());
        tokio::task::spawn_blocking(move || said(command, &input)).await.unwrap()
    }

    /// The command, with the database at this address.
    pub fn command(&self, arguments: &[&str], endpoint: &str) -> Command {
        let mut command = ringbolt(self.folder.path(), arguments);
        command
            .env("RINGBOLT_FLOWS_TABLE", "flows")
            .env("RINGBOLT_AUDIT_TABLE", "audit")
            .env("AWS_ENDPOINT_URL_DYNAMODB", endpoint);
        command
    }

    /// A proxy in front of the database.
    pub async fn wire(&self) -> Wire {
        Wire::to(&self.embedded.endpoint).await
    }

    /// Runs `ringbolt flow` through the proxy. Returns the operations, too.
    pub async fn flow_through(&self, wire: &Wire, arguments: &[&str]) -> (Said, Vec<String>) {
        wire.take_operations();
        let command = self.command(&[&["flow"], arguments].concat(), &wire.endpoint);
        let said = tokio::task::spawn_blocking(move || said(command, b"")).await.unwrap();
        (said, wire.take_operations())
    }

    /// Runs `ringbolt flow` through the proxy, and makes a change just before the request with this number is forwarded.
    pub async fn flow_overtaken(
        &self,
        wire: &Wire,
        number: usize,
        arguments: &[&str],
        change: impl Future<Output = Published>,
    ) -> (Said, Vec<String>) {
        wire.take_operations();
        wire.set(Fault::HoldOne(number, number + 1));
        let release = async {
            wire.arrived(number).await;
            change.await;
            let sdk = self.embedded.sdk().into_builder().endpoint_url(&wire.endpoint).build();
            FlowTable::new(client::webhook_client(&sdk, PATIENCE), "flows".to_owned()).live().await.unwrap();
        };
        let command = self.command(&[&["flow"], arguments].concat(), &wire.endpoint);
        let said = tokio::task::spawn_blocking(move || said(command, b""));
        let (said, ()) = tokio::join!(said, release);
        wire.set(Fault::None);
        (said.unwrap(), wire.take_operations())
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Publishes a text directly, as Ada at noon.
    pub async fn publish(&self, text: &str) -> Published {
        self.publish_as(&bank(), text).await
    }

    /// Publishes a text of a flow directly, and compares it with no other flow.
    pub async fn publish_as(&self, name: &FlowName, text: &str) -> Published {
        let push = Push::new(text.to_owned(), "ada".to_owned(), None, NOON).unwrap();
        self.table.publish(name, &push).await.unwrap()
    }

    /// The live version of the flow `bank`.
    pub async fn live(&self) -> Option<u64> {
        self.table.live().await.unwrap().get(&bank()).copied()
    }

    /// The first line on standard error of a command that changes something.
    pub fn working_on(&self) -> String {
        format!("Working on the DynamoDB at {}.\n", self.embedded.endpoint)
    }

    /// The deployment's name in messages.
    pub fn place(&self) -> String {
        format!("the DynamoDB at {}", self.embedded.endpoint)
    }
}

/// Runs `ringbolt flow` without a deployment.
pub fn flow_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Said {
    said(ringbolt(folder, &[&["flow"], arguments].concat()), input)
}

fn ringbolt(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("RINGBOLT_BY", "ada")
        .env("TZ", "UTC")
        .env_remove("RINGBOLT_STACK")
        .env_remove("RINGBOLT_FLOWS_TABLE")
        .env_remove("RINGBOLT_AUDIT_TABLE")
        .envs([
            ("AWS_ACCESS_KEY_ID", ringbolt_tests::ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-west-1"),
        ])
        .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", "/dev/null")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn said(mut command: Command, input: &[u8]) -> Said {
    let mut child = command.spawn().unwrap();
    // A command that rejects its arguments does not read its input.
    child.stdin.take().unwrap().write_all(input).unwrap_or_default();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said = Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    json::is_as_documented(&json::arguments(&command), said.code, &said.out, &said.err);
    said
}

pub fn bank() -> FlowName {
    FlowName::parse("bank").unwrap()
}

/// A flow named `bank` that transfers to this number.
pub fn bank_flow(number: &str) -> String {
    format!(
        "flow: bank\nrealm: bank\nfallback:\n  do: {{ transfer: {{ destination: \"8005550100\" }} }}\n\
         ivrs:\n  login:\n    id: 12345\n    do: {{ transfer: {{ destination: \"{number}\" }} }}\n"
    )
}

/// A flow in the realm `bank` that locks after so many attempts.
pub fn of_realm(name: &str, attempts: u32) -> String {
    let realm = format!("lockout: {{ attempts: {attempts} }}\nrealm: bank");
    bank_flow("8005550101").replace("flow: bank", &format!("flow: {name}")).replace("realm: bank", &realm)
}

/// A usable flow named `bank` with a warning: it does not say what follows if the caller keys nothing.
pub fn unwise_flow() -> String {
    "flow: bank\nrealm: bank\nlimits: { per_ani: { attempts: 30, window: 1h } }\n\
     fallback:\n  do: { transfer: { destination: \"8005550100\" } }\n\
     ivrs:\n  login:\n    id: 12345\n    verify_pin:\n      user: \"{{ answers.account }}\"\n      \
     pin: \"{{ answers.pin }}\"\n      verified: hangup\n      \
     wrong: { ivr: login }\n      \
     too_many_attempts: { transfer: { destination: \"8005550111\" } }\n      \
     locked: { transfer: { destination: \"8005550111\" } }\n"
        .to_owned()
}
