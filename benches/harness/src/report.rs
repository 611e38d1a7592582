//! The tables, and the same figures as JSON.

use crate::{
    cost::{GB_SECOND_ARM64, GB_SECOND_X86_64, Usage},
    figures::{least, median},
    instructions::Instructions,
    measure::Sample,
    options::Options,
    plan::{Group, Key, Results},
    proxy::Counts,
    subject::Kind,
    targets::{Target, bytes, mib, targets},
};
use comfy_table::{Table, presets::ASCII_MARKDOWN};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    time::{SystemTime, UNIX_EPOCH},
};

/// Everything that a run has to say.
pub struct Report {
    results: Results,
    targets: Vec<Target>,
    sizes: BTreeMap<Kind, u64>,
    skipped: Vec<String>,
    machine: Value,
    /// Whether everything was asked for.
    is_whole: bool,
}

/// A column: its heading, its digits after the point, how it is taken over the rounds, and its value.
type Column = (&'static str, usize, fn(&[f64]) -> f64, fn(&Sample) -> f64);

const COLUMNS: [Column; 15] = [
    ("init ms", 1, median, |sample| sample.init_ms),
    ("first ms", 1, median, |sample| sample.first_ms),
    ("cold ms", 1, median, Sample::cold_ms),
    ("p50 ms", 2, median, |sample| sample.warm(0.5)),
    ("p90 ms", 2, median, |sample| sample.warm(0.9)),
    ("p99 ms", 2, median, |sample| sample.warm(0.99)),
    ("CPU s/1,000", 3, least, |sample| sample.warm_cpu_ms),
    ("CPU init ms", 1, least, |sample| sample.init_cpu_ms),
    ("CPU first ms", 1, least, |sample| sample.first_cpu_ms),
    ("MiB start", 1, median, |sample| mib(sample.start_kib)),
    ("MiB end", 1, median, |sample| mib(sample.end_kib)),
    ("MiB most", 1, median, |sample| mib(sample.most_kib)),
    ("requests", 2, median, |sample| sample.per_request(sample.warm.all())),
    ("late", 2, median, |sample| sample.per_request(sample.warm.late)),
    ("connections", 0, median, |sample| sample.per_request(sample.connections() * sample.warm_ms.len() as u64)),
];

impl Report {
    /// Takes what was measured.
    #[must_use]
    pub fn new(options: &Options, results: Results) -> Self {
        let kinds: BTreeSet<Kind> = results.samples.keys().map(|key| key.kind).collect();
        Self {
            targets: targets(&results, options),
            // The size of an interpreter says nothing about a function.
            sizes: kinds
                .into_iter()
                .filter(|kind| ![Kind::Node, Kind::Python].contains(kind))
                .filter_map(|kind| Some((kind, bytes(kind, options)?)))
                .collect(),
            skipped: options.skipped.iter().cloned().chain(missing(options)).collect(),
            machine: machine(options),
            is_whole: options.only.is_empty(),
            results,
        }
    }

    /// All figures: for each turn, every round's and the one of each column.
    #[must_use]
    pub fn json(&self) -> Value {
        let turns: Vec<Value> = self.results.samples.iter().map(|(key, samples)| turn(*key, samples)).collect();
        let targets: Vec<Value> = self
            .targets
            .iter()
            .map(|target| json!({ "figure": target.figure, "value": target.value, "target": target.target }))
            .collect();
        let sizes: BTreeMap<&str, u64> = self.sizes.iter().map(|(kind, bytes)| (kind.name(), *bytes)).collect();
        json!({
            "machine": self.machine, "without_shares": self.results.without_shares, "skipped": self.skipped,
            "without_instructions": self.results.without_instructions,
            "instructions": self.results.instructions.iter()
                .map(|(kind, count)| (kind.name(), json!({ "start": count.start, "request": count.request })))
                .collect::<BTreeMap<_, _>>(),
            "turns": turns, "bytes": sizes, "targets": targets,
            "requests": self.requests().into_iter().map(|(kind, requests)| (kind.name(), requests)).collect::<BTreeMap<_, _>>(),
        })
    }

    /// Requests to DynamoDB for each event, by operation and table.
    fn requests(&self) -> BTreeMap<Kind, BTreeMap<String, f64>> {
        let mut requests = BTreeMap::new();
        for (key, samples) in &self.results.samples {
            let Some(sample) = samples.first() else { continue };
            let of_kind = requests.entry(key.kind).or_insert_with(BTreeMap::new);
            for (what, count) in &sample.warm.requests {
                of_kind.entry(what.clone()).or_insert(sample.per_request(*count));
            }
        }
        requests
    }

    fn usage(&self, key: Key) -> Option<Usage> {
        let median = |what: fn(&Sample) -> f64| self.results.over(key, median, what);
        Some(Usage {
            memory_mb: key.memory_mb,
            billed_ms: median(Sample::billed_ms)?,
            write_units: median(|sample| sample.per_request(sample.warm.writes()))?
                + self.results.more_units.get(&key.kind).copied().unwrap_or_default(),
            read_units: median(|sample| sample.per_request(sample.warm.half_read_units) / 2.0)?,
        })
    }

    fn dollars(&self) -> Table {
        let mut table = table();
        table.set_header(["group", "MB", "subject", "billed ms", "write units", "read units", "$ x86_64", "$ arm64"]);
        let is_delayed = |name: &str| self.results.groups.iter().any(|group| group.name == name && group.is_delayed);
        for key in self.results.samples.keys().filter(|key| key.turn == 0 && is_delayed(key.group)) {
            let Some(usage) = self.usage(*key) else { continue };
            table.add_row([
                key.group.to_owned(),
                key.memory_mb.to_string(),
                key.kind.name().to_owned(),
                format!("{:.1}", usage.billed_ms),
                format!("{:.2}", usage.write_units),
                format!("{:.2}", usage.read_units),
                format!("{:.2}", usage.dollars(GB_SECOND_X86_64)),
                format!("{:.2}", usage.dollars(GB_SECOND_ARM64)),
            ]);
        }
        table
    }

    fn of_group(&self, group: &Group, memory_mb: u32) -> Table {
        let mut table = table();
        table.set_header(["subject"].into_iter().chain(COLUMNS.map(|(heading, ..)| heading)));
        for (key, _) in
            self.results.samples.iter().filter(|(key, _)| (key.group, key.memory_mb) == (group.name, memory_mb))
        {
            let again = if key.turn == 0 { "" } else { " (again)" };
            let cells = COLUMNS.map(|(_, digits, rounds, value)| {
                self.results.over(*key, rounds, value).map_or_else(String::new, |value| format!("{value:.digits$}"))
            });
            table.add_row([format!("{}{again}", key.kind.name())].into_iter().chain(cells));
        }
        table
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:#}\n", self.machine)?;
        if let Some(reason) = &self.results.without_shares {
            writeln!(f, "At full speed, because control groups are not available here: {reason}\n")?;
        }
        for skipped in &self.skipped {
            writeln!(f, "skipped: {skipped}\n")?;
        }
        for group in &self.results.groups {
            for memory_mb in &group.memories_mb {
                let (requests, rounds) = (group.requests, group.rounds);
                writeln!(f, "{}, {memory_mb} MB: {}", group.name, group.about)?;
                writeln!(
                    f,
                    "(medians of {rounds} rounds with a first request and {requests} further ones; of CPU, the least)\n"
                )?;
                writeln!(f, "{}\n", self.of_group(group, *memory_mb))?;
            }
        }
        if let Some(reason) = &self.results.without_instructions {
            writeln!(f, "Instructions were not counted: {reason}\n")?;
        }
        if !self.results.instructions.is_empty() {
            let mut instructions = table();
            instructions.set_header([
                "subject",
                "thousand instructions a request",
                "million to start, with 20 requests",
            ]);
            for (kind, Instructions { start, request }) in &self.results.instructions {
                instructions.add_row([kind.name(), &format!("{:.1}", request / 1e3), &format!("{:.1}", start / 1e6)]);
            }
            writeln!(f, "{instructions}\n")?;
        }
        let mut requests = table();
        requests.set_header(["subject", "requests to DynamoDB for each event"]);
        for (kind, of_kind) in self.requests() {
            let words: Vec<String> = of_kind.iter().map(|(what, count)| format!("{count:.2} {what}")).collect();
            requests.add_row([kind.name(), &words.join(", ")]);
        }
        writeln!(f, "{requests}\n")?;
        let mut sizes = table();
        sizes.set_header(["subject", "bytes", "MiB"]);
        for (kind, bytes) in &self.sizes {
            sizes.add_row([kind.name(), &bytes.to_string(), &format!("{:.2}", mib(bytes / 1024))]);
        }
        writeln!(f, "{sizes}\n\nDollars per million requests, without logs:\n\n{}\n", self.dollars())?;
        let mut targets = table();
        targets.set_header(["figure", "value", "target"]);
        let shown = self.targets.iter().filter(|target| self.is_whole || target.value.is_some());
        for Target { figure, value, target } in shown {
            let value = value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.2}"));
            targets.add_row([*figure, &value, &format!("{target:.2}")]);
        }
        writeln!(f, "{targets}")
    }
}

