//! What a flow lacks to be answered for DialogTech.

use crate::flow::{Flow, Mistake, Position};

/// What a flow lacks to be answered for DialogTech: IVRs of the portal. Loading a flow checks the rest.
#[must_use]
pub fn check(flow: &Flow) -> Vec<Mistake> {
    if flow.ivrs.are_in_portal() {
        return Vec::new();
    }
    let mistake = match flow.ivrs.iter().map(|ivr| ivr.at).min() {
        Some(first) => Mistake::new(first, "no IVR has an `id`, and DialogTech knows IVRs by their ids")
            .help("give every IVR the `id` of its building block in the portal".to_owned()),
        None => Mistake::new(Position::default(), "the flow has no `ivrs`, so nothing answers DialogTech")
            .help("name the IVRs of the portal under `ivrs`, each with its `id`".to_owned()),
    };
    vec![mistake]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_needs_ivrs_of_the_portal() {
        let lacks = |rest: &str| {
            let flow =
                Flow::load(&format!("flow: f\nrealm: f\nfallback: {{ do: hangup, wix_answers: disconnect }}\n{rest}"));
            check(&flow.unwrap()).iter().map(Mistake::to_string).collect::<Vec<_>>().concat()
        };
        assert_eq!(lacks("ivrs:\n  b: { id: 1, do: hangup }"), "");
        assert!(
            lacks("starts: a\nivrs:\n  b: { do: hangup }\n  a: { do: hangup }")
                .starts_with("line 6, column 3: no IVR has an `id`")
        );
        let wix = "wix_answers: { success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, failure: disconnect }";
        assert!(lacks(wix).starts_with("line 1, column 1: the flow has no `ivrs`"));
    }
}
