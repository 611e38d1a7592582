use super::*;

fn sentence(trouble: &Trouble) -> String {
    let sentence = trouble.to_string();
    assert!(!sentence.contains('\n') && !sentence.ends_with('.'), "{sentence}");
    sentence
}

#[test]
fn what_the_database_answers_says_where_and_what_to_do() {
    let denied = |code: &str, action: Option<&str>| StoreError::Denied {
        code: code.to_owned(),
        action: action.map(str::to_owned),
    };
    let cases: [(StoreError, &[&str]); 10] = [
        (StoreError::NoTable, &["no such table", "the stack prod in eu-west-1", "--region"]),
        (StoreError::Unavailable, &["DynamoDB was not reached", "the stack prod in eu-west-1", "network"]),
        (
            StoreError::Refused { code: "ValidationException".to_owned() },
            &["for the table given", "the stack prod in eu-west-1", "table's name"],
        ),
        (StoreError::Throttled, &["turns requests away", "try again"]),
        (denied("ExpiredTokenException", None), &["have expired", "sign in again"]),
        (denied("UnrecognizedClientException", None), &["does not take these credentials", "--profile"]),
        (denied("InvalidSignatureException", None), &["(InvalidSignatureException)", "clock"]),
        (denied("AccessDeniedException", Some("dynamodb:UpdateItem")), &["may not dynamodb:UpdateItem", "administers"]),
        (denied("AccessDeniedException", None), &["may not do this with DynamoDB"]),
        (StoreError::Nonsense, &["could not be read", "the stack prod in eu-west-1"]),
    ];
    for (error, parts) in cases {
        let said = sentence(&store(error, "the stack prod in eu-west-1", false));
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    }
    let said = sentence(&store(StoreError::Unavailable, "the local database in .ringbolt", true));
    assert!(said.contains("`ringbolt dev` does not answer"), "{said}");
}

#[test]
fn what_secrets_manager_answers_says_which_secret_or_which_permission() {
    let not_given = |code: &str| SecretError::NotGiven { arn: "arn:x".to_owned(), code: code.to_owned() };
    let cases: [(SecretError, &[&str]); 5] = [
        (not_given("ResourceNotFoundException"), &["no secret arn:x in eu-west-1"]),
        (not_given("AccessDeniedException"), &["may not secretsmanager:GetSecretValue in eu-west-1"]),
        (not_given("no answer"), &["Secrets Manager was not reached"]),
        (not_given("DecryptionFailure"), &["Secrets Manager refused the request (DecryptionFailure)"]),
        (SecretError::NoText { arn: "arn:x".to_owned() }, &["arn:x has no text"]),
    ];
    for (error, parts) in cases {
        let said = sentence(&secret(error, "eu-west-1"));
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    }
}
