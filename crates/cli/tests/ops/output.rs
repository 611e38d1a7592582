//! Help, completions, manual pages, and what scripts rely on.

use crate::deployment::{bare, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_has_the_exit_codes_and_every_command_an_example() {
    run(bare(&["--help"]), "")
        .await
        .says("0 done, 1 refused, not found or failed, 2 a mistake in the command line, 130");
    let commands: [&[&str]; 14] = [
        &["pin", "set"],
        &["pin", "add"],
        &["pin", "remove"],
        &["pin", "generate"],
        &["caller", "show"],
        &["caller", "unlock"],
        &["caller", "suspend"],
        &["caller", "resume"],
        &["caller", "export"],
        &["caller", "erase"],
        &["audit", "list"],
        &["audit", "verify"],
        &["completions"],
        &["man"],
    ];
    for command in commands {
        let said = run(bare(&[command, &["--help"]].concat()), "").await;
        said.says("Example").says(&format!("ringbolt {}", command.join(" ")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistyped_command_line_exits_with_2() {
    for arguments in
        [&["caller"][..], &["caller", "shwo"], &["caller", "show", "90786"], &["pin", "generate", "--digits", "3"]]
    {
        let said = run(bare(arguments), "").await;
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    }
    let both = run(bare(&["caller", "show", "--realm", "bank", "1", "--local", "--stack", "prod"]), "").await;
    assert_eq!(both.code, Some(2), "{both:?}");
    assert!(both.err.contains("--local"), "{both:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn completions_and_manual_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        run(bare(&["completions", shell]), "").await.says("audit").says("generate");
    }
    run(bare(&["man"]), "").await.says(".TH ringbolt 1").says("audit");
    run(bare(&["man", "pin", "set"]), "").await.says("ringbolt\\-pin\\-set").says("ringbolt pin set");
    run(bare(&["man", "pin", "ste"]), "").await.fails(2, &["there is no command `ringbolt pin ste`"]);
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    run(bare(&["man", "--out", pages.to_str().unwrap()]), "").await.says("The manual pages are in");
    for page in ["ringbolt.1", "ringbolt-audit-verify.1", "ringbolt-caller-erase.1"] {
        assert!(pages.join(page).is_file(), "{page}");
    }
}
