//! `ringbolt call FLOW`: a telephone in the terminal.

mod input;
mod screen;

use crate::{exit::Usage, output::Output, stage::StageArg};
use anyhow::{Context as _, bail};
use clap::Args;
use input::Keyboard;
use ringbolt_core::{
    flow::{Flow, IvrName, graph::Graph},
    time::EpochMs,
};
use ringbolt_dev::playground::Playground;
use ringbolt_lambda::app::system_clock;
use ringbolt_simulator::{Call, Input, Provider, Setting, Stage, WixUser};
use screen::Screen;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// What `ringbolt call FLOW` takes.
#[derive(Args)]
pub(super) struct Dial {
    /// Flow file to dial
    #[arg(value_name = "FLOW")]
    flow: Option<PathBuf>,
    /// Callers to enrol: a CSV with the columns `user` and `pin`; without it the demo callers, for the demo flow
    #[arg(long, value_name = "FILE.csv", requires = "flow")]
    callers: Option<PathBuf>,
    /// Calling number
    #[arg(long, default_value = "2125550142", requires = "flow")]
    from: String,
    /// Dialled number
    #[arg(long, default_value = "8005550123", requires = "flow")]
    dials: String,
    /// Provider that plays the call [default: the first that the flow answers]
    #[arg(long, value_parser = provider, requires = "flow")]
    provider: Option<Provider>,
    /// Whom Wix Answers takes the caller for
    #[arg(long, value_name = "ID", requires = "flow")]
    user: Option<String>,
    /// IVR to begin at, for a flow without `starts`
    #[arg(long, value_name = "IVR", requires = "flow")]
    begins: Option<String>,
    #[command(flatten)]
    stage: StageArg,
}

pub(crate) fn provider(word: &str) -> Result<Provider, String> {
    let known = || Provider::ALL.map(Provider::word).join(", ");
    let found = Provider::ALL.into_iter().find(|provider| provider.word() == word);
    found.ok_or_else(|| format!("it is one of {}", known()))
}

impl Dial {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let Some(path) = &self.flow else {
            return Err(Usage::new(
                "give a flow file to dial, or a command: list, show, explain, transcripts, tail, replay",
            ));
        };
        if out.json() {
            return Err(Usage::new(
                "a call by keyboard has no JSON output: `ringbolt flow test --json` plays scripted ones",
            ));
        }
        let flow = Arc::new(load(path, self.stage.name().as_deref())?);
        let now = || system_clock()();
        let playground = Playground::start(Arc::clone(&flow), now()).await?;
        playground.enrol_callers(self.callers.as_deref()).await?;
        let mut phone = Phone {
            call: Call::start(self.setting(&flow)?, now())?,
            screen: Screen::new(path),
            graph: Graph::of(&flow),
            keyboard: Keyboard::new(),
            playground,
            began: (now(), Instant::now()),
        };
        let played = phone.play().await;
        phone.playground.stop().await?;
        played
    }

    fn setting(&self, flow: &Arc<Flow>) -> anyhow::Result<Setting> {
        let provider = self.provider.or_else(|| Provider::of(flow).first().copied());
        let Some(provider) = provider else { bail!("the flow `{}` answers no provider that can be played", flow.name) };
        let begins = self.begins.as_ref().map(|name| IvrName::parse(name)).transpose()?;
        let user = self.user.as_ref().map(|id| WixUser { id: id.clone(), ..WixUser::default() });
        let (from, dials) = (self.from.clone(), self.dials.clone());
        Ok(Setting { from, dials, begins, user, ..Setting::new(Arc::clone(flow), provider) })
    }
}

fn load(path: &Path, stage: Option<&str>) -> anyhow::Result<Flow> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Flow::load_at(&text, stage).with_context(|| format!("{} cannot be used", path.display()))
}

struct Phone {
    call: Call,
    screen: Screen,
    graph: Graph,
    keyboard: Keyboard,
    playground: Playground,
    began: (EpochMs, Instant),
}

impl Phone {
    async fn play(&mut self) -> anyhow::Result<()> {
        self.screen.begin(&self.call);
        loop {
            while let Some(request) = self.call.webhook().cloned() {
                let reply = self.playground.send(&request).await;
                self.input(Input::Reply(reply))?;
            }
            self.screen.show(&self.call, &self.graph);
            if matches!(self.call.stage(), Stage::Ended(_)) {
                return Ok(());
            }
            let inputs = self.keyboard.read(&self.call).await?;
            for input in inputs {
                // A key that comes after its question is lost, as on the telephone.
                if !matches!(self.call.stage(), Stage::Waiting | Stage::Ended(_)) {
                    self.input(input)?;
                }
            }
        }
    }

    fn input(&mut self, input: Input) -> anyhow::Result<()> {
        let (at, started) = self.began;
        let now = at.plus(started.elapsed());
        self.playground.set_clock(now);
        if let Err(error) = self.call.input(input, now) {
            self.screen.complain(&error.to_string());
        }
        Ok(())
    }
}
