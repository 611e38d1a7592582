//! CloudFormation: the description of a stack ("AWS CloudFormation API Reference, DescribeStacks").

use super::{Client, Failure, Service, http_request, response::body};
use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::HttpResponse};
use aws_smithy_types::error::ErrorMetadata;
use form_urlencoded::Serializer;
use http::{Request, header::CONTENT_TYPE};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

pub(super) const SERVICE: Service = Service { id: "CloudFormation", name: "cloudformation", refusal };

/// A client of CloudFormation.
pub(crate) struct CloudFormation(Client);

/// A stack. Values that CloudFormation leaves out are `None` or missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stack {
    /// Its ARN.
    pub(crate) id: Option<String>,
    /// Such as `UPDATE_COMPLETE`.
    pub(crate) status: Option<String>,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl CloudFormation {
    pub(crate) fn new(sdk: &SdkConfig, timeouts: TimeoutConfig) -> Self {
        Self(Client::new(SERVICE, sdk).timeouts(timeouts))
    }

    /// Describes a stack. `None` if CloudFormation describes no stack.
    ///
    /// # Errors
    /// There is no such stack (`ValidationError`), or CloudFormation refuses or does not answer.
    pub(crate) async fn stack(&self, name: &str) -> Result<Option<Stack>, Failure> {
        let form = Serializer::new(String::new())
            .extend_pairs([("Action", "DescribeStacks"), ("Version", "2010-05-15"), ("StackName", name)])
            .finish();
        let head = Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.0.send("DescribeStacks", http_request(head, form), stack).await
    }
}

fn stack(response: &HttpResponse) -> Result<Option<Stack>, BoxError> {
    let text = str::from_utf8(body(response))?;
    let document = Document::parse(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "DescribeStacksResponse" {
        return Err("this is not a description of stacks".into());
    }
    let stacks = child(root, "DescribeStacksResult").and_then(|result| child(result, "Stacks"));
    let stack = stacks.and_then(|stacks| child(stacks, "member"));
    Ok(stack.map(|stack| Stack {
        id: child(stack, "StackId").map(content),
        status: child(stack, "StackStatus").map(content),
        outputs: map(stack, "Outputs", "OutputKey", "OutputValue"),
        parameters: map(stack, "Parameters", "ParameterKey", "ParameterValue"),
    }))
}

/// Reads an error ("AWS query protocol, Operation error serialization").
fn refusal(response: &HttpResponse) -> ErrorMetadata {
    let mut error = ErrorMetadata::builder();
    // A proxy may answer something else.
    let text = str::from_utf8(body(response)).unwrap_or_default();
    let document = Document::parse(text);
    let found = document.as_ref().ok().and_then(|document| child(document.root_element(), "Error"));
    if let Some(code) = found.and_then(|error| child(error, "Code")) {
        error = error.code(content(code));
    }
    if let Some(message) = found.and_then(|error| child(error, "Message")) {
        error = error.message(content(message));
    }
    error.build()
}

/// A list of pairs.
fn map(stack: Node<'_, '_>, list: &str, key: &str, value: &str) -> BTreeMap<String, String> {
    let members = child(stack, list).into_iter().flat_map(|list| list.children());
    members.filter_map(|pair| Some((child(pair, key).map(content)?, child(pair, value).map(content)?))).collect()
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn content(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    fn response(text: &str) -> HttpResponse {
        HttpResponse::new(200.try_into().unwrap(), SdkBody::from(text))
    }

    /// The form of the example in CloudFormation's API reference.
    const DESCRIBED: &str = r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult>
    <Stacks>
      <member>
        <StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/prod/aaf549a0</StackId>
        <StackName>prod</StackName>
        <Description>IVR &amp; PINs</Description>
        <CreationTime>2026-07-27T22:26:28Z</CreationTime>
        <RollbackConfiguration><RollbackTriggers/></RollbackConfiguration>
        <Outputs>
          <member>
            <OutputKey>ApiUrl</OutputKey>
            <OutputValue>https://a.example/?a=1&amp;b=2</OutputValue>
            <Description>Base URL</Description>
          </member>
          <member><OutputKey>Empty</OutputKey><OutputValue/></member>
          <member><OutputKey>WithoutValue</OutputKey></member>
        </Outputs>
        <Parameters>
          <member><ParameterKey>PinHash</ParameterKey><ParameterValue>keyed</ParameterValue></member>
        </Parameters>
        <StackStatus>CREATE_COMPLETE</StackStatus>
      </member>
      <member><StackName>another</StackName></member>
    </Stacks>
  </DescribeStacksResult>
  <ResponseMetadata><RequestId>b9b4b068</RequestId></ResponseMetadata>
</DescribeStacksResponse>"#;

    #[test]
    fn a_described_stack_is_read() {
        let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let expected = Stack {
            id: Some("arn:aws:cloudformation:eu-west-1:123456789012:stack/prod/aaf549a0".to_owned()),
            status: Some("CREATE_COMPLETE".to_owned()),
            outputs: pairs(&[("ApiUrl", "https://a.example/?a=1&b=2"), ("Empty", "")]),
            parameters: pairs(&[("PinHash", "keyed")]),
        };
        assert_eq!(stack(&response(DESCRIBED)).unwrap(), Some(expected));
        let none =
            "<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>";
        assert_eq!(stack(&response(none)).unwrap(), None);
        for other in ["", "{}", "<html/>", "<DescribeStacksResponse>"] {
            assert!(stack(&response(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn an_error_is_read() {
        let text = r#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
            <Code>ValidationError</Code><Message>Stack with id prod does not exist</Message></Error>
            <RequestId>r</RequestId></ErrorResponse>"#;
        let error = refusal(&response(text));
        assert_eq!(
            (error.code(), error.message()),
            (Some("ValidationError"), Some("Stack with id prod does not exist"))
        );
        for other in ["", "busy", "<html><Error/></html>"] {
            assert_eq!(refusal(&response(other)), ErrorMetadata::builder().build(), "{other}");
        }
    }
}
