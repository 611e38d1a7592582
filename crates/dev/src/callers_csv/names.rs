//! Column names that differ from the attributes of a flow by a slip, such as `First_Name` for `caller.first_name`.

use ringbolt_core::flow::{Condition, Destination, Flow, FlowAction, Rules, Step, Template};
use std::collections::BTreeSet;

/// One sentence for each column whose name differs from an attribute that the flow reads only in upper and lower case,
/// spaces or punctuation. Such an attribute stays empty in the flow.
#[must_use]
pub fn hints<'a>(columns: impl IntoIterator<Item = &'a str>, flow: &Flow) -> Vec<String> {
    let columns: Vec<&str> = columns.into_iter().collect();
    let missing = attributes(flow).into_iter().filter(|name| !columns.contains(name));
    let slip = |name: &str| {
        let column = columns.iter().find(|column| plain(column) == plain(name))?;
        Some(format!(
            "The flow `{}` reads `caller.{name}`, but the column is `{column}`: rename it, or the attribute is missing.",
            flow.name
        ))
    };
    missing.filter_map(slip).collect()
}

fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The attributes that a flow reads after verification.
fn attributes(flow: &Flow) -> BTreeSet<&str> {
    let mut read = Read(BTreeSet::new());
    for ivr in flow.ivrs.iter() {
        match &ivr.step {
            None => {}
            Some(Step::Say(rules)) => read.rules(rules, |read, text| read.template(text)),
            Some(Step::Do(rules)) => read.rules(rules, Read::action),
            Some(Step::VerifyPin(verify)) => read.rules(&verify.verified, |read, after| read.action(&after.action)),
        }
    }
    if let Some(wix) = &flow.wix_answers {
        read.rules(&wix.success, |_, _| ());
    }
    read.0
}

struct Read<'f>(BTreeSet<&'f str>);

impl<'f> Read<'f> {
    fn rules<T>(&mut self, rules: &'f Rules<T>, mut then: impl FnMut(&mut Self, &'f T)) {
        for rule in rules.iter() {
            rule.when.iter().for_each(|condition: &Condition| self.0.extend(condition.parts_of("caller")));
            then(self, &rule.then);
        }
    }

    fn action(&mut self, action: &'f FlowAction) {
        Destination::templates(action).for_each(|text| self.template(text));
    }

    fn template(&mut self, text: &'f Template) {
        self.0.extend(text.parts_of("caller"));
    }
}
