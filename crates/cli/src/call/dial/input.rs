//! What a person types, as what happens in the call.

use anyhow::Context as _;
use ringbolt_core::number::in_print;
use ringbolt_simulator::{Call, Input, PersonDoes, Stage};
use std::io::{IsTerminal as _, Write as _, stdin, stdout};
use zeroize::Zeroizing;

/// The keyboard, or a file in its place.
pub(super) struct Keyboard {
    is_terminal: bool,
}

impl Keyboard {
    pub(super) fn new() -> Self {
        Self { is_terminal: stdin().is_terminal() }
    }

    /// Asks for what the call waits for. At the end of the input the caller hangs up.
    pub(super) async fn read(&self, call: &Call) -> anyhow::Result<Vec<Input>> {
        let secret = self.is_terminal && call.question().is_some_and(|question| question.secret);
        // Where nobody types, nobody reads a prompt.
        let prompt = if self.is_terminal { prompt(call) } else { String::new() };
        let line = tokio::task::spawn_blocking(move || ask(&prompt, secret)).await??;
        let Some(line) = line else { return Ok(vec![Input::HangUp]) };
        Ok(inputs(call.stage(), line.trim()))
    }
}

/// `None` at the end of the input.
fn ask(prompt: &str, secret: bool) -> anyhow::Result<Option<Zeroizing<String>>> {
    if secret {
        let line = rpassword::prompt_password(prompt).context("the keyboard cannot be read")?;
        return Ok(Some(Zeroizing::new(line)));
    }
    // The answer is read even if the prompt can't be shown.
    write!(stdout(), "{prompt}").and_then(|()| stdout().flush()).unwrap_or_default();
    let mut line = Zeroizing::new(String::new());
    let read = stdin().read_line(&mut line).context("the input cannot be read")?;
    Ok((read > 0).then_some(line))
}

fn prompt(call: &Call) -> String {
    match call.stage() {
        Stage::Asking => "      > ".to_owned(),
        Stage::Recording => "      say > ".to_owned(),
        Stage::Ringing(people) => {
            let people: Vec<String> = people
                .iter()
                .enumerate()
                .map(|(index, person)| format!("{} {}", index + 1, in_print(&person.number)))
                .collect();
            format!("      {}: answers, accepts, declines or nobody (for example `1 answers`) > ", people.join(", "))
        }
        _ => "      (the call goes on; Enter hangs up) > ".to_owned(),
    }
}

fn inputs(stage: &Stage, line: &str) -> Vec<Input> {
    if line.eq_ignore_ascii_case("h") {
        return vec![Input::HangUp];
    }
    match stage {
        Stage::Asking if line.is_empty() => vec![Input::Silence],
        // The pound key ends the entry, unless the question had all its digits before.
        Stage::Asking => line.chars().filter(|c| *c != '#').map(Input::Key).chain([Input::Key('#')]).collect(),
        Stage::Recording => vec![Input::Say(line.to_owned())],
        Stage::Ringing(_) => {
            let (index, word) = match line.split_once(' ') {
                Some((number, word)) => (number.parse::<usize>().unwrap_or(1).saturating_sub(1), word.trim()),
                None => (0, line),
            };
            vec![Input::Person(index, deed(word))]
        }
        _ => vec![Input::HangUp],
    }
}

fn deed(word: &str) -> PersonDoes {
    match word {
        "accepts" => PersonDoes::Accepts,
        "declines" => PersonDoes::Declines,
        "answers" => PersonDoes::Answers,
        _ => PersonDoes::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_happens_in_the_call() {
        let keys = |text: &str| text.chars().map(Input::Key).collect::<Vec<_>>();
        assert_eq!(inputs(&Stage::Asking, "90786"), keys("90786#"));
        assert_eq!(inputs(&Stage::Asking, "90786#"), keys("90786#"));
        assert_eq!(inputs(&Stage::Asking, ""), [Input::Silence]);
        assert_eq!(inputs(&Stage::Asking, "h"), [Input::HangUp]);
        let ringing = Stage::Ringing(Vec::new());
        assert_eq!(inputs(&ringing, "2 answers"), [Input::Person(1, PersonDoes::Answers)]);
        assert_eq!(inputs(&ringing, "accepts"), [Input::Person(0, PersonDoes::Accepts)]);
        assert_eq!(inputs(&ringing, ""), [Input::Person(0, PersonDoes::Nothing)]);
        assert_eq!(inputs(&Stage::Recording, "My bin."), [Input::Say("My bin.".to_owned())]);
    }
}