/// Functions that `sam build` did not make.
fn missing(options: &Options) -> impl Iterator<Item = String> {
    let missing = Kind::OURS.into_iter().filter(|kind| kind.program(options).is_none());
    missing.map(|kind| format!("{}: it is not built", kind.name()))
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table
}

fn turn(key: Key, samples: &[Sample]) -> Value {
    let columns: BTreeMap<&str, Value> = COLUMNS
        .into_iter()
        .map(|(heading, _, over, value)| {
            let rounds: Vec<f64> = samples.iter().map(value).collect();
            (heading, json!({ "value": over(&rounds), "rounds": rounds }))
        })
        .collect();
    let last = samples.last();
    json!({
        "group": key.group, "memory_mb": key.memory_mb, "subject": key.kind.name(), "turn": key.turn,
        "figures": columns,
        "init": last.map(|sample| counted(&sample.init)),
        "secrets": last.map(|sample| counted(&sample.secrets)),
        "first": last.map(|sample| counted(&sample.first)),
        "warm": last.map(|sample| counted(&sample.warm)),
        "warm_bytes": last.map(|sample| json!([sample.per_request(sample.warm.received_bytes),
            sample.per_request(sample.warm.sent_bytes)])),
    })
}

/// What went through a proxy in the last round.
fn counted(counts: &Counts) -> Value {
    json!({ "connections": counts.connections, "handshakes": counts.handshakes, "requests": counts.requests })
}

