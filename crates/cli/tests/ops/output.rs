//! Help, completions, manual pages and exit codes.

use crate::ops::deployment::{bare, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_lists_the_exit_codes_and_an_example_for_every_command() {
    run(bare(&["--help"]), "").await.says("0 done, 1 refused, not found or failed, 2 command line error, 130");
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
async fn help_lines_fit_the_terminal_and_offer_local_only_where_it_works() {
    for command in [&["pin", "import"][..], &["call", "list"], &["flow", "push"], &["audit", "verify"]] {
        for help in ["-h", "--help"] {
            let said = run(bare(&[command, &[help]].concat()), "").await;
            let widest = said.says("Usage: ringbolt").out.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(100), "{command:?} {help}: {widest:?}");
        }
    }
    for (command, offered) in [
        (["flow", "push"], false),
        (["flow", "list"], false),
        (["flow", "history"], false),
        (["flow", "diff"], false),
        (["flow", "show"], false),
        (["flow", "rollback"], false),
        (["pin", "set"], true),
        (["call", "list"], true),
    ] {
        let said = run(bare(&[&command[..], &["-h"]].concat()), "").await;
        assert_eq!(said.says("--stack").out.contains("--local"), offered, "{command:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn completions_and_manual_pages_cover_every_command() {
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
