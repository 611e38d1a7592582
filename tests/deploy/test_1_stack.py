"""Reads back from the account what `sam deploy` created."""

import json
import string

import pytest

from conftest import PARAMETERS, STACK_NAME

TABLES = {
    "Callers": ["pk"],
    "Calls": ["pk", "sk"],
    "Counters": ["pk"],
    "Flows": ["pk", "sk"],
    "Audit": ["pk", "sk"],
}
FUNCTIONS = ("AuthWebhookFunction", "NextActionFunction", "TranscriptionPostbackFunction", "VoiceWebhookFunction")
ROUTES = {
    "POST /wix-answers/{flow}/auth": "AuthWebhookFunction",
    "GET /dialogtech/{flow}/next-action": "NextActionFunction",
    "POST /dialogtech/{flow}/next-action": "NextActionFunction",
    "GET /dialogtech/{flow}/transcription": "TranscriptionPostbackFunction",
    "POST /twiml/{flow}/voice": "VoiceWebhookFunction",
    "POST /twiml/{flow}/transcription": "VoiceWebhookFunction",
}


def table(aws, stack, name):
    return aws("dynamodb").describe_table(TableName=stack.outputs[f"{name}TableName"])["Table"]


def test_every_stack_is_complete(aws, stack):
    described = [aws("cloudformation").describe_stacks(StackName=name)["Stacks"][0] for name in stack.stacks]
    assert len(described) == 4
    assert {each["StackStatus"] for each in described} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_the_tags_of_samconfig_are_on_the_stack_and_on_what_is_in_it(aws, stack):
    expected = {"application": "ringbolt", "stage": "dev"}
    described = aws("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    assert {tag["Key"]: tag["Value"] for tag in described["Tags"]} == expected
    arn = table(aws, stack, "Callers")["TableArn"]
    tags = aws("dynamodb").list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert expected.items() <= {tag["Key"]: tag["Value"] for tag in tags}.items()


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_keys_that_the_code_writes(aws, stack, name):
    found = table(aws, stack, name)
    assert [key["AttributeName"] for key in found["KeySchema"]] == TABLES[name]
    assert [key["KeyType"] for key in found["KeySchema"]] == ["HASH", "RANGE"][: len(TABLES[name])]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_indexes_of_calls_contain_only_keys(aws, stack):
    indexes = table(aws, stack, "Calls")["GlobalSecondaryIndexes"]
    keys = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in indexes}
    assert keys == {"by-caller": ["who", "at"], "by-ivr-day": ["ivr_day", "at"]}
    assert {index["Projection"]["ProjectionType"] for index in indexes} == {"KEYS_ONLY"}
    kinds = {a["AttributeName"]: a["AttributeType"] for a in table(aws, stack, "Calls")["AttributeDefinitions"]}
    assert kinds == {"pk": "S", "sk": "S", "who": "S", "ivr_day": "S", "at": "N"}


