//! The flows that answered, for the texts of their rules and prompts.

use super::{
    event::Event,
    step::{Step, Webhook},
};
use crate::connection::Connection;
use anyhow::Context as _;
use ringbolt_core::{
    call::{self, Results},
    dialects::{
        dialogtech::{self, PassThrough},
        twiml::{Conversation, Provider, Request, Visit},
    },
    flow::{
        Flow, Ivr, IvrName, PortalId,
        graph::{Edge, Graph, RuleId},
    },
    identity::FlowName,
    pin::PinKeys,
    time::EpochMs,
};
use ringbolt_lambda::flows::files;
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A flow as it answered, or as it is now.
pub(super) struct KnownFlow {
    pub(super) flow: Flow,
    pub(super) graph: Graph,
    /// What its lines are lines of: `demo.yaml`, or `version 7`.
    pub(super) file: String,
}

/// A flow and the version that answered.
type Key = (String, Option<String>);

/// The flows of a call.
pub(super) struct Flows<'c> {
    connection: &'c Connection,
    given: Option<&'c Path>,
    known: BTreeMap<Key, Option<KnownFlow>>,
    notes: Vec<String>,
}

impl<'c> Flows<'c> {
    /// Flows of a deployment, or the flow in this file.
    pub(super) fn new(connection: &'c Connection, given: Option<&'c Path>) -> Self {
        Self { connection, given, known: BTreeMap::new(), notes: Vec::new() }
    }

    /// Reads the flow that an event is about. A flow that cannot be read leaves a note.
    pub(super) async fn load(&mut self, event: &Event) {
        let key = key(event);
        if key.0.is_empty() || self.entry(event).is_some() {
            return;
        }
        let (flow, version) = &key;
        let is_answer = matches!(event, Event::Answer(_));
        let found = match (self.given, self.connection.is_local()) {
            (Some(file), _) => self.of_files(flow, &[file.to_owned()]).map(Some),
            (None, true) => self.of_dev(flow),
            (None, false) => self.published(flow, version.as_deref(), is_answer).await,
        };
        let known = found.unwrap_or_else(|error| {
            self.note(format!("The text of the flow {flow} is not quoted: {error:#}."));
            None
        });
        if let (Some(known), Event::Answer(step)) = (&known, event)
            && known.has_changed_since(step)
        {
            self.note(format!(
                "The flow {flow} has changed since this call, so the texts of its rules are not quoted."
            ));
        }
        self.known.insert(key, known);
    }

    /// The flow that an event is about, if it is known.
    pub(super) fn of(&self, event: &Event) -> Option<&KnownFlow> {
        let known = self.entry(event)?.as_ref()?;
        let has_changed = matches!(event, Event::Answer(step) if known.has_changed_since(step));
        (!has_changed).then_some(known)
    }

    /// The flow that was read for an event. A transcription says nothing of versions: any of its flow will do.
    fn entry(&self, event: &Event) -> Option<&Option<KnownFlow>> {
        match event {
            Event::Answer(_) => self.known.get(&key(event)),
            Event::Transcription(_) | Event::NotStored { .. } | Event::LeftOpen(_) => {
                self.known.iter().find(|((flow, _), _)| flow == event.flow()).map(|(_, known)| known)
            }
        }
    }

    /// What to know about these texts.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The flow of this name in files and folders.
    fn of_files(&self, name: &str, paths: &[PathBuf]) -> anyhow::Result<KnownFlow> {
        for path in paths.iter().flat_map(|path| files(path)) {
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match self.parse(&text, file) {
                Ok(known) if known.flow.name.as_str() == name => return Ok(known),
                Ok(_) => {}
                // Another file of the folder may have the flow.
                Err(error) if paths.len() == 1 && path == paths[0] => return Err(error),
                Err(_) => {}
            }
        }
        anyhow::bail!("no file that can be read has it")
    }

    fn of_dev(&mut self, name: &str) -> anyhow::Result<Option<KnownFlow>> {
        match self.connection.local_flow_files() {
            None => anyhow::bail!("`ringbolt dev` is not running; start it, or name the file with --flow"),
            Some([]) => self.parse(ringbolt_dev::DEMO_FLOW, "demo.yaml".to_owned()).map(Some),
            Some(paths) => self.of_files(name, paths).map(Some),
        }
    }

