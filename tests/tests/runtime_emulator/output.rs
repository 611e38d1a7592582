//! The output of the functions and the emulator: JSON objects without personal data.

use crate::process::Written;
use serde_json::{Map, Value};

/// Data that the events contain and logs must not: PINs, tokens, calling and called numbers, addresses, names,
/// transcriptions, the PIN key and signed call states.
const SECRETS: [&str; 36] = [
    "1234",
    "4321",
    "4711",
    "2580",
    "9753",
    "8642",
    "7531",
    "12ab",
    "815294",
    "629184",
    "649173",
    "90791",
    "90794",
    "Bob",
    "not-secret",
    "not-the-token",
    "2125550123",
    "2125550134",
    "2125550135",
    "2125550136",
    "444444444",
    "544444444",
    "8005550100",
    "user@",
    "@example.com",
    "User User",
    "Ada",
    "Sam Example",
    "was great",
    "rather good",
    "call again",
    "call me back",
    "brown fox",
    "auth=",
    "rb|",
    "<action>",
];

/// All output of a function and its emulator.
pub struct Output {
    /// The function's own log lines.
    pub logs: Vec<Map<String, Value>>,
    others: Vec<String>,
}

impl Output {
    /// Parses the output.
    ///
    /// # Panics
    /// A line is neither a JSON object nor from the emulator, or it contains a secret.
    pub fn new(written: Written) -> Self {
        let (mut logs, mut others) = (Vec::new(), Vec::new());
        let lines = written.stdout.lines().map(|line| (line, is_report as fn(&str) -> bool));
        let lines = lines.chain(written.stderr.lines().map(|line| (line, is_of_rapid as fn(&str) -> bool)));
        for (line, is_of_emulator) in lines {
            match serde_json::from_str(line) {
                Ok(Value::Object(log)) => logs.push(log),
                _ if is_of_emulator(line) => others.push(line.to_owned()),
                _ => panic!("not a JSON object: {line}"),
            }
        }
        let output = Self { logs, others };
        let leaks = output.leaks();
        assert!(leaks.is_empty(), "{leaks:#?}");
        output
    }

    /// The outcome of each event, in order.
    pub fn outcomes(&self) -> Vec<&str> {
        self.logs
            .iter()
            .filter(|log| log["message"] == "answered")
            .map(|log| log["outcome"].as_str().unwrap())
            .collect()
    }

    fn leaks(&self) -> Vec<String> {
        let logs = self.logs.iter().map(|log| {
            let mut log = log.clone();
            // Ids, times and durations could contain the digits of a PIN by coincidence.
            let numbers = ["span", "requestId", "elapsed_ms", "LatencyMs", "clock_off_ms", "_aws", "ivr_id", "session"];
            log.retain(|name, _| !numbers.contains(&name.as_str()));
            Value::Object(log).to_string()
        });
        let others = self.others.iter().map(|line| {
            let words = line.split_whitespace().filter(|word| !is_id(word) && !word.contains(['.', '/', ',']));
            words.collect::<Vec<_>>().join(" ")
        });
        logs.chain(others)
            .flat_map(|line| {
                let spoken = line.replace(['+'], " ").replace("%20", " ");
                SECRETS
                    .iter()
                    .filter(move |secret| spoken.contains(**secret))
                    .map(move |secret| format!("{secret}: {line}"))
            })
            .collect()
    }
}

/// Whether the emulator wrote this line to standard output, in CloudWatch's format.
fn is_report(line: &str) -> bool {
    line.is_empty() || ["START ", "END ", "REPORT "].iter().any(|word| line.starts_with(&format!("{word}RequestId: ")))
}

/// Whether the emulator wrote this line to standard error, such as
/// `21 Nov 2026 10:34:31,897 [INFO] (rapid) INVOKE START(requestId: ...)`.
fn is_of_rapid(line: &str) -> bool {
    line.contains("] (rapid) ")
}

/// Whether the word is an id like `85dc8f94-eb58-4356-b415-e4a90777a5a8`, ignoring punctuation around it.
fn is_id(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(stdout: &str, stderr: &str) -> bool {
        let written = Written { stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        std::panic::catch_unwind(|| Output::new(written)).is_err()
    }

    #[test]
    fn a_secret_is_detected_on_both_streams() {
        let clean = r#"{"message":"answered","elapsed_ms":4711,"requestId":"4711","_aws":{"Timestamp":4711}}"#;
        let rapid = "21 Nov 2026 10:34:32,471 [INFO] (rapid)";
        let id = "85dc4711-eb58-4356-b415-e4a90777a5a8";
        assert!(!leaks(clean, &format!("{rapid} INVOKE START(requestId: {id})")));
        assert!(leaks(r#"{"message":"answered","input":"4711"}"#, ""));
        assert!(leaks(r#"{"message":"text=The+service+was+great%2C"}"#, ""));
        assert!(leaks(clean, &format!("{rapid} the event was auth=x")));
        assert!(leaks(clean, "thread 'main' panicked"));
        assert!(leaks("answered", ""));
    }
}
