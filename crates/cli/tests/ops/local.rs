//! `--local`: the database of a running and of a stopped `ringbolt dev`.

use crate::ops::{
    Said,
    deployment::{bare, run},
};
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
};

const SHOW: [&str; 6] = ["caller", "show", "--local", "--realm", "demo", "90786"];

async fn ringbolt(folder: &Path, arguments: &[&str], input: &str) -> Said {
    let mut command = bare(arguments);
    command.current_dir(folder);
    run(command, input).await
}

/// A started `ringbolt dev`, which is killed on drop.
struct Dev(Child);

impl Dev {
    fn start(folder: &Path) -> Self {
        let mut command = bare(&["dev", "--port", "0"]);
        let mut child = command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("PINs and counters are kept")), "it did not start");
        Self(child)
    }

    /// Kills it without warning.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Stops it as Ctrl-C does.
    #[cfg(unix)]
    fn interrupt(mut self) {
        let kill = format!("kill -INT {}", self.0.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Both fail harmlessly if it has already ended.
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_dev_and_the_commands_see_the_same_callers() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ringbolt(folder, &SHOW, "").await.fails(1, &["no local database in .ringbolt", "ringbolt dev", "--local=FOLDER"]);

    let dev = Dev::start(folder);
    ringbolt(folder, &SHOW, "").await.says("(flow `demo`)").says("first_name = Ada");
    let suspend = ["caller", "suspend", "--local", "--realm", "demo", "90786"];
    let said = ringbolt(folder, &suspend, "").await;
    said.says("The caller is suspended.");
    assert_eq!(said.err, "", "locally nothing is announced");
    ringbolt(folder, &["flow", "push", "--help"], "").await.says("flow");
    let second = ringbolt(folder, &["dev", "--port", "0"], "").await;
    second.fails(1, &["Another `ringbolt dev` is using .ringbolt", "--memory"]);

    dev.kill();
    // The file that it left behind is detected as stale.
    assert!(folder.join(".ringbolt/dev.json").exists());
    ringbolt(folder, &SHOW, "").await.says("suspended").says("no live flow of this realm is known");
    assert!(!folder.join(".ringbolt/dev.json").exists());
    let elsewhere = ["caller", "show", "--local=.ringbolt", "--realm", "demo", "90786", "--json"];
    assert_eq!(ringbolt(folder, &elsewhere, "").await.json()["status"], "suspended");
    let export = ["caller", "export", "--local", "--realm", "demo", "90786"];
    ringbolt(folder, &export, "").await.fails(2, &["--flow FILE", "ringbolt dev"]);

    let dev = Dev::start(folder);
    ringbolt(folder, &SHOW, "").await.says("suspended");
    let left = ringbolt(folder, &export, "").await.json()["cannot_be_found"].to_string();
    assert!(left.contains("SQLite") && !left.contains("point-in-time"), "{left}");
    #[cfg(unix)]
    dev.interrupt();
    assert!(!folder.join(".ringbolt/dev.json").exists(), "it removes its announcement");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_at_the_same_time_wait_for_each_other() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let dev = Dev::start(folder);
    let announced = folder.join(".ringbolt/dev.json").metadata().unwrap().permissions().mode();
    assert_eq!(announced & 0o777, 0o600, "the file contains the token");
    dev.kill();
    let users = ["u-1", "u-2", "u-3", "u-4"];
    let set = users.map(|user| async move {
        ringbolt(folder, &["pin", "set", "--local", "--realm", "demo", user, "--stdin"], "815294\n").await
    });
    let [a, b, c, d] = set;
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    for said in [a, b, c, d] {
        said.says("The PIN is set");
    }
    ringbolt(folder, &["audit", "verify", "--local"], "").await.says("The audit log is intact: 8 entries.");
}