    /// The published version that answered; the live one if the record does not say which.
    async fn published(
        &mut self,
        name: &str,
        version: Option<&str>,
        is_answer: bool,
    ) -> anyhow::Result<Option<KnownFlow>> {
        let connection = self.connection;
        let table = connection.flows()?;
        let explained = |error| connection.explain(error);
        let flow = FlowName::parse(name)?;
        let live = table.live().await.map_err(explained)?.get(&flow).copied();
        let answered = version.and_then(|version| version.parse::<u64>().ok());
        let Some(number) = answered.or(live) else { anyhow::bail!("it is not published") };
        match (answered, live) {
            (None, _) if is_answer => self.note(format!(
                "Which version of the flow {name} answered is not recorded: the texts are those of version {number}, \
                 which is live now."
            )),
            (Some(answered), Some(live)) if answered != live => self.note(format!(
                "Version {answered} of the flow {name} answered. Version {live} is live now: `ringbolt flow diff` shows what \
                 has changed."
            )),
            (Some(answered), None) => {
                self.note(format!("Version {answered} of the flow {name} answered. The flow is no longer live."));
            }
            _ => {}
        }
        let text = table.text(&flow, number).await.map_err(explained)?;
        self.parse(&text, format!("version {number}")).map(Some)
    }

    fn parse(&self, text: &str, file: String) -> anyhow::Result<KnownFlow> {
        let stage = self.connection.stage();
        let flow = Flow::load_at(text, stage.as_deref());
        let flow = flow.map_err(|_| anyhow::anyhow!("{file} has mistakes; `ringbolt flow check` shows them"))?;
        Ok(KnownFlow { graph: Graph::of(&flow), flow, file })
    }
}

fn key(event: &Event) -> Key {
    let version = match event {
        Event::Answer(step) => step.version.clone(),
        Event::Transcription(_) | Event::NotStored { .. } | Event::LeftOpen(_) => None,
    };
    (event.flow().to_owned(), version)
}

impl KnownFlow {
    /// The IVR with this id in the portal, or with this name if it has none.
    pub(super) fn ivr(&self, id: &str) -> Option<&Ivr> {
        let in_portal = PortalId::parse(id).ok().and_then(|id| self.flow.ivrs.by_id(&id));
        in_portal.or_else(|| self.flow.ivrs.get(&IvrName::parse(id).ok()?).filter(|ivr| ivr.id.is_none()))
    }

    /// The IVR after which a step decided.
    pub(super) fn ivr_of(&self, step: &Step) -> Option<&Ivr> {
        let named = step.ivr.as_ref().and_then(|name| self.flow.ivrs.get(&IvrName::parse(name).ok()?));
        named.or_else(|| self.ivr(step.ivr_id.as_ref()?))
    }

    /// The rule that decided.
    pub(super) fn rule(&self, step: &Step) -> Option<RuleId> {
        self.edges(step).next().map(RuleId::of)
    }

    /// What the function answers after a step if the fallback does, as it writes that for the provider.
    pub(super) fn fallback(&self, step: &Step) -> String {
        if step.webhook == Webhook::Voice {
            return self.twiml_fallback();
        }
        let results = self.ivr_of(step).map_or_else(Results::nothing, |ivr| Results::of(ivr.name.clone()));
        let answer = call::fallback(&self.flow, &results);
        dialogtech::write(&answer, &self.flow, &PassThrough::default()).as_str().to_owned()
    }

    /// The same for TwiML. What a URL carries makes no difference here, so it is sealed with no secret.
    fn twiml_fallback(&self) -> String {
        let Ok(keys) = PinKeys::from_json(&json!({ "current": "x".repeat(PinKeys::MIN_CHARS) }).to_string()) else {
            return String::new();
        };
        let conversation = Conversation {
            flow: &self.flow,
            keys: &keys,
            public_url: "",
            provider: Provider::Twilio,
            request: &Request::read(&[]),
            now: EpochMs(0),
        };
        conversation.fallback(&Visit::default()).to_xml()
    }

    /// What the rule leads to.
    pub(super) fn edges<'s>(&'s self, step: &'s Step) -> impl Iterator<Item = &'s Edge> {
        let rule = step.rule.as_deref();
        self.graph.edges.iter().filter(move |edge| rule.is_some_and(|rule| RuleId::of(edge).to_string() == rule))
    }

    /// Whether the rule that decided is not where it was.
    fn has_changed_since(&self, step: &Step) -> bool {
        if step.rule.is_none() || step.has_no_rule() {
            return false;
        }
        let lines: Vec<u64> = self.edges(step).map(|edge| edge.at.line as u64).collect();
        lines.is_empty() || step.line.is_some_and(|line| !lines.contains(&line))
    }
}
