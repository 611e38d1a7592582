//! The texts received for one question. Their order of arrival and repetitions do not affect the result.

use crate::{
    StoreError,
    calls::Kept,
    item::{self, Item},
    tables::AT,
};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::time::EpochMs;

const FIELDS: &str = "fields";
const REVISIONS: &str = "revisions";

/// Texts of one question, the current one included. A provider sends one, or a few; somebody with the webhook's URL sends as
/// many as they like, and the next text must still fit into the item: 20 of at most 10 KB, which is what a request line
/// holds, are half of what an item can have.
const MOST: usize = 20;

/// The distinct texts by the time they were first received; the last one is current.
///
/// They are ordered by these times, not by arrival: a text that waited in the queue arrives after a newer one. Of more than
/// [`MOST`], the first one and the newest ones are kept.
#[derive(Clone, PartialEq)]
pub(crate) struct Revisions<T>(Vec<(EpochMs, T)>);

impl<T: PartialEq> Revisions<T> {
    /// Adds a text received at `at`; `None` if that changes nothing.
    pub(crate) fn keep(mut self, fields: T, at: EpochMs) -> Option<(Kept, Self)> {
        let known = self.0.iter().position(|(_, known)| *known == fields);
        if known.is_some_and(|index| self.0[index].0 <= at) {
            return None;
        }
        // A text of the same millisecond goes after the existing ones.
        let place = |all: &[(EpochMs, T)]| all.partition_point(|(earlier, _)| *earlier <= at);
        let kept = match known {
            // A repetition that was received earlier than the stored text.
            Some(index) => {
                self.0.remove(index);
                Kept::Repeated
            }
            None if place(&self.0) == self.0.len() => Kept::Superseded,
            None => Kept::Outdated,
        };
        self.0.insert(place(&self.0), (at, fields));
        if self.0.len() > MOST {
            self.0.remove(1);
        }
        Some((kept, self))
    }
}

impl Revisions<AttributeValue> {
    /// Reads a transcription's item.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is not a transcription.
    pub(crate) fn read(item: &Item) -> Result<Self, StoreError> {
        let revision = |item: &Item| {
            let fields = item.get(FIELDS).cloned().ok_or(StoreError::Unreadable { attribute: FIELDS })?;
            Ok::<_, StoreError>((EpochMs(item::number(item, AT)?), fields))
        };
        let unreadable = StoreError::Unreadable { attribute: REVISIONS };
        let Some(AttributeValue::L(earlier)) = item.get(REVISIONS) else { return Err(unreadable) };
        let mut all = Vec::with_capacity(earlier.len() + 1);
        for earlier in earlier {
            let AttributeValue::M(earlier) = earlier else { return Err(unreadable) };
            all.push(revision(earlier)?);
        }
        all.push(revision(item)?);
        Ok(Self(all))
    }

    /// The first text received.
    pub(crate) fn first(fields: AttributeValue, at: EpochMs) -> Self {
        Self(vec![(at, fields)])
    }

    /// The current text, its time, and the list of earlier texts.
    pub(crate) fn into_attributes(mut self) -> Option<(AttributeValue, EpochMs, AttributeValue)> {
        let (at, present) = self.0.pop()?;
        let earlier = self.0.into_iter().map(|(at, fields)| {
            AttributeValue::M([(FIELDS.to_owned(), fields), (AT.to_owned(), item::n(at.0))].into())
        });
        Some((present, at, AttributeValue::L(earlier.collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn after(arrivals: &[(i64, u8)]) -> Vec<(EpochMs, u8)> {
        let kept = arrivals.iter().fold(Revisions(Vec::new()), |kept, &(at, text)| {
            kept.clone().keep(text, EpochMs(at)).map_or(kept, |(_, changed)| changed)
        });
        kept.0
    }

    #[test]
    fn the_later_arrival_in_the_same_millisecond_is_current() {
        assert_eq!(after(&[(5, 1), (5, 2), (5, 1)]), [(EpochMs(5), 1), (EpochMs(5), 2)]);
    }

    #[test]
    fn a_text_that_waited_in_the_queue_does_not_supersede_a_newer_one() {
        let (kept, both) = Revisions(vec![(EpochMs(7), "younger")]).keep("older", EpochMs(5)).unwrap();
        assert_eq!((kept, both.0), (Kept::Outdated, vec![(EpochMs(5), "older"), (EpochMs(7), "younger")]));
    }

    #[test]
    fn of_too_many_texts_the_first_and_the_newest_are_kept() {
        let most = i64::try_from(MOST).unwrap();
        let texts: Vec<(i64, u8)> = (1..=u8::MAX).map(|text| (i64::from(text), text)).collect();
        let kept = after(&texts);
        assert_eq!(kept.len(), MOST);
        assert_eq!((kept[0].1, kept[1].0, kept[MOST - 1].1), (1, EpochMs(256 - most + 1), u8::MAX));
        let backwards: Vec<(i64, u8)> = texts.into_iter().rev().collect();
        assert_eq!(after(&backwards), kept, "in whichever order they arrive");
    }

    proptest! {
        /// Few texts at many times, so that repetitions overtake each other.
        #[test]
        fn the_order_of_arrival_makes_no_difference(
            (mut in_order, shuffled) in proptest::collection::btree_map(0_i64..50, 0_u8..5, 1..12)
                .prop_map(|sent| sent.into_iter().collect::<Vec<_>>())
                .prop_flat_map(|sent| (Just(sent.clone()), Just(sent).prop_shuffle()))
        ) {
            let kept = after(&shuffled);
            prop_assert_eq!(&kept, &after(&in_order));
            in_order.reverse();
            let first_times: BTreeMap<u8, i64> = in_order.into_iter().map(|(at, text)| (text, at)).collect();
            let mut expected: Vec<_> = first_times.into_iter().map(|(text, at)| (EpochMs(at), text)).collect();
            expected.sort();
            prop_assert_eq!(kept, expected);
        }
    }
}
