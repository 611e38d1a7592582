//! Callers from a CSV as written by spreadsheets.

use crate::dev::Start;

/// A flow whose DialogTech login greets the caller with an attribute.
const FLOW: &str = r#"
flow: demo
realm: bank
fallback: { wix_answers: disconnect, do: hangup }
wix_answers:
  success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064
  failure: 0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11
ivrs:
  login:
    id: 12345
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: { to: menu, user_parameters: { greeting: "{{ caller.first_name }}, {{ caller.balance }}" } } }
      wrong: { ivr: login }
      too_many_attempts: hangup
  menu: { id: 1 }
"#;

#[test]
fn a_csv_with_a_byte_order_mark_crlf_quotes_and_columns_in_any_order_is_read() {
    let csv = "\u{feff}\"first_name\",PIN,balance,\"User\"\r\n\
               \"Ada \"\"the\"\" <First>\",837461,\"12,50\",90786\r\n\
               Zoë,629184,7,ZOE-1\r\n\
               Zoë,738295,7,zoe-1\r\n";
    let ringbolt = Start::new()
        .with(&["--memory", "--flow", "flow.yaml", "--callers", "callers.csv"])
        .file("flow.yaml", FLOW)
        .file("callers.csv", csv)
        .run();
    let login = |account: &str, pin: &str| {
        let query = format!("ivr_id=12345&ivr_session_id=s-{account}-{pin}&account={account}&pin={pin}");
        ringbolt.next(&query).xml().to_owned()
    };
    let answer = login("90786", "837461");
    assert!(answer.contains("<greeting>Ada &quot;the&quot; &lt;First&gt;, 12,50</greeting>"), "{answer}");
    // Several rows give several PINs, and upper and lower case name the same user.
    for (account, pin) in [("zoe-1", "629184"), ("zoe-1", "738295"), ("ZOE-1", "738295")] {
        let answer = login(account, pin);
        assert!(answer.contains("<greeting>Zoë, 7</greeting>"), "{answer}");
    }
    assert!(!login("90786", "629184").contains("greeting"), "this is another caller's PIN");
    assert_eq!(ringbolt.wix("c-1", "90786", "837461").text(), "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064");
}

#[test]
fn a_repeated_column_is_refused_so_that_pins_do_not_become_an_attribute() {
    let start = Start::new()
        .with(&["--memory", "--callers", "callers.csv"])
        .file("callers.csv", "user,pin,PIN\n90786,837461,629184\n");
    let (code, _, stderr) = start.fail();
    assert!(code == 1 && stderr.contains("callers.csv: it has the column `pin` twice"), "{stderr}");
}

#[test]
fn a_weak_pin_is_reported_only_by_its_line() {
    let ringbolt = Start::new()
        .with(&["--memory", "--callers", "callers.csv"])
        .file("callers.csv", "user,pin\n90786,837461\n90787,777777\n")
        .run();
    let (_, stderr) = ringbolt.end("INT");
    assert!(stderr.contains("callers.csv, line 3: this PIN is easy to guess"), "{stderr}");
    assert!(!stderr.contains("line 2") && !stderr.contains("777777"), "{stderr}");
}

#[test]
fn a_csv_with_semicolons_empty_rows_and_a_declared_delimiter_is_read_as_an_import_reads_it() {
    for csv in [
        "\u{feff}sep=;\r\nUser;PIN;First_Name\r\n90786; 837461 ;Ada\r\n;;\r\n",
        "user;pin;First_Name\n90786;837461;Ada\n;;\n\n",
    ] {
        let ringbolt = Start::new()
            .with(&["--memory", "--flow", "flow.yaml", "--callers", "callers.csv"])
            .file("flow.yaml", FLOW)
            .file("callers.csv", csv)
            .run();
        assert_eq!(ringbolt.wix("c-1", "90786", "837461").text(), "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064");
        let (_, stderr) = ringbolt.end("INT");
        assert!(stderr.contains("reads `caller.first_name`, but the column is `First_Name`"), "{stderr}");
    }
}
