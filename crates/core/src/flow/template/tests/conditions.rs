//! Comparisons of a text with other types, in every form.

use super::mistakes::{said, vocabulary};
use super::*;

fn condition(source: &str) -> Vec<String> {
    said(&Template::compile_condition(source, &vocabulary()).map_or_else(|wrong| wrong, |_| Vec::new()))
}

#[test]
fn a_text_is_not_compared_with_a_number_in_any_form() {
    let number = "`answers.q` is a text but is compared with a number: the result is always the same (write `answers.q | int`, \
                  or put the number in quotes)";
    let truth = "`answers.q` is a text but is compared with `true` or `false`: the result is always the same (write \
                 `answers.q | bool`, or compare it with a text in quotes)";
    let texts = "a text is compared with a number: the result is always the same (compare a number with a number, and a \
                 text in quotes with a text)";
    for (source, expected) in [
        ("answers.q >= 4", number),
        ("answers['q'] != 1", number),
        ("answers.q > 2.5", number),
        ("answers.q == -1", number),
        ("(answers.q) == (1)", number),
        ("flow.low < answers.q", number),
        ("4 <= answers.q and open(\"support\")", number),
        ("1 < answers.q < 5", number),
        ("answers.q in [\"1\", 2]", number),
        ("answers.q not in (1, 2)", number),
        ("answers.q == answers.r | int", number),
        ("answers.q == answers.r | length", number),
        ("answers.q == true", truth),
        ("answers.q == flow.live", truth),
        ("\"4\" == answers.q | int", texts),
        ("split(\"pilot\") == 20", texts),
    ] {
        assert_eq!(condition(source), [expected], "{source}");
    }
    for fine in [
        "answers.q | int >= 4",
        "4 <= answers.q | int",
        "answers.q | int(\"none\") == \"none\"",
        "answers.q == \"1\"",
        "answers.q in [\"1\", \"2\"]",
        "answers.q == flow.company",
        "answers.q == 1 ~ \"\"",
        "answers.q | length == 4",
        "call.at > 5",
        "caller.id == \"5\"",
        "listed(\"vips\", answers.n | default(call.ivr_caller_id, true))",
        "split(\"pilot\") in [\"new\", \"old\"]",
    ] {
        assert_eq!(condition(fine), [""; 0], "{fine}");
    }
}

#[test]
fn a_share_that_a_split_does_not_have_is_found_in_every_form() {
    let share = "`split` has no share `nwe` (did you mean `new`?)";
    for source in [
        "split(\"pilot\") != \"nwe\"",
        "\"nwe\" == split(\"pilot\")",
        "split(\"pilot\") in [\"new\", \"nwe\"]",
        "split('pilot') not in ('nwe', 'old')",
        "split(\"pi\" ~ \"lot\") == (\"n\" \"we\")",
    ] {
        assert_eq!(condition(source), [share], "{source}");
    }
    assert_eq!(condition("split(\"pilot\") == \"x\""), ["`split` has no share `x` (known: new, old)"]);
}
