//! Interrupted and resumed imports.

use crate::import::{Deployment, process::tags};
use ringbolt_core::caller::CallerItem;
use std::collections::BTreeMap;

/// The number of rows; `RINGBOLT_TEST_IMPORT_ROWS` sets another. The journal is written every thousand rows, so these
/// show what more rows show.
fn rows() -> usize {
    std::env::var("RINGBOLT_TEST_IMPORT_ROWS").map_or(10_000, |rows| rows.parse().unwrap())
}

/// A PIN made of six scattered digits of the row's number.
fn pin(row: usize) -> String {
    let scattered = (row as u64 * 7_368_787 + 381_654) % 1_000_000;
    format!("7{scattered:06}2")
}

/// A file whose last twentieth are second PINs of the first users, far from their first ones.
pub struct File {
    pub text: String,
    /// Each user's PINs.
    pub users: BTreeMap<String, Vec<String>>,
}

pub fn file(rows: usize) -> File {
    let (mut text, mut users) = (String::from("user,pin,first_name\n"), BTreeMap::<String, Vec<String>>::new());
    for row in 0..rows {
        let user = if row < rows - rows / 20 { row } else { row - (rows - rows / 20) };
        let (user, pin) = (format!("user-{user}"), pin(row));
        text.push_str(&format!("{user},{pin},row {row}\n"));
        users.entry(user).or_default().push(pin);
    }
    File { text, users }
}

/// Asserts exactly these users with exactly their PINs. Tags are compared for one user in `every`.
pub fn assert_exact(callers: &BTreeMap<String, CallerItem>, users: &BTreeMap<String, Vec<String>>, every: usize) {
    assert!(callers.keys().eq(users.keys()), "{} callers instead of {}", callers.len(), users.len());
    for (number, (user, pins)) in users.iter().enumerate() {
        let item = &callers[user];
        assert_eq!(item.pins.len(), pins.len(), "{user}");
        if number % every == 0 {
            let pins: Vec<&str> = pins.iter().map(String::as_str).collect();
            assert!(item.pins.iter().eq(&tags(user, &pins)), "{user}");
        }
    }
}

/// Whether the output shows a percentage in this tenth. It may be a little more, because several rows finish at once.
pub fn in_the_tenth(from: usize) -> impl Fn(&str) -> bool {
    move |said| (from..from + 10).any(|percent| said.contains(&format!("({percent} %)")))
}

const IMPORT: [&str; 6] = ["pin", "import", "callers.csv", "--realm", "demo", "--allow-weak"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_interrupted_at_a_third_resumes_and_every_pin_verifies() {
    let (deployment, rows) = (Deployment::new().await, rows());
    let file = file(rows);
    deployment.write("callers.csv", &file.text);
    let mut running = deployment.start(&IMPORT);
    running.wait_for("stderr", in_the_tenth(30)).await;
    running.signal("INT");
    let (code, out, err) = running.end().await;
    assert_eq!((code, out.as_str()), (130, ""), "{err}");
    let last = err.lines().last().unwrap();
    assert!(last.contains("interrupted after ") && last.contains("run the same command again"), "{last}");
    let before = deployment.callers().await.len();
    assert!(before > rows / 4 && before < rows * 3 / 4, "{before} callers");
    assert!(deployment.read("callers.csv.journal").lines().count() > 1);

    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("Resuming after "), "{err}");
    let total = |number: usize| {
        let digits = number.to_string();
        if digits.len() > 3 {
            format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..])
        } else {
            digits
        }
    };
    assert!(
        out.starts_with(&format!("Imported {} rows of {} callers into ", total(rows), total(file.users.len()))),
        "{out}"
    );
    assert!(!deployment.path("callers.csv.journal").exists());
    assert!(!deployment.path("callers.refused.csv").exists());
    let callers = deployment.callers().await;
    assert_exact(&callers, &file.users, 50);
    // The last row of a user determines their attributes.
    assert_eq!(callers["user-0"].attributes["first_name"], format!("row {}", rows - rows / 20));

    let app = deployment.app().await;
    for (number, (user, pins)) in file.users.iter().enumerate().step_by(file.users.len() / 40) {
        for pin in pins {
            let answer = app.auth(&format!("call-{number}-{pin}"), user, pin).await;
            assert_eq!(answer.report.outcome.word(), "verified", "{user}");
        }
        let wrong = app.auth(&format!("call-{number}"), user, "70000001").await;
        assert_eq!(wrong.report.outcome.word(), "wrong", "{user}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_resumes_without_losing_a_row() {
    let deployment = Deployment::new().await;
    let file = file(3_000);
    // Each refused row must be listed once, in the order of the file.
    let text: String = file
        .text
        .lines()
        .enumerate()
        .map(
            |(number, line)| {
                if number % 10 == 9 { format!("{line}\nrefused-{number},,\n") } else { format!("{line}\n") }
            },
        )
        .collect();
    deployment.write("callers.csv", text);
    for percent in [20, 70] {
        let mut running = deployment.start(&IMPORT);
        running.wait_for("stderr", in_the_tenth(percent)).await;
        running.signal("KILL");
        assert_eq!(running.end().await.0, -1);
    }
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 1, "there are refused rows: {err}");
    assert!(out.starts_with("Imported 3,000 rows of 2,850 callers into "), "{out}");
    assert!(out.contains("Refused 300 rows, listed with reasons in callers.refused.csv."), "{out}");
    assert_exact(&deployment.callers().await, &file.users, 1);
    let refused = deployment.read("callers.refused.csv");
    let expected: String = (0..300)
        .map(|number| format!("{},refused-{},the PIN is empty\n", 11 * (number + 1), 10 * number + 9))
        .collect();
    assert_eq!(refused, format!("line,user,reason\n{expected}"));
}