# The emulator's tables have TTL and recovery because our fix passes them on from the template, as AWS does.
@pytest.mark.parametrize("name", ["Callers", "Calls", "Counters"])
def test_callers_calls_and_counters_have_a_ttl_attribute(aws, stack, name):
    found = aws("dynamodb").describe_time_to_live(TableName=stack.outputs[f"{name}TableName"])
    assert found["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


@pytest.mark.parametrize("name", ["Flows", "Audit"])
def test_call_flows_and_the_audit_log_do_not_expire(aws, stack, name):
    found = aws("dynamodb").describe_time_to_live(TableName=stack.outputs[f"{name}TableName"])
    assert found["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"


@pytest.mark.parametrize("name", TABLES)
def test_all_tables_but_the_counters_can_be_restored(aws, stack, name):
    backups = aws("dynamodb").describe_continuous_backups(TableName=stack.outputs[f"{name}TableName"])
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    # Counters live for a day at most.
    assert recovery["PointInTimeRecoveryStatus"] == ("DISABLED" if name == "Counters" else "ENABLED")
    found = table(aws, stack, name)
    # DynamoDB encrypts every table; a description means a key in KMS, which is billed.
    assert "SSEDescription" not in found
    # Off in dev, so that a dev stack leaves nothing behind.
    assert found["DeletionProtectionEnabled"] is False


@pytest.mark.parametrize(
    ("output", "length"), [("PinKeySecretArn", 88), ("WebhookTokenSecretArn", 40)], ids=["pin-key", "webhook-token"]
)
def test_generated_secrets_consist_of_letters_and_digits(aws, stack, output, length):
    secret = json.loads(aws("secretsmanager").get_secret_value(SecretId=stack.outputs[output])["SecretString"])
    assert list(secret) == ["current"]
    # Asserting the expression itself would make pytest show the secret.
    fits = len(secret["current"]) == length and set(secret["current"]) <= set(string.ascii_letters + string.digits)
    assert fits


def test_the_api_has_exactly_these_routes_each_to_its_function(aws, stack):
    gateway, api = aws("apigatewayv2"), stack.outputs["HttpApiId"]
    integrations = {i["IntegrationId"]: i for i in gateway.get_integrations(ApiId=api)["Items"]}
    found = {}
    for route in gateway.get_routes(ApiId=api)["Items"]:
        integration = integrations[route["Target"].removeprefix("integrations/")]
        assert integration["PayloadFormatVersion"] == "2.0"
        # ...:function:NAME:live
        name, alias = integration["IntegrationUri"].split(":function:")[1].split(":")
        assert alias == "live"
        found[route["RouteKey"]] = name
    functions = stack.resources["AWS::Lambda::Function"]
    assert found == {route: functions[function] for route, function in ROUTES.items()}


def test_the_stage_is_throttled_and_logs_no_query_string(aws, stack):
    stage = aws("apigatewayv2").get_stage(ApiId=stack.outputs["HttpApiId"], StageName="$default")
    # The emulator stores the limits but does not enforce them, unlike AWS.
    settings = stage["DefaultRouteSettings"]
    assert float(settings["ThrottlingRateLimit"]) == float(PARAMETERS["ThrottleRate"])
    assert int(settings["ThrottlingBurstLimit"]) == int(PARAMETERS["ThrottleBurst"])
    # It does not write access logs either, so only their format can be checked.
    log_format = json.loads(stage["AccessLogSettings"]["Format"])
    assert log_format["routeKey"] == "$context.routeKey"
    forbidden = ("$context.path", "$context.http.path", "querystring", "$context.requestOverride")
    assert not [value for value in log_format.values() if any(word in value.lower() for word in forbidden)]
    group = stack.physical_id("AWS::Logs::LogGroup", "AccessLogGroup")
    assert group.startswith("/aws/vendedlogs/")
    assert stage["AccessLogSettings"]["DestinationArn"].removesuffix(":*").endswith(f":log-group:{group}")


def test_every_log_group_has_a_retention_period(aws, stack):
    groups = stack.resources["AWS::Logs::LogGroup"]
    assert len(groups) == 6
    for name in groups.values():
        (found,) = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        assert found["retentionInDays"] == int(PARAMETERS["LogRetentionDays"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_configured_by_the_parameters(aws, stack, function):
    name = stack.physical_id("AWS::Lambda::Function", function)
    found = aws("lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    assert found["Version"] == "1"
    assert f"{PARAMETERS['DeadlineMs']} ms" in found["Description"]
    assert (found["Runtime"], found["Architectures"]) == ("provided.al2023", [PARAMETERS["Architecture"]])
    variables = found["Environment"]["Variables"]
    assert variables["RINGBOLT_STACK"] == STACK_NAME
    assert variables["RINGBOLT_DEADLINE_MS"] == PARAMETERS["DeadlineMs"]
    assert variables["RINGBOLT_RETENTION_DAYS"] == PARAMETERS["RetentionDays"]
    admission = {
        "RINGBOLT_WEBHOOK_TOKENS": f"secretsmanager:{stack.outputs['WebhookTokenSecretArn']}",
        "RINGBOLT_TWIML_KEYS": f"secretsmanager:{stack.outputs['TwimlKeySecretArn']}",
    }
    # Each function has one of the two.
    expected = "RINGBOLT_TWIML_KEYS" if function == "VoiceWebhookFunction" else "RINGBOLT_WEBHOOK_TOKENS"
    assert {name: variables[name] for name in admission if name in variables} == {expected: admission[expected]}
    # Longer than any deadline, but shorter than an HTTP API's limit of 30 s.
    assert 25 < found["Timeout"] < 30
    group = stack.physical_id("AWS::Logs::LogGroup", function.removesuffix("Function") + "LogGroup")
    assert found["LoggingConfig"]["LogGroup"] == group


def test_the_enrolment_function_gets_only_what_it_needs(aws, stack):
    name = stack.physical_id("AWS::Lambda::Function", "EnrolmentFunction")
    assert stack.outputs["EnrolFunctionName"] == name
    found = aws("lambda").get_function_configuration(FunctionName=name)
    assert (found["Runtime"], found["Timeout"]) == ("provided.al2023", 60)
    variables = found["Environment"]["Variables"]
    assert variables == {
        "RINGBOLT_CALLERS_TABLE": stack.outputs["CallersTableName"],
        "RINGBOLT_PIN_KEYS": f"secretsmanager:{stack.outputs['PinKeySecretArn']}",
        "RINGBOLT_PIN_HASH": "argon2id",
        "RINGBOLT_LOG_LEVEL": "info",
        "RINGBOLT_STACK": STACK_NAME,
    }
    group = stack.physical_id("AWS::Logs::LogGroup", "EnrolmentLogGroup")
    assert found["LoggingConfig"]["LogGroup"] == group == stack.outputs["EnrolLogGroupName"]


def test_alarms_watch_existing_metrics(aws, stack):
    names = list(stack.resources["AWS::CloudWatch::Alarm"].values())
    alarms = aws("cloudwatch").describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
    assert len(alarms) == len(names)
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms}
    expected = {("Ringbolt", name) for name in ("BadSignatures", "Fallbacks", "LatencyMs", "Locked", "Queued", "Refused")}
    expected |= {("AWS/ApiGateway", "5xx"), ("AWS/Lambda", "Errors"), ("AWS/Lambda", "Throttles")}
    assert expected <= watched
    # The emulator cannot tell whether AWS really emits the metrics of its own services.
    functions = set(stack.resources["AWS::Lambda::Function"].values())
    packages = {"auth-webhook", "next-action", "transcription-postback", "voice-webhook", "enrol"}
    for alarm in alarms:
        known = {"Ringbolt": packages, "AWS/Lambda": functions}.get(alarm["Namespace"])
        values = {d["Value"] for d in alarm["Dimensions"] if d["Name"] in ("Function", "FunctionName")}
        assert known is None or (values and values <= known), alarm["AlarmName"]


def test_alarm_thresholds_come_from_the_parameters(aws, stack):
    names = list(stack.resources["AWS::CloudWatch::Alarm"].values())
    alarms = aws("cloudwatch").describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
    latency = [alarm for alarm in alarms if alarm["MetricName"] == "LatencyMs"]
    assert {(a["Threshold"], a["ExtendedStatistic"]) for a in latency} == {(float(PARAMETERS["LatencyAlarmMs"]), "p99")}
    locked = [alarm for alarm in alarms if alarm["MetricName"] == "Locked"]
    assert {(a["Threshold"], a["Period"]) for a in locked} == {(float(PARAMETERS["LockedPerHour"]), 3600)}
    guesses = [alarm for alarm in alarms if "#many-wrong-pins" in alarm["AlarmDescription"]]
    assert {alarm["Threshold"] for alarm in guesses} == {float(PARAMETERS["WrongGuessesPer15Min"])}


def test_every_alarm_says_where_in_the_runbook_it_is_explained(aws, stack):
    names = list(stack.resources["AWS::CloudWatch::Alarm"].values())
    alarms = aws("cloudwatch").describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
    assert len(alarms) > 20
    assert [alarm["AlarmName"] for alarm in alarms if "Runbook: docs/runbook.md#" not in alarm["AlarmDescription"]] == []


def test_the_dashboard_has_widgets(aws, stack):
    name = stack.physical_id("AWS::CloudWatch::Dashboard", "Dashboard")
    body = json.loads(aws("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    assert len(body["widgets"]) > 3


def test_transcriptions_have_a_queue_and_a_dead_letter_queue(aws, stack):
    queue = stack.physical_id("AWS::SQS::Queue", "TranscriptionsQueue")
    found = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert int(found["MessageRetentionPeriod"]) == 14 * 86_400
    assert json.loads(found["RedrivePolicy"])["deadLetterTargetArn"].endswith(
        stack.physical_id("AWS::SQS::Queue", "TranscriptionsDeadLetters").rsplit("/", 1)[1]
    )
    # AWS refuses an event source whose queue redelivers a message while the function may still be working on it.
    function = stack.physical_id("AWS::Lambda::Function", "TranscriptionPostbackFunction")
    timeout = aws("lambda").get_function_configuration(FunctionName=function)["Timeout"]
    assert int(found["VisibilityTimeout"]) >= 6 * timeout


def test_outputs_are_ready_to_paste(stack):
    host = f"https://{stack.outputs['HttpApiId']}.execute-api.eu-west-1.amazonaws.com"
    assert stack.outputs["WixAnswersUrl"] == f"{host}/wix-answers/{{flow}}/auth?auth=TOKEN"
    assert stack.outputs["DialogTechNextActionUrl"] == f"{host}/dialogtech/{{flow}}/next-action?auth=TOKEN"
    assert stack.outputs["DialogTechTranscriptionUrl"] == f"{host}/dialogtech/{{flow}}/transcription?auth=TOKEN"
    assert stack.outputs["VoiceWebhookUrl"] == f"{host}/twiml/{{flow}}/voice"
    assert stack.outputs["VoiceWebhookFunctionName"] == stack.physical_id("AWS::Lambda::Function", "VoiceWebhookFunction")
    assert stack.outputs["VoiceWebhookLogGroupName"] == stack.physical_id("AWS::Logs::LogGroup", "VoiceWebhookLogGroup")
    show_token = stack.outputs["ShowToken"]
    assert show_token.startswith("aws secretsmanager get-secret-value ")
    assert stack.outputs["WebhookTokenSecretArn"] in show_token.split()
    assert STACK_NAME in show_token
