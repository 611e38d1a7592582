"""Deleting a dev stack leaves nothing behind; deleting a prod stack leaves everything that cannot be recreated.

`sam delete` cannot handle the URLs that the emulator gives to nested stacks. So these tests call CloudFormation
directly, which is also what `sam delete` does.
"""

import time

import pytest

import sam
from conftest import PARAMETERS, STACK_NAME
from stack import Stack

DELETED_WITHIN_SECS = 60


def delete(aws, stack):
    cloudformation = aws("cloudformation")
    cloudformation.delete_stack(StackName=stack.name)
    give_up = time.monotonic() + DELETED_WITHIN_SECS
    while any(summary["StackName"] == stack.name for summary in remaining_stacks(aws)):
        assert time.monotonic() < give_up, f"{stack.name} was not deleted in time"
        time.sleep(0.1)


def remaining_stacks(aws):
    pages = aws("cloudformation").get_paginator("list_stacks").paginate()
    summaries = [summary for page in pages for summary in page["StackSummaries"]]
    return [summary for summary in summaries if summary["StackStatus"] != "DELETE_COMPLETE"]


def remaining(aws):
    """The resources in the account, by kind."""
    everything = {
        "stacks": [summary["StackName"] for summary in remaining_stacks(aws)],
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "secrets": [secret["Name"] for secret in aws("secretsmanager").list_secrets()["SecretList"]],
        "queues": [url.rsplit("/", 1)[1] for url in aws("sqs").list_queues().get("QueueUrls", [])],
        "functions": [found["FunctionName"] for found in aws("lambda").list_functions()["Functions"]],
        "event sources": [found["UUID"] for found in aws("lambda").list_event_source_mappings()["EventSourceMappings"]],
        "APIs": [api["Name"] for api in aws("apigatewayv2").get_apis()["Items"]],
        "roles": [role["RoleName"] for role in aws("iam").list_roles()["Roles"]],
        "log groups": [group["logGroupName"] for group in aws("logs").describe_log_groups()["logGroups"]],
        "alarms": [alarm["AlarmName"] for alarm in aws("cloudwatch").describe_alarms()["MetricAlarms"]],
        "dashboards": [found["DashboardName"] for found in aws("cloudwatch").list_dashboards()["DashboardEntries"]],
        "buses": [bus["Name"] for bus in aws("events").list_event_buses()["EventBuses"] if bus["Name"] != "default"],
        "pipes": [pipe["Name"] for pipe in aws("pipes").list_pipes()["Pipes"]],
    }
    # SAM's own stack, with the bucket for uploads, is shared by all stacks in an account, so ours does not delete it.
    return {kind: [name for name in names if "aws-sam-cli" not in name] for kind, names in everything.items()}


def test_a_dev_stack_leaves_nothing_behind(aws, stack):
    before = remaining(aws)
    assert all(before.values()), "the stack must have resources of each kind"
    delete(aws, stack)
    assert {kind: names for kind, names in remaining(aws).items() if names} == {}


@pytest.fixture(scope="module")
def prod(scratch, emulator, aws):
    name = f"{STACK_NAME}-prod"
    parameters = {**PARAMETERS, "Stage": "prod", "StreamEvents": "false", "EnrolFunction": "false", "VoiceWebhook": "false"}
    sam.deploy(scratch, emulator.endpoint, name, parameters)
    unprotected = Stack(aws, name).resources["AWS::DynamoDB::Table"].values()
    # A failed first deployment could not delete protected tables, so the second one protects them.
    assert not [table for table in unprotected if protected(aws, table)]
    sam.deploy(scratch, emulator.endpoint, name, {**parameters, "DeletionProtection": "true"})
    return Stack(aws, name)


def protected(aws, table):
    return aws("dynamodb").describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]


def test_in_prod_tables_are_protected_and_events_are_off_by_default(aws, prod):
    for name in prod.resources["AWS::DynamoDB::Table"].values():
        table = aws("dynamodb").describe_table(TableName=name)["Table"]
        assert table["DeletionProtectionEnabled"] is True
        assert not table.get("StreamSpecification", {}).get("StreamEnabled", False)
        with pytest.raises(aws("dynamodb").exceptions.ClientError):
            aws("dynamodb").delete_table(TableName=name)
    assert "AWS::Pipes::Pipe" not in prod.resources


def test_the_enrolment_function_and_the_voice_webhook_are_optional(aws, prod):
    assert len(prod.resources["AWS::Lambda::Function"]) == 3
    optional = ("Enrol", "VoiceWebhook", "Twiml")
    named = [name for of_kind in prod.resources.values() for name in of_kind] + list(prod.outputs)
    assert [name for name in named if name.startswith(optional)] == []
    routes = aws("apigatewayv2").get_routes(ApiId=prod.outputs["HttpApiId"])["Items"]
    assert len(routes) == 4 and not [route for route in routes if "twiml" in route["RouteKey"]]


def test_what_cannot_work_is_refused_before_anything_is_changed(scratch, emulator, aws):
    before = remaining(aws)
    for parameters, sentence in [
        ({"MemorySize": "256"}, "With less than 512 MB, Argon2id"),
        ({"ReservedConcurrency": "1"}, "ReservedConcurrency must be empty, 0, or a number from 2 to 9999"),
    ]:
        with pytest.raises(AssertionError, match=sentence):
            sam.deploy(scratch, emulator.endpoint, f"{STACK_NAME}-refused", {**PARAMETERS, **parameters})
    # The change set may leave an empty stack in review.
    after = remaining(aws)
    assert {**after, "stacks": before["stacks"]} == before


def test_a_prod_stack_leaves_tables_secrets_and_queues(aws, prod):
    delete(aws, prod)
    kept = {kind: len(names) for kind, names in remaining(aws).items() if names}
    assert kept == {"tables": 5, "secrets": 2, "queues": 2}
