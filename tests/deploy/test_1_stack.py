"""What `sam deploy` has made, read back from the account."""

import json
import string

import pytest

from conftest import PARAMETERS, STACK_NAME

TABLES = {"Callers": ["pk"], "Calls": ["pk", "sk"], "Flows": ["pk", "sk"], "Audit": ["pk", "sk"]}
FUNCTIONS = ("AuthWebhookFunction", "NextActionFunction", "TranscriptionPostbackFunction")
ROUTES = {
    "POST /wix-answers/{flow}/auth": "AuthWebhookFunction",
    "GET /dialogtech/{flow}/next-action": "NextActionFunction",
    "POST /dialogtech/{flow}/next-action": "NextActionFunction",
    "GET /dialogtech/{flow}/transcription": "TranscriptionPostbackFunction",
}


def table(aws, stack, name):
    return aws("dynamodb").describe_table(TableName=stack.outputs[f"{name}TableName"])["Table"]


def test_every_stack_is_complete(aws, stack):
    described = [aws("cloudformation").describe_stacks(StackName=name)["Stacks"][0] for name in stack.stacks]
    assert len(described) == 4
    assert {each["StackStatus"] for each in described} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_keys_that_the_code_writes(aws, stack, name):
    found = table(aws, stack, name)
    assert [key["AttributeName"] for key in found["KeySchema"]] == TABLES[name]
    assert [key["KeyType"] for key in found["KeySchema"]] == ["HASH", "RANGE"][: len(TABLES[name])]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_calls_are_indexed_by_ivr_and_day_with_their_keys_alone(aws, stack):
    (index,) = table(aws, stack, "Calls")["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-ivr-day"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["ivr_day", "at"]
    assert index["Projection"]["ProjectionType"] == "KEYS_ONLY"
    kinds = {a["AttributeName"]: a["AttributeType"] for a in table(aws, stack, "Calls")["AttributeDefinitions"]}
    assert kinds == {"pk": "S", "sk": "S", "ivr_day": "S", "at": "N"}


# TTL and recovery are in the emulator's tables because our launcher passes them on from the template, as AWS does.
@pytest.mark.parametrize("name", ["Callers", "Calls"])
def test_what_expires_does_so_by_its_attribute(aws, stack, name):
    found = aws("dynamodb").describe_time_to_live(TableName=stack.outputs[f"{name}TableName"])
    assert found["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


@pytest.mark.parametrize("name", ["Flows", "Audit"])
def test_call_flows_and_the_record_of_changes_do_not_expire(aws, stack, name):
    found = aws("dynamodb").describe_time_to_live(TableName=stack.outputs[f"{name}TableName"])
    assert found["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_encrypted_and_can_be_restored_to_a_point_in_time(aws, stack, name):
    backups = aws("dynamodb").describe_continuous_backups(TableName=stack.outputs[f"{name}TableName"])
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    found = table(aws, stack, name)
    assert found["SSEDescription"]["Status"] == "ENABLED"
    # A dev stack leaves nothing behind; prod has this on.
    assert found["DeletionProtectionEnabled"] is False


@pytest.mark.parametrize(
    ("output", "length"), [("PinKeySecretArn", 88), ("WebhookTokenSecretArn", 40)], ids=["pin-key", "webhook-token"]
)
def test_secrets_are_generated_of_letters_and_digits(aws, stack, output, length):
    secret = json.loads(aws("secretsmanager").get_secret_value(SecretId=stack.outputs[output])["SecretString"])
    assert list(secret) == ["current"]
    # Not in an assertion of its own: pytest would show the secret.
    fits = len(secret["current"]) == length and set(secret["current"]) <= set(string.ascii_letters + string.digits)
    assert fits


def test_there_are_these_routes_each_to_its_function_and_no_other(aws, stack):
    gateway, api = aws("apigatewayv2"), stack.outputs["HttpApiId"]
    integrations = {i["IntegrationId"]: i for i in gateway.get_integrations(ApiId=api)["Items"]}
    found = {}
    for route in gateway.get_routes(ApiId=api)["Items"]:
        integration = integrations[route["Target"].removeprefix("integrations/")]
        assert integration["PayloadFormatVersion"] == "2.0"
        # ...:function:NAME, or NAME:live
        found[route["RouteKey"]] = integration["IntegrationUri"].split(":function:")[1].split(":")[0]
    functions = stack.resources["AWS::Lambda::Function"]
    assert found == {route: functions[function] for route, function in ROUTES.items()}


def test_the_stage_is_throttled_and_logs_no_query_string(aws, stack):
    stage = aws("apigatewayv2").get_stage(ApiId=stack.outputs["HttpApiId"], StageName="$default")
    # The emulator stores the limits and does not enforce them; AWS does both.
    settings = stage["DefaultRouteSettings"]
    assert float(settings["ThrottlingRateLimit"]) == float(PARAMETERS["ThrottleRate"])
    assert int(settings["ThrottlingBurstLimit"]) == int(PARAMETERS["ThrottleBurst"])
    # Nor does it write access logs, so their format is all that can be looked at.
    log_format = json.loads(stage["AccessLogSettings"]["Format"])
    assert log_format["routeKey"] == "$context.routeKey"
    telling = ("$context.path", "$context.http.path", "querystring", "$context.requestOverride")
    assert not [value for value in log_format.values() if any(word in value.lower() for word in telling)]
    group = stack.physical_id("AWS::Logs::LogGroup", "AccessLogGroup")
    assert stage["AccessLogSettings"]["DestinationArn"].removesuffix(":*").endswith(f":log-group:{group}")


def test_every_log_group_forgets(aws, stack):
    groups = stack.resources["AWS::Logs::LogGroup"]
    assert len(groups) == 4
    for name in groups.values():
        (found,) = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        assert found["retentionInDays"] == int(PARAMETERS["LogRetentionDays"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_configured_as_the_parameters_say(aws, stack, function):
    name = stack.physical_id("AWS::Lambda::Function", function)
    found = aws("lambda").get_function_configuration(FunctionName=name)
    assert (found["Runtime"], found["Architectures"]) == ("provided.al2023", [PARAMETERS["Architecture"]])
    variables = found["Environment"]["Variables"]
    assert variables["RINGBOLT_DEADLINE_MS"] == PARAMETERS["DeadlineMs"]
    assert variables["RINGBOLT_RETENTION_DAYS"] == PARAMETERS["RetentionDays"]
    assert variables["RINGBOLT_WEBHOOK_TOKENS"] == f"secretsmanager:{stack.outputs['WebhookTokenSecretArn']}"
    # Longer than any deadline, shorter than the 30 s of an HTTP API.
    assert 25 < found["Timeout"] < 30
    group = stack.physical_id("AWS::Logs::LogGroup", function.removesuffix("Function") + "LogGroup")
    assert found["LoggingConfig"]["LogGroup"] == group


def test_alarms_watch_what_somebody_emits(aws, stack):
    names = list(stack.resources["AWS::CloudWatch::Alarm"].values())
    alarms = aws("cloudwatch").describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
    assert len(alarms) == len(names)
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms}
    expected = {("Ringbolt", name) for name in ("Fallbacks", "LatencyMs", "Locked")}
    expected |= {("AWS/ApiGateway", "5xx"), ("AWS/Lambda", "Throttles")}
    assert expected <= watched
    # The emulator evaluates alarms on metrics that it was told; whether AWS emits a metric of its own it cannot know.
    functions = set(stack.resources["AWS::Lambda::Function"].values())
    packages = {"auth-webhook", "next-action", "transcription-postback"}
    for alarm in alarms:
        of_function = {"Ringbolt": packages, "AWS/Lambda": functions}.get(alarm["Namespace"])
        values = {d["Value"] for d in alarm["Dimensions"] if d["Name"] in ("Function", "FunctionName")}
        assert of_function is None or (values and values <= of_function), alarm["AlarmName"]


def test_the_alarms_thresholds_are_those_of_the_parameters(aws, stack):
    names = list(stack.resources["AWS::CloudWatch::Alarm"].values())
    alarms = aws("cloudwatch").describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
    latency = [alarm for alarm in alarms if alarm["MetricName"] == "LatencyMs"]
    assert {(a["Threshold"], a["ExtendedStatistic"]) for a in latency} == {(float(PARAMETERS["LatencyAlarmMs"]), "p99")}
    locked = [alarm for alarm in alarms if alarm["MetricName"] == "Locked"]
    assert {(a["Threshold"], a["Period"]) for a in locked} == {(float(PARAMETERS["LockedPerHour"]), 3600)}


def test_the_dashboard_has_widgets(aws, stack):
    name = stack.physical_id("AWS::CloudWatch::Dashboard", "Dashboard")
    body = json.loads(aws("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    assert len(body["widgets"]) > 3


def test_transcriptions_that_were_not_stored_have_a_queue_and_an_end(aws, stack):
    queue = stack.physical_id("AWS::SQS::Queue", "TranscriptionsQueue")
    found = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert int(found["MessageRetentionPeriod"]) == 14 * 86_400
    assert json.loads(found["RedrivePolicy"])["deadLetterTargetArn"].endswith(
        stack.physical_id("AWS::SQS::Queue", "TranscriptionsDeadLetters").rsplit("/", 1)[1]
    )
    # AWS refuses an event source whose queue shows a message again while the function may still be at work.
    function = stack.physical_id("AWS::Lambda::Function", "TranscriptionPostbackFunction")
    timeout = aws("lambda").get_function_configuration(FunctionName=function)["Timeout"]
    assert int(found["VisibilityTimeout"]) >= 6 * timeout


def test_outputs_are_ready_to_paste(stack):
    host = f"https://{stack.outputs['HttpApiId']}.execute-api.eu-west-1.amazonaws.com"
    assert stack.outputs["WixAnswersUrl"] == f"{host}/wix-answers/{{flow}}/auth?auth=TOKEN"
    assert stack.outputs["DialogTechNextActionUrl"] == f"{host}/dialogtech/{{flow}}/next-action?auth=TOKEN"
    assert stack.outputs["DialogTechTranscriptionUrl"] == f"{host}/dialogtech/{{flow}}/transcription?auth=TOKEN"
    show_token = stack.outputs["ShowToken"]
    assert show_token.startswith("aws secretsmanager get-secret-value ")
    assert stack.outputs["WebhookTokenSecretArn"] in show_token.split()
    assert STACK_NAME in show_token
