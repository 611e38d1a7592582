//! Follows the functions' log groups with a live tail of CloudWatch Logs.

use super::super::log::{CallLog, LineFilter, LogLine};
use crate::{
    aws::logs::{CloudWatchLogs, Event, Session},
    explain,
    output::Output,
    when::before,
};
use anyhow::anyhow;
use jiff::SignedDuration;
use ringbolt_core::time::EpochMs;
use ringbolt_lambda::app::system_clock;
use std::{collections::BTreeSet, time::Duration};

/// Lines may arrive this late in CloudWatch Logs.
const MAX_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// Pause before a session is started again.
const RESTART_DELAY: Duration = Duration::from_secs(1);

/// A live tail of log groups.
pub(super) struct LiveTail<'l> {
    log: &'l CallLog,
    filter: &'l LineFilter,
    client: &'l CloudWatchLogs,
    groups: &'l [String],
    region: &'l str,
}

/// The lines of the last minute that were shown, so that none is shown twice: the lines that are read at the beginning of a
/// session overlap with its own.
#[derive(Default)]
struct Shown {
    lines: BTreeSet<(i64, String)>,
    /// When the session last said anything.
    heard_at: EpochMs,
}

impl Shown {
    /// Whether a line is new. One that is older than all that is remembered can only come once.
    fn is_new(&mut self, line: &LogLine) -> bool {
        let forget_before = before(self.heard_at, MAX_DELAY + MAX_DELAY).0;
        self.lines = self.lines.split_off(&(forget_before, String::new()));
        self.lines.insert((line.at, format!("{} {}", line.function, line.request_id)))
    }
}

impl<'l> LiveTail<'l> {
    /// `None` if the log is a file.
    pub(super) fn new(log: &'l CallLog, filter: &'l LineFilter) -> Option<Self> {
        let CallLog::CloudWatch { client, groups, region } = log else { return None };
        Some(Self { log, filter, client, groups, region })
    }

    /// Follows the log until an error. `stack_arn` says in which account the groups are.
    ///
    /// # Errors
    /// CloudWatch Logs refuses or does not answer, or a line cannot be printed.
    pub(super) async fn follow(
        &self,
        stack_arn: &str,
        since: Option<EpochMs>,
        out: Output,
        show: impl Fn(&LogLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let groups = self.arns(stack_arn)?;
        let mut shown = Shown::default();
        loop {
            let mut session = self.start(&groups).await?;
            let opened_at = system_clock()();
            // The session is open, so nothing is missed between these lines and its own.
            let missed = (shown.heard_at > EpochMs(0)).then(|| before(shown.heard_at, MAX_DELAY));
            if let Some(since) = missed.or(since) {
                self.earlier(since, &mut shown, &show).await?;
            }
            shown.heard_at = opened_at;
            self.session(&mut session, &mut shown, out, &show).await?;
            tokio::time::sleep(RESTART_DELAY).await;
        }
    }

    /// Live tails take ARNs, and the stack names its groups.
    fn arns(&self, stack_arn: &str) -> anyhow::Result<Vec<String>> {
        let mut parts = stack_arn.split(':');
        let (partition, account) = (parts.nth(1), parts.nth(2));
        let (Some(partition), Some(account)) = (partition, account) else {
            return Err(anyhow!("CloudFormation gave the stack an id that is no ARN"));
        };
        let arn = |group: &String| format!("arn:{partition}:logs:{}:{account}:log-group:{group}", self.region);
        Ok(self.groups.iter().map(arn).collect())
    }

    async fn start(&self, groups: &[String]) -> anyhow::Result<Session> {
        let started = self.client.start_live_tail(groups, &self.filter.pattern()).await;
        let mut session = started.map_err(|error| explain::service("CloudWatch Logs", &error, self.region))?;
        let opened = session.opened().await;
        opened.map_err(|error| explain::service("CloudWatch Logs", &error, self.region))?;
        Ok(session)
    }

    /// Shows a session's lines until it ends: after three hours, or because the connection broke.
    async fn session(
        &self,
        session: &mut Session,
        shown: &mut Shown,
        out: Output,
        show: &impl Fn(&LogLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (mut has_begun, mut is_sampled) = (false, false);
        loop {
            let received = match session.next().await {
                Ok(Some(received)) => received,
                Ok(None) => return Ok(()),
                Err(_) if has_begun => return Ok(()),
                Err(error) => return Err(explain::service("CloudWatch Logs", &error, self.region).into()),
            };
            has_begun = true;
            // Only what arrives: a connection can break long after it last carried a line.
            shown.heard_at = system_clock()();
            let Event::SessionUpdate(update) = received else { continue };
            if update.is_sampled() && !is_sampled {
                is_sampled = true;
                out.note("CloudWatch Logs has more than 500 lines a second, and shows a part of them: narrow it down with --outcome or --call.");
            }
            let lines = update.events().filter_map(|event| LogLine::parse(event.message.as_deref()?));
            print_new(lines.collect(), shown, show)?;
        }
    }

    /// Shows the lines since a time.
    async fn earlier(
        &self,
        since: EpochMs,
        shown: &mut Shown,
        show: &impl Fn(&LogLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        self.log.read(since..EpochMs(i64::MAX / 2), self.filter, |line| lines.push(line)).await?;
        print_new(lines, shown, show)
    }
}

fn print_new(
    mut lines: Vec<LogLine>,
    shown: &mut Shown,
    show: &impl Fn(&LogLine) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    lines.sort_by_key(|line| line.at);
    lines.iter().filter(|line| shown.is_new(line)).try_for_each(show)
}
