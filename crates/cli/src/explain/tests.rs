use super::*;

fn sentence(error: &AccessError) -> String {
    let sentence = error.to_string();
    assert!(!sentence.contains('\n') && !sentence.ends_with('.'), "{sentence}");
    sentence
}

#[test]
fn database_errors_say_where_and_what_to_do() {
    let denied = |code: &str, action: Option<&str>| StoreError::Denied {
        code: code.to_owned(),
        action: action.map(str::to_owned),
    };
    let cases: [(StoreError, &[&str]); 10] = [
        (StoreError::NoTable, &["no such table", "the stack prod in eu-west-1", "--region"]),
        (StoreError::Unavailable, &["DynamoDB could not be reached", "the stack prod in eu-west-1", "network"]),
        (
            StoreError::Refused { code: "ValidationException".to_owned() },
            &["for the given table", "the stack prod in eu-west-1", "check its name"],
        ),
        (StoreError::Throttled, &["is throttling requests", "try again"]),
        (denied("ExpiredTokenException", None), &["have expired", "sign in again"]),
        (denied("UnrecognizedClientException", None), &["does not accept these credentials", "--profile"]),
        (denied("InvalidSignatureException", None), &["(InvalidSignatureException)", "clock"]),
        (
            denied("AccessDeniedException", Some("dynamodb:UpdateItem")),
            &["may not dynamodb:UpdateItem", "administrator"],
        ),
        (denied("AccessDeniedException", None), &["may not do this with DynamoDB"]),
        (StoreError::Nonsense, &["could not be read", "the stack prod in eu-west-1"]),
    ];
    for (error, parts) in cases {
        let text = sentence(&store(error, "the stack prod in eu-west-1", false));
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
    let text = sentence(&store(StoreError::Unavailable, "the local database in .ringbolt", true));
    assert!(text.contains("`ringbolt dev` stopped answering"), "{text}");
}

#[test]
fn secrets_manager_errors_name_the_secret_or_the_permission() {
    let not_given = |code: &str| SecretError::NotGiven { arn: "arn:x".to_owned(), code: code.to_owned() };
    let cases: [(SecretError, &[&str]); 5] = [
        (not_given("ResourceNotFoundException"), &["no secret arn:x in eu-west-1"]),
        (not_given("AccessDeniedException"), &["may not secretsmanager:GetSecretValue in eu-west-1"]),
        (not_given("no answer"), &["Secrets Manager could not be reached"]),
        (not_given("DecryptionFailure"), &["Secrets Manager refused the request (DecryptionFailure)"]),
        (SecretError::NoText { arn: "arn:x".to_owned() }, &["arn:x has no text"]),
    ];
    for (error, parts) in cases {
        let text = sentence(&secret(error, "eu-west-1"));
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn a_request_that_cannot_be_made_says_why() {
    let error = Failure::construction_failure("the region cannot be part of a host name");
    let said = sentence(&service("CloudFormation", &error, "eu west"));
    assert!(said.contains("CloudFormation (eu west): the region cannot be part of a host name; check"), "{said}");
}
