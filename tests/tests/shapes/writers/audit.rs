//! The table of the audit log.

use super::Written;
use crate::shapes::{NOON, fixture::Table::Audit};
use ringbolt_core::audit::{Content, Step, Subject};

pub fn content(change: &str, step: Step) -> Content {
    Content {
        at: NOON,
        who: "ada@desk-7".to_owned(),
        command: "pin set".to_owned(),
        subject: Subject::new("demo#one-pin", "0123456789abcdef0123456789abcdef"),
        step,
        detail: "1 PIN".to_owned(),
        change: change.to_owned(),
    }
}

pub async fn write(written: &mut Written) {
    let table = written.world.audit_table();
    let first = table.append(content("c-1", Step::Begun)).await.unwrap();
    written.shows(Audit, "entry", "audit", Some("e#00000000000000000001")).await;
    written.shows(Audit, "head", "head", None).await;
    written.after("head").await;
    table.append(content("c-1", Step::Done)).await.unwrap();
    table.append(Content { detail: String::new(), ..content("c-2", Step::Failed) }).await.unwrap();
    written.after("failed").await;
    table.erase_subject(1).await.unwrap();
    written.shows(Audit, "entry-erased", "audit", Some("e#00000000000000000001")).await;
    written.after("entry-erased").await;
    let head = table.head().await.unwrap();
    assert!(table.move_head(head, first.head()).await.unwrap());
    written.after("moved").await;
}
