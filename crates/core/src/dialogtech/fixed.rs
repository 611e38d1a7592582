//! What an action is before any template is filled in.

use super::{
    action::{Action, FindMe, FindMeTarget},
    document::to_xml,
    pass_through::PassThrough,
};
use crate::flow::{self, Destination, FlowAction};
use std::convert::Infallible;

/// Whether any text of an action speaks of the verified caller.
pub(super) fn mentions_caller(action: &FlowAction) -> bool {
    let mut mentions = false;
    let looked: Result<_, Infallible> = action.try_map(
        |text| {
            mentions |= text.mentions("caller");
            Ok(())
        },
        |pass| pass.try_map(|text| Ok(text.mentions("caller"))),
        |number| Ok(matches!(number, Destination::Template(template) if template.mentions("caller"))),
    );
    let Ok(looked) = looked;
    let in_pass = match looked {
        Action::Ivr(ivr) => match ivr.pass_through {
            flow::PassThrough::None => false,
            flow::PassThrough::Opaque(mentions) => mentions,
            flow::PassThrough::Pairs(pairs) => pairs.iter().any(|(_, mentions)| *mentions),
        },
        Action::Transfer { destination } => destination,
        Action::FindMe(FindMe { target: FindMeTarget::PhoneList(list), .. }) => list.numbers().contains(&true),
        _ => false,
    };
    mentions || in_pass
}

/// The document of an action without templates.
pub(super) fn fixed_document(action: &flow::FallbackAction) -> String {
    let fixed: Result<_, Infallible> = action.try_map(
        |text| Ok(text.clone()),
        |pass| {
            Ok(match pass {
                flow::PassThrough::None => String::new(),
                flow::PassThrough::Opaque(text) => text.clone(),
                flow::PassThrough::Pairs(pairs) => {
                    let mut pass_through = PassThrough::default();
                    pairs.iter().for_each(|(key, value)| pass_through.set(key, value));
                    pass_through.to_text()
                }
            })
        },
        |number| Ok(number.clone()),
    );
    let Ok(fixed) = fixed;
    to_xml(&fixed)
}
