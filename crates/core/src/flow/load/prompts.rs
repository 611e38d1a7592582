//! Prompts and what leads to them: a placeholder that nothing fills, a parameter that nothing says.

use super::super::mistake::{Mistake, did_you_mean};
use super::super::{Flow, Ivr, Prompt};
use super::reader::Reader;
use std::collections::BTreeSet;

/// Notes placeholders and user parameters that don't meet.
pub(super) fn check(r: &mut Reader, flow: &Flow) {
    let mut found = Vec::new();
    for ivr in flow.ivrs.iter() {
        let said: BTreeSet<&str> = prompts(ivr).flat_map(Prompt::placeholders).collect();
        let leads: Vec<_> = r.leads.iter().filter(|lead| lead.to == ivr.name).collect();
        for name in &said {
            if !leads.is_empty() && leads.iter().all(|lead| !lead.parameters.contains(*name)) {
                let message = format!("nothing that leads to `{}` gives `@{name}`: callers hear it as it is", ivr.name);
                let help = format!("add `user_parameters: {{ {name}: ... }}` where an action leads here");
                found.push(Mistake::warning(ivr.at, message).help(help));
            }
        }
        // Without any placeholder the prompts here may be shorter than the portal's; with one, this is likely a slip.
        if said.is_empty() {
            continue;
        }
        for lead in &leads {
            for name in lead.parameters.iter().filter(|name| !said.contains(name.as_str())) {
                let message = format!("`{}` doesn't say `@{name}` in any prompt", ivr.name);
                found.push(Mistake::warning(lead.at, message).help(did_you_mean(name, said.iter().copied())));
            }
        }
    }
    r.findings.extend(found);
}

fn prompts(ivr: &Ivr) -> impl Iterator<Item = &Prompt> {
    ivr.says.iter().chain(ivr.asks.iter().map(|ask| &ask.prompt))
}
