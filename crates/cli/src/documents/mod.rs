//! What commands print with `--json`: one definition a command, from the types that they print.
//!
//! `docs/output.schema.json` and `docs/json.md` are generated from it, and the commands' own tests hold their output to the
//! schema.

mod reference;
#[cfg(test)]
mod tests;

use crate::{audit, call, caller, dev, doctor, event, flow, hours, init, output, pin, secret, trigger};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// How a command's documents are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One document over several lines.
    One,
    /// A document a line.
    Lines,
}

/// A command, and what it prints.
struct Printed {
    /// The command, without `ringbolt`.
    command: &'static str,
    form: Form,
    /// Its documents. Most commands have one kind.
    documents: Vec<Schema>,
}

/// Commands that refuse `--json`, because they print a text for another program.
const WITHOUT_JSON: [&str; 2] = ["completions", "man"];

fn one<T: JsonSchema>(command: &'static str, of: &mut SchemaGenerator) -> Printed {
    Printed { command, form: Form::One, documents: vec![of.subschema_for::<T>()] }
}

fn lines<T: JsonSchema>(command: &'static str, of: &mut SchemaGenerator) -> Printed {
    Printed { command, form: Form::Lines, documents: vec![of.subschema_for::<T>()] }
}

fn foreign(description: &str) -> Schema {
    let mut schema = Schema::default();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("description".to_owned(), description.into());
    schema
}

impl Printed {
    fn or(mut self, other: Schema) -> Self {
        self.documents.push(other);
        self
    }
}

/// Every command with a JSON form.
fn printed(of: &mut SchemaGenerator) -> Vec<Printed> {
    let cases = of.subschema_for::<event::EventCases>();
    let event = foreign("An event of an API Gateway HTTP API (payload 2.0), as AWS describes it.");
    let schema = foreign("The JSON Schema of call flows.");
    let answer = of.subschema_for::<dev::json::DevAnswer>();
    let dev = lines::<dev::json::DevStarted>("dev", of).or(answer);
    vec![
        one::<audit::list::Changes>("audit list", of),
        one::<audit::repair::Repaired>("audit repair", of),
        one::<audit::verify::Verification>("audit verify", of),
        one::<call::explain::ExplainedCall>("call explain", of),
        lines::<call::list::ListedCall>("call list", of),
        one::<call::replay::report::ReplayReport>("call replay", of),
        one::<call::show::ShownCalls>("call show", of),
        lines::<call::log::LoggedAnswer>("call tail", of),
        lines::<call::transcripts::PrintedTranscription>("call transcripts", of),
        one::<caller::erase::Erasure>("caller erase", of),
        one::<caller::export::CallerExport>("caller export", of),
        one::<caller::standing::CallerChange>("caller resume", of),
        one::<caller::show::CallerEntry>("caller show", of),
        one::<caller::standing::CallerChange>("caller suspend", of),
        one::<caller::standing::CallerChange>("caller unlock", of),
        dev,
        one::<doctor::report::Diagnosis>("doctor", of),
        Printed { command: "event make", form: Form::One, documents: vec![event] }.or(cases.clone()),
        one::<flow::check::Checks>("flow check", of),
        one::<flow::diff::Difference>("flow diff", of),
        one::<flow::graph::json::FlowGraph>("flow graph", of),
        one::<flow::history::FlowVersions>("flow history", of),
        one::<flow::list::PublishedFlows>("flow list", of),
        one::<flow::push::PushedFlows>("flow push", of),
        one::<flow::rollback::RolledBack>("flow rollback", of),
        Printed { command: "flow schema", form: Form::One, documents: vec![schema] },
        one::<flow::show::FlowText>("flow show", of),
        one::<flow::test::json::TestResults>("flow test", of),
        one::<hours::close::LineClosed>("hours close", of),
        one::<hours::list::Closures>("hours list", of),
        one::<hours::open::LineOpened>("hours open", of),
        one::<init::Written>("init", of),
        one::<caller::standing::CallerChange>("pin add", of),
        lines::<pin::export_users::ExportedUser<'static>>("pin export-users", of),
        one::<pin::generate::GeneratedPin<'static>>("pin generate", of),
        one::<pin::import::report::ImportResult>("pin import", of),
        one::<pin::remove::PinRemoved>("pin remove", of),
        one::<caller::standing::CallerChange>("pin set", of),
        one::<secret::pin_key::stage::PinKeyRotation>("secret rotate-pin-key begin", of),
        one::<secret::pin_key::finish::KeyFinish>("secret rotate-pin-key finish", of),
        one::<secret::pin_key::run::KeyRun>("secret rotate-pin-key run", of),
        one::<secret::pin_key::status::KeyStatus>("secret rotate-pin-key status", of),
        one::<secret::token::TokenRotation>("secret rotate-token begin", of),
        one::<secret::token::TokenRotation>("secret rotate-token finish", of),
        one::<secret::show_token::PortalUrls>("secret show-token", of),
        one::<secret::twiml_keys::add::TwimlKeyChange>("secret twiml-keys add", of),
        one::<secret::twiml_keys::add::TwimlKeyChange>("secret twiml-keys remove", of),
        one::<secret::twiml_keys::show::TwimlKeyList>("secret twiml-keys show", of),
        one::<trigger::Triggered>("trigger", of).or(cases),
    ]
}

/// The name of a command's definition: `audit-list`.
fn definition_of(command: &str) -> String {
    command.replace(' ', "-")
}

/// The whole schema.
fn schema() -> Value {
    let mut of = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let printed = printed(&mut of);
    let note = of.subschema_for::<output::Note>();
    let error = of.subschema_for::<output::ErrorLine>();
    let mut definitions: Map<String, Value> = of.take_definitions(true);
    definitions.values_mut().for_each(without_widths);
    for Printed { command, form, documents } in &printed {
        let how = match form {
            Form::One => "one document",
            Form::Lines => "a document a line",
        };
        let description = format!("What `ringbolt {command} --json` prints on standard output: {how}.");
        definitions
            .insert(definition_of(command), json!({ "description": description, "x-form": how, "anyOf": documents }));
    }
    definitions.insert(
        "stderr".to_owned(),
        json!({
            "description": "What every command prints on standard error with `--json`: a document a line.",
            "x-form": "a document a line",
            "anyOf": [note, error],
        }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What the command ringbolt prints with --json",
        "description": "Each command has a definition: `audit-list` is what `ringbolt audit list --json` prints.",
        "$defs": definitions,
    })
}

/// Leaves out how wide Rust's numbers are. No other program needs to know.
fn without_widths(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("format").is_some_and(|format| format != "date-time") {
                object.remove("format");
                object.remove("maximum");
            }
            object.values_mut().for_each(without_widths);
        }
        Value::Array(items) => items.iter_mut().for_each(without_widths),
        _ => {}
    }
}
