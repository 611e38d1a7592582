//! What can happen next in a call.

use super::conditions::Written;
use super::entries::{NO_ANSWER, Try, tries};
use super::facts::Proof;
use crate::call::Stage;
use crate::script::{Deed, Does, ExpectedEnd, Walk};
use crate::setting::Provider;

/// Something that can happen.
#[derive(Clone, Debug)]
pub(super) struct Move {
    pub(super) does: Does,
    /// How it counts when states are compared.
    pub(super) label: String,
    /// Whether it is done again and again until the question is left.
    pub(super) until_left: bool,
    /// Whether nobody does anything in it: a call that goes round with such moves alone never ends.
    pub(super) passive: bool,
}

impl Move {
    fn new(does: Does, label: &str) -> Self {
        Self { does, label: label.to_owned(), until_left: false, passive: false }
    }

    fn passive(does: Does, label: &str) -> Self {
        Self { passive: true, ..Self::new(does, label) }
    }
}

/// Everything that can happen next; nothing if the call has come to its end or to somebody.
pub(super) fn moves(walk: &Walk, written: &Written<'_>) -> Vec<Move> {
    let call = &walk.call;
    if ExpectedEnd::of(call).is_some() {
        return Vec::new();
    }
    let silence = Move::passive(Does::Silence { once: false }, NO_ANSWER);
    let hang_up = Move::new(Does::HangUp, "hang up");
    match call.stage() {
        Stage::Asking => {
            let users: Vec<String> = walk.pins.callers.iter().map(|caller| caller.user.clone()).collect();
            let first = Proof::of(&walk.taken).failed == 0;
            let name = call.question().map(|question| question.name.clone());
            let key = |Try { label, entry, refused }: Try| Move {
                until_left: refused,
                ..Move::new(Does::Key(vec![(name.clone(), entry)]), &label)
            };
            let mut moves: Vec<Move> = tries(call, written, &users, first).into_iter().map(key).collect();
            // What Wix Answers does in silence isn't known.
            if call.setting().provider != Provider::WixAnswers {
                moves.extend([silence, hang_up]);
            }
            moves
        }
        Stage::Recording => {
            let says = Does::Say("This is a message.".to_owned());
            vec![Move::new(says, "words"), silence, hang_up]
        }
        Stage::Ringing(_) => {
            let all = |deed| Does::People(vec![(String::new(), deed)]);
            vec![Move::new(all(Deed::Accepts), "accepts"), Move::passive(all(Deed::Nobody), "nobody"), hang_up]
        }
        _ => Vec::new(),
    }
}