/// Where and when it was measured.
fn machine(options: &Options) -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    json!({
        "epoch_secs": SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_secs()).unwrap_or_default(),
        "processor": model.map(|(_, model)| model.trim().to_owned()),
        "processors": std::thread::available_parallelism().map(usize::from).unwrap_or_default(),
        "load_average": read("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>(),
        "architecture": std::env::consts::ARCH,
        "round_trip_ms": options.round_trip_ms, "secrets_ms": options.secrets_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::groups;
    use clap::Parser as _;

    fn report(only: &[&str]) -> Report {
        let arguments = ["bench", "--bootstraps", "nowhere"].into_iter().chain(only.iter().copied());
        let options = Options::parse_from(arguments);
        let mut results = Results { groups: groups(false), ..Results::default() };
        results.groups.retain(|group| group.name == "keyed");
        let warm = Counts { requests: [("UpdateItem callers".to_owned(), 4)].into(), ..Counts::default() };
        let (warm_ms, busy_ms) = (vec![5.2, 5.4, 6.0, 9.1], vec![5.9, 6.9, 7.9, 8.9]);
        let sample = Sample { init_ms: 20.0, first_ms: 5.5, warm_ms, busy_ms, warm, ..Sample::default() };
        for turn in [0, 1] {
            let key = Key { group: "keyed", memory_mb: 512, kind: Kind::Auth, turn };
            results.samples.insert(key, vec![sample.clone(); 3]);
        }
        Report::new(&options, results)
    }

    #[test]
    fn the_tables_have_a_row_for_each_turn() {
        let text = report(&["--only", "keyed"]).to_string();
        let row = |begins: &str| text.lines().find(|line| line.starts_with(begins)).unwrap_or_default();
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        assert_eq!(cells(row("| auth   "))[2..8], ["20.0", "5.5", "25.5", "5.40", "9.10", "9.10"]);
        assert_eq!(cells(row("| auth (again)"))[5], "5.40");
        assert!(text.contains("1.00 UpdateItem callers"), "{text}");
        // Until the next event is asked for: 6, 7, 8 and 9 ms are billed.
        assert_eq!(cells(row("| keyed"))[4..6], ["7.5", "1.00"]);
    }

    #[test]
    fn what_was_not_measured_is_only_named_if_everything_was_asked_for() {
        assert!(!report(&["--only", "keyed"]).to_string().contains("not measured"));
        assert!(report(&[]).to_string().contains("not measured"));
    }

    #[test]
    fn the_figures_of_all_rounds_are_in_the_json() {
        let json = report(&[]).json();
        let turn = &json["turns"][0];
        assert_eq!((&turn["subject"], &turn["memory_mb"]), (&json!("auth"), &json!(512)));
        assert_eq!(turn["figures"]["cold ms"], json!({ "value": 25.5, "rounds": [25.5, 25.5, 25.5] }));
        assert_eq!(json["requests"]["auth"]["UpdateItem callers"], 1.0);
    }
}
