//! Places, outcomes and numbers as people read them.

use ringbolt_core::{
    flow::graph::{End, Place},
    number::in_print,
    outcome::Outcome,
    text::harmless,
};

/// `too many attempts`.
pub(crate) fn outcome(outcome: Outcome) -> String {
    outcome.word().replace('_', " ")
}

/// A place by its name; what an end does.
pub(crate) fn place(place: &Place) -> String {
    let text = match place {
        Place::AuthWebhook => "PIN keyed (Wix Answers)".to_owned(),
        Place::Ivr(name) => name.to_string(),
        Place::End(End::HangUp) => "hang up".to_owned(),
        Place::End(End::Transfer(to)) => format!("transfer to {}", in_print(to)),
        Place::End(End::FindMe(whom)) => {
            let people: Vec<String> = whom.iter().map(|number| in_print(number)).collect();
            format!("ring {}", people.join(", "))
        }
        Place::End(End::WixIvr(name)) => format!("{name} (Wix Answers)"),
        Place::End(End::Say) => "text is read".to_owned(),
        Place::End(end) => end.to_string(),
    };
    one_line(&text)
}

/// The same in few words, for a pill.
pub(crate) fn place_in_short(of: &Place) -> String {
    if let Place::End(End::FindMe(whom)) = of
        && let [first, others @ ..] = whom.as_slice()
        && !others.is_empty()
    {
        return one_line(&format!("ring {} and {} more", in_print(first), others.len()));
    }
    place(of)
}

/// On one line, with characters escaped that would change how the rest is shown.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for (n, word) in text.split_whitespace().enumerate() {
        if n > 0 {
            line.push(' ');
        }
        line.push_str(&harmless(word));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pill_names_the_first_of_several_people() {
        let findme = |numbers: &[&str]| Place::End(End::FindMe(numbers.iter().map(ToString::to_string).collect()));
        let people = findme(&["2225550123", "5555550145"]);
        assert_eq!(place_in_short(&people), "ring (222) 555-0123 and 1 more");
        assert_eq!(place(&people), "ring (222) 555-0123, (555) 555-0145");
        let listed = findme(&["{{ listed('lines', call.dnis) }}"]);
        assert_eq!(place_in_short(&listed), "ring {{ listed('lines', call.dnis) }}");
        assert_eq!(place_in_short(&findme(&["2225550123"])), "ring (222) 555-0123");
    }

    #[test]
    fn a_text_cannot_change_how_the_rest_is_shown() {
        assert_eq!(one_line(" a\n\t b\u{202e}c "), "a b\\u{202e}c");
    }
}
