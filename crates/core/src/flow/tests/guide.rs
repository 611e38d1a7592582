//! The flows in `flows/` and in the guide are models: nothing is found in them.

use super::super::*;
use super::load;

#[test]
fn no_example_has_mistakes_or_warnings() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows")).unwrap();
    let paths = folder.map(|file| file.unwrap().path());
    let is_flow = |path: &std::path::PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".yaml") && !name.ends_with(".calls.yaml")
    };
    let flows: Vec<_> = paths.filter(is_flow).collect();
    assert_eq!(flows.len(), 10);
    for path in flows {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(Flow::check(&text, None).findings, [], "{}", path.display());
    }
}

fn guide() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/flows.md")).unwrap()
}

fn blocks(guide: &str) -> Vec<&str> {
    guide.split("\n```yaml\n").skip(1).map(|block| block.split("\n```").next().unwrap()).collect()
}

/// What the guide shows of `flow check`: the message, its place, and the help if there is one.
fn shown(guide: &str) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    let mut lines = guide.lines().filter_map(|line| line.strip_prefix("    ")).peekable();
    while let Some(line) = lines.next() {
        let is_message = line.starts_with("error: ") || line.starts_with("warning: ");
        let place = lines.peek().and_then(|next| next.trim_start().strip_prefix("--> bank.yaml:"));
        if let Some(place) = place.filter(|_| is_message) {
            shown.push(format!("{place} {line}"));
        } else if let (Some(help), Some(last)) = (line.trim_start().strip_prefix("= help: "), shown.last_mut()) {
            last.push_str(&format!(" ({help})"));
        }
    }
    shown
}

#[test]
fn the_guide_shows_what_is_found_in_its_flows() {
    let guide = guide();
    let blocks = blocks(&guide);
    let flows: Vec<&str> = blocks.iter().copied().filter(|block| block.starts_with("flow: ")).collect();
    assert_eq!(flows.len(), 4);
    for finished in [flows[0], flows[2], flows[3]] {
        assert_eq!(Flow::check(finished, None).findings, [], "{finished}");
    }
    // The sixth step: three slips in the last file.
    let slips = [
        ("{ ivr: balance }", "{ ivr: balanc }"),
        ("open(\"support\")", "open(\"suport\")"),
        ("voicemail:", "voicemial:"),
    ];
    let slips = slips.iter().fold(flows[3].to_owned(), |text, (right, wrong)| {
        assert_eq!(text.matches(right).count(), 1, "{right}");
        text.replace(right, wrong)
    });
    let found = ["flow: bank\n", flows[1], &slips].into_iter().flat_map(|text| Flow::check(text, None).findings);
    let found = found.map(|found| {
        let severity = if found.severity == Severity::Error { "error" } else { "warning" };
        let help = found.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} {severity}: {}{help}", found.line, found.column, found.message)
    });
    assert_eq!(shown(&guide), found.collect::<Vec<_>>());
}

#[test]
fn every_flow_of_the_guide_loads_and_so_do_its_parts() {
    let guide = guide();
    let small = "flow: a\nrealm: a\nfallback: { do: hangup }\nivrs: { a: { id: 1, do: hangup } }\n";
    let (mut flows, mut parts) = (0, 0);
    for block in blocks(&guide) {
        if block.starts_with("flow: ") {
            load(block);
            flows += 1;
        } else if !block.starts_with(' ') {
            assert_eq!(Flow::check(&format!("{small}{block}\n"), None).findings, [], "{block}");
            parts += 1;
        }
    }
    assert_eq!((flows, parts), (4, 2));
}
