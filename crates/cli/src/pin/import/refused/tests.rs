use super::*;

fn refused(line: u64) -> Refused {
    Refused { line, user: None, reason: Reason::Row(InvalidRow::NotUtf8) }
}

fn folder() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (path, journal) = (folder.path().join("x.refused.csv"), folder.path().join("x.csv.journal"));
    (folder, path, journal)
}

#[test]
fn refused_rows_after_the_journals_position_are_written_once() {
    let (_folder, path, journal) = folder();
    let mut file = RefusedFile::create(&path).unwrap();
    file.add(&refused(2)).unwrap();
    let recorded = file.flush().unwrap();
    file.add(&refused(3)).unwrap();
    file.flush().unwrap();
    // The process is killed before the journal records the last row.
    let mut file = RefusedFile::resume(&path, recorded, &journal).unwrap();
    file.add(&refused(3)).unwrap();
    file.flush().unwrap();
    let lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with("2,,") && lines[2].starts_with("3,,"), "{lines:?}");
}

#[test]
fn an_import_without_refused_rows_leaves_no_list_of_an_earlier_one() {
    let (_folder, path, _) = folder();
    for earlier in ["line,user,reason\n2,ada,the PIN is empty\n", "\u{feff}line,user,reason\r\n", "line,us", ""] {
        fs::write(&path, earlier).unwrap();
        let mut file = RefusedFile::create(&path).unwrap();
        assert!(path.exists(), "the import has not started");
        file.flush().unwrap();
        assert!(!path.exists(), "{earlier}");
    }
}

#[test]
fn a_file_that_is_not_a_list_of_refused_rows_is_left_alone() {
    let (folder, path, journal) = folder();
    for other in ["user,pin\nada,837461\n", "line,user,reason,more\n", "line,user,reason and more", "\n", "Dear diary"]
    {
        fs::write(&path, other).unwrap();
        for opened in [RefusedFile::create(&path), RefusedFile::resume(&path, 5, &journal)] {
            let error = opened.map(drop).unwrap_err().to_string();
            assert!(error.contains("already exists and is not a list of refused rows: name another file"), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
    }
    let error = RefusedFile::create(folder.path()).map(drop).unwrap_err().to_string();
    assert!(error.contains("is a folder"), "{error}");
    let error = RefusedFile::create(&folder.path().join("nowhere/x.csv")).map(drop).unwrap_err().to_string();
    assert!(error.contains("there is no folder"), "{error}");
    #[cfg(unix)]
    {
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        assert!(RefusedFile::create(&link).is_err() && link.is_symlink());
        assert!(RefusedFile::create(Path::new("/dev/null")).is_err());
    }
}

#[test]
fn a_changed_list_is_not_resumed() {
    let (_folder, path, journal) = folder();
    let mut file = RefusedFile::create(&path).unwrap();
    file.add(&refused(2)).unwrap();
    file.flush().unwrap();
    file.add(&refused(3)).unwrap();
    let written = file.flush().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let shorter = "line,user,reason\n2,,x\n".to_owned();
    let another = format!("line,user,reason\n{}", "another,,list\n".repeat(20));
    for left in [Some(shorter), Some(another), Some(String::new()), None] {
        match &left {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let error = RefusedFile::resume(&path, written, &journal).map(drop).unwrap_err().to_string();
        assert!(
            error.contains("is not as the interrupted import left it") && error.contains(".journal to start again")
        );
        assert_eq!(fs::read_to_string(&path).ok(), left);
    }
    fs::write(&path, text).unwrap();
    assert!(RefusedFile::resume(&path, written, &journal).is_ok(), "it was restored");
}

#[test]
fn every_weakness_gives_one_sentence() {
    use Weakness::*;
    for weakness in
        [AccountNumber, OneDigit, Run, RepeatedBlock, RepeatedDigits, Palindrome, FewDigits, Year, Date, KeypadPattern]
    {
        let text = Reason::Weak(weakness).to_string();
        assert!(text.starts_with("the PIN is easy to guess: it must ") && !text.contains('.'), "{text}");
    }
    assert_eq!(Reason::Weak(Run).to_string(), "the PIN is easy to guess: it must not count up or down");
}

#[test]
fn spreadsheets_do_not_evaluate_user_ids_in_the_list() {
    let (_folder, path, _) = folder();
    let mut file = RefusedFile::create(&path).unwrap();
    for user in ["=hyperlink(1)", "+15550100", "-1", "@sum(1)", "ada=1"] {
        file.add(&Refused { user: Some(user.to_owned()), ..refused(2) }).unwrap();
    }
    file.flush().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let users: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(users, ["'=hyperlink(1)", "'+15550100", "'-1", "'@sum(1)", "ada=1"]);
}

#[test]
fn reasons_are_counted_without_their_lines() {
    let (_folder, path, _) = folder();
    let mut file = RefusedFile::create(&path).unwrap();
    for line in 2..5 {
        file.add(&Refused { line, user: None, reason: Reason::OtherRow { line: 10 * line } }).unwrap();
    }
    file.add(&refused(9)).unwrap();
    file.flush().unwrap();
    let counted = by_reason(&path).unwrap();
    assert_eq!(
        counted[0],
        (
            "another row of this caller is refused, and with --existing skip a new caller gets all PINs or none"
                .to_owned(),
            3
        )
    );
    assert_eq!(counted[1].1, 1);
}
