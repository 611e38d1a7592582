//! Odd but real CSV files.

use crate::import::{Deployment, process::tags};
use ringbolt_core::caller::Status;
use ringbolt_dynamodb::callers::Change;
use std::fs;

const IMPORT: [&str; 5] = ["pin", "import", "callers.csv", "--realm", "demo"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn valid_rows_are_imported_and_the_others_are_listed_with_reasons() {
    let deployment = Deployment::new().await;
    let csv: [&[u8]; 18] = [
        "\u{feff}\"first_name\",PIN,city,User\r\n".as_bytes(),
        b"Ada,837461,\"New\r\nYork\",ada\r\n",
        b"Bob,,Paris,bob\r\n",
        b"Carl,83x461,Paris,carl\r\n",
        b"Dora,111111,Paris,dora\r\n",
        b"\r\n",
        b"Eve,837462,Paris\r\n",
        b"Eve,837462,Paris,eve,more\r\n",
        b"Fr\xe9d,837462,Paris,fred\r\n",
        b"Augusta,926384,London,ADA \r\n",
        b",,,\r\n",
        b"\"O\"\"Neil, the first\",837 463,,oneil\r\n",
        b"Gil,837,Paris,gil\r\n",
        b"Nobody,837464,Paris,\r\n",
        b"Ada,837461,London,ada\r\n",
        "Zoë,８３７４６５,Köln,zoe\r\n".as_bytes(),
        b"Open,837466,\"Paris,open\r\n",
        b"Last,837467,Paris,last\r\n",
    ];
    deployment.write("callers.csv", csv.concat());
    let refused = "line,user,reason\n\
                   4,bob,the PIN is empty\n\
                   5,carl,a PIN has digits only\n\
                   6,dora,the PIN is easy to guess: it must not be a single repeated digit\n\
                   8,,\"the row has 3 fields, but the first row has 4\"\n\
                   9,,\"the row has 5 fields, but the first row has 4\"\n\
                   10,fred,\"the row is not UTF-8; save the file as \"\"CSV UTF-8\"\"\"\n\
                   14,gil,a PIN has 4 to 12 digits\n\
                   15,,the user id is empty\n\
                   18,,\"a quotation mark in this line is not closed within 16 MiB, so nothing after it was read. Close \
                   it or remove it, and import again\"\n";

    let (code, out, err) = deployment.run(&[&IMPORT[..], &["--dry-run"]].concat()).await;
    assert_eq!(code, 1, "{err}");
    assert_eq!(
        out,
        "5 rows could be imported. Nothing was written to a table.\nRefused 9 rows, listed with reasons in \
         callers.refused.csv.\n"
    );
    assert_eq!(deployment.read("callers.refused.csv"), refused);
    assert!(deployment.callers().await.is_empty() && !deployment.path("callers.csv.journal").exists());

    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 1, "{err}");
    assert!(out.starts_with("Imported 5 rows of 3 callers into "), "{out}");
    assert!(err.contains("callers.csv, line 4: the PIN is empty\n"), "{err}");
    assert_eq!(deployment.read("callers.refused.csv"), refused);
    let callers = deployment.callers().await;
    assert!(callers.keys().eq(["ada", "oneil", "zoe"]), "{:?}", callers.keys());
    assert!(callers["ada"].pins.iter().eq(&tags("ada", &["837461", "926384"])));
    assert!(callers["zoe"].pins.iter().eq(&tags("zoe", &["837465"])));
    assert!(callers["oneil"].pins.iter().eq(&tags("oneil", &["837463"])));
    let attributes = |user: &str| serde_json::to_string(&callers[user].attributes).unwrap();
    assert_eq!(attributes("ada"), r#"{"city":"London","first_name":"Ada"}"#);
    assert_eq!(attributes("oneil"), r#"{"city":"","first_name":"O\"Neil, the first"}"#);
    assert_eq!(attributes("zoe"), r#"{"city":"Köln","first_name":"Zoë"}"#);

    let all = format!("{out}{err}{}", deployment.read("callers.refused.csv"));
    for pin in ["837461", "83x461", "111111", "837462", "926384", "837463", "837464", "837465", "837466"] {
        assert!(!all.contains(pin), "{all}");
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(deployment.path("callers.refused.csv")).unwrap());
        assert_eq!(mode & 0o777, 0o600, "it names people");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_attributes_are_imported_but_an_item_over_400_kilobytes_is_refused() {
    let deployment = Deployment::new().await;
    let names: Vec<String> = (0..5_000).map(|number| format!("attribute_{number}")).collect();
    let values = |value: &str| vec![value; 5_000].join(",");
    let text = format!(
        "user,pin,{}\nada,837461,{}\nbob,837462,{}\ncarl,837463,{}\n",
        names.join(","),
        values("x"),
        values(&"x".repeat(100)),
        // Below our own count of the size, above DynamoDB's.
        values(&"x".repeat(68)),
    );
    deployment.write("callers.csv", text);
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 1, "{err}");
    assert!(out.starts_with("Imported 1 row of 1 caller into "), "{out}");
    let callers = deployment.callers().await;
    assert_eq!(callers["ada"].attributes.len(), 5_000);
    assert_eq!(
        deployment.read("callers.refused.csv"),
        "line,user,reason\n\
         3,bob,\"a DynamoDB item holds 400 KB, and this caller's would be larger\"\n\
         4,carl,\"a DynamoDB item holds 400 KB, and this caller's would be larger\"\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn existing_callers_stay_suspended_and_are_replaced_extended_or_skipped_as_requested() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin,name\nada,837461,Ada\nbob,837462,Bob\n");
    assert_eq!(deployment.run(&IMPORT).await.0, 0);
    let store = deployment.database.store().await;
    assert_eq!(store.set_status(&ringbolt_tests::caller("ada"), Status::Suspended).await.unwrap(), Change::Made);

    deployment.write("callers.csv", "user,pin,name\nada,926384,Augusta\nzoe,837463,Zoe\n");
    for (existing, pins, name) in [
        ("skip", &["837461"][..], "Ada"),
        ("add", &["837461", "926384"], "Augusta"),
        ("replace", &["926384"], "Augusta"),
    ] {
        let (code, out, err) = deployment.run(&[&IMPORT[..], &["--existing", existing, "--json"]].concat()).await;
        assert_eq!(code, 0, "{err}");
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        let skipped = if existing == "skip" { 1 } else { 0 };
        assert_eq!((&report["rows"], &report["skipped_rows"]), (&2.into(), &skipped.into()), "{existing}");
        let callers = deployment.callers().await;
        assert!(callers["ada"].pins.iter().eq(&tags("ada", pins)), "{existing}");
        assert_eq!((&callers["ada"].attributes["name"], callers["ada"].status), (&name.into(), Status::Suspended));
        assert!(callers["bob"].pins.iter().eq(&tags("bob", &["837462"])), "bob is not in the file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_of_two_mebibytes_is_refused_and_the_rows_after_it_are_imported() {
    let deployment = Deployment::new().await;
    let long = format!("{}\n{}", "x".repeat(1 << 20), "y".repeat(1 << 20));
    deployment.write("callers.csv", format!("user,pin,name\nada,837461,Ada\nbob,837462,\"{long}\"\nzoe,837463,Zoe\n"));
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert!(code == 1 && out.starts_with("Imported 2 rows of 2 callers into "), "{out}{err}");
    assert!(deployment.callers().await.keys().eq(["ada", "zoe"]));
    assert_eq!(
        deployment.read("callers.refused.csv"),
        "line,user,reason\n3,,\"the row is longer than 1 MiB, but a DynamoDB item holds 400 KB (it spans to line 4: \
         check for an extra quotation mark)\"\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declared_delimiter_is_used_and_an_empty_file_is_reported() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "\u{feff}sep=;\r\nuser;pin;name\r\nada;837461;\"Ada; Countess\"\r\n");
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert!(code == 0 && out.starts_with("Imported 1 row of 1 caller into "), "{out}{err}");
    let callers = deployment.callers().await;
    assert!(callers["ada"].pins.iter().eq(&tags("ada", &["837461"])));
    assert_eq!(serde_json::to_string(&callers["ada"].attributes).unwrap(), r#"{"name":"Ada; Countess"}"#);

    deployment.write("callers.csv", "user,pin\n\n");
    for dry_run in [&[][..], &["--dry-run"]] {
        let (code, out, err) = deployment.run(&[&IMPORT[..], dry_run].concat()).await;
        assert_eq!(
            (code, out.as_str()),
            (0, "callers.csv has no rows after its header, so nothing was imported.\n"),
            "{err}"
        );
    }
    let utf_16: Vec<u8> = "\u{feff}user,pin\nada,837461\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [&utf_16[..], &utf_16[2..]] {
        deployment.write("callers.csv", text);
        let (code, _, err) = deployment.run(&IMPORT).await;
        assert!(code == 1 && err.contains("the file is UTF-16; save it as"), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_pin_is_stored_once() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,837461\nADA,926384\n Ada,837461\nada,837462\n");
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert!(code == 0 && out.starts_with("Imported 4 rows of 1 caller into "), "{out}{err}");
    assert_eq!(deployment.callers().await["ada"].pins.len(), 3);
}
