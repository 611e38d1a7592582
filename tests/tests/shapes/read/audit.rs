//! The table of the audit log.

use crate::shapes::{
    fixture::{Fixture, Table::Audit},
    world::World,
    writers::content,
};
use ringbolt_core::audit::{Finding, Step, Verified, Verifier};
use ringbolt_dynamodb::audit::{AuditTable, Order, Recorded};

pub async fn chain(table: &AuditTable) -> Vec<Recorded> {
    table.page(Order::OldestFirst, None, 100).await.unwrap().entries
}

pub async fn verify(table: &AuditTable) -> Result<Verified, ringbolt_dynamodb::StoreError> {
    let mut verifier = Verifier::new(None);
    for recorded in chain(table).await {
        match recorded {
            Recorded::Entry(entry) => verifier.entry(&entry),
            Recorded::Unreadable { seq } => verifier.unreadable(seq),
        }
    }
    Ok(verifier.finish(table.head().await?))
}

#[tokio::test]
async fn every_stored_entry_holds_and_the_chain_goes_on_from_its_head() {
    for (name, named) in [("entry", Some("demo#one-pin")), ("entry-erased", None)] {
        let world = World::start().await;
        let table = world.audit_table();
        for name in [name, "head"] {
            assert!(world.put(Audit, &Fixture::load(Audit, name).item).await);
        }
        let [Recorded::Entry(entry)] = &chain(&table).await[..] else { panic!("{name}") };
        assert!(entry.holds(), "{name}");
        assert_eq!(entry.content.subject.name(), named, "{name}");
        let expected = content("c-1", Step::Begun);
        assert_eq!(entry.content.subject.digest(), expected.subject.digest());
        assert_eq!((&entry.content.who, &entry.content.command), (&expected.who, &expected.command));
        assert_eq!((&entry.content.detail, &entry.content.change), (&expected.detail, &expected.change));
        assert_eq!((entry.content.at, entry.content.step), (expected.at, expected.step));
        assert_eq!(table.head().await.unwrap(), Some(entry.head()), "{name}");
        assert_eq!(verify(&table).await.unwrap().findings, Vec::<Finding>::new(), "{name}");
        table.append(content("c-1", Step::Done)).await.unwrap();
        assert_eq!(verify(&table).await.unwrap().findings, Vec::<Finding>::new(), "{name}");
    }
}
