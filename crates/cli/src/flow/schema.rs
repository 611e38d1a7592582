//! `ringbolt flow schema`

use crate::output::Output;
use clap::Args;
use ringbolt_core::flow::language::schema;

/// Print the JSON Schema of call flows, with which editors complete and check YAML
///
/// The schema matches this version. Editors find it by the first line of a flow:
/// `# yaml-language-server: $schema=flow.schema.json`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow schema > flow.schema.json")]
pub(super) struct PrintSchema {}

impl PrintSchema {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        out.document(&schema())
    }
}
