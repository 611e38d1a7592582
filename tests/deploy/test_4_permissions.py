"""Each role allows exactly what its function needs.

Like IAM, the emulator decides from the deployed policies, and our launcher records its decisions. It differs from AWS
in two ways: it writes the functions' logs and receives messages from the queue by itself, while AWS uses the function's
role for both.
"""

import itertools

import pytest

from conftest import RECORDED
from permissions import Role, decisions
from test_2_voice import log_in as voice_log_in
from test_2_voice import transcribed
from test_2_webhooks import SUCCESS, item_of, log_in
from twiml import Call
from webhooks import within

UPDATE, GET, SECRET = "dynamodb:UpdateItem", "dynamodb:GetItem", "secretsmanager:GetSecretValue"
NEEDED = [
    ("AuthWebhook", UPDATE, "Callers"),
    ("AuthWebhook", UPDATE, "Counters"),
    ("AuthWebhook", GET, "Flows"),
    ("AuthWebhook", SECRET, "PinKey"),
    ("AuthWebhook", SECRET, "WebhookToken"),
    ("NextAction", UPDATE, "Callers"),
    ("NextAction", GET, "Callers"),
    ("NextAction", UPDATE, "Counters"),
    ("NextAction", GET, "Counters"),
    ("NextAction", UPDATE, "Calls"),
    ("NextAction", GET, "Flows"),
    ("NextAction", SECRET, "PinKey"),
    ("NextAction", SECRET, "WebhookToken"),
    ("TranscriptionPostback", UPDATE, "Calls"),
    ("TranscriptionPostback", GET, "Calls"),
    ("TranscriptionPostback", SECRET, "WebhookToken"),
    ("TranscriptionPostback", "sqs:SendMessage", "Queue"),
    ("VoiceWebhook", UPDATE, "Callers"),
    ("VoiceWebhook", GET, "Callers"),
    ("VoiceWebhook", UPDATE, "Counters"),
    ("VoiceWebhook", GET, "Counters"),
    ("VoiceWebhook", UPDATE, "Calls"),
    ("VoiceWebhook", GET, "Calls"),
    ("VoiceWebhook", GET, "Flows"),
    ("VoiceWebhook", SECRET, "PinKey"),
    ("VoiceWebhook", SECRET, "TwimlKey"),
    ("Enrolment", UPDATE, "Callers"),
    ("Enrolment", SECRET, "PinKey"),
]
#: What AWS does with the function's role and the emulator does without it: see above.
DONE_BY_AWS = {
    "AuthWebhook": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "NextAction": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "VoiceWebhook": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "TranscriptionPostback": {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    },
    "Enrolment": {"logs:CreateLogStream", "logs:PutLogEvents"},
}
#: The enrolment function has no URL; it is invoked.
PROBES = {
    "AuthWebhook": ("POST", "WixAnswersUrl"),
    "NextAction": ("GET", "DialogTechNextActionUrl"),
    "TranscriptionPostback": ("GET", "DialogTechTranscriptionUrl"),
    "VoiceWebhook": ("POST", "VoiceWebhookUrl"),
}
calls = itertools.count(70_020_000)


@pytest.fixture(scope="module")
def resources(aws, stack):
    """ARNs by the names used in NEEDED."""
    outputs = stack.outputs
    arns = {
        name: aws("dynamodb").describe_table(TableName=outputs[f"{name}TableName"])["Table"]["TableArn"]
        for name in ("Callers", "Calls", "Counters", "Flows")
    }
    queue = aws("sqs").get_queue_attributes(QueueUrl=outputs["TranscriptionsQueueUrl"], AttributeNames=["QueueArn"])
    return {
        **arns,
        "PinKey": outputs["PinKeySecretArn"],
        "WebhookToken": outputs["WebhookTokenSecretArn"],
        "TwimlKey": outputs["TwimlKeySecretArn"],
        "Queue": queue["Attributes"]["QueueArn"],
    }


@pytest.fixture
def paused_queue(aws, stack):
    """Stops draining the queue, so that tests can see its messages."""
    (mapping,) = stack.resources["AWS::Lambda::EventSourceMapping"].values()
    aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        yield
    finally:
        aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)


@pytest.fixture
def use(aws, stack, webhooks, enrol, auth_token):
    """For each function, uses everything that it does and checks the results."""

    def authenticate():
        answer = webhooks.authenticate("90705", "815294", f"a-{next(calls)}")
        assert (answer.status, answer.body) == (200, SUCCESS), answer

    def next_action():
        call = str(next(calls))
        app, parameters = log_in(webhooks, call, "90705", "815294")
        assert (app, parameters.get("id")) == ("ivr", "23456")
        balance = webhooks.next_action("34567", call, pass_through=parameters["p_t"])
        assert balance.body == "Your balance is 128 dollars.", balance
        item_of(aws, stack, call, "visit#12345#")

    def transcribe():
        call = str(next(calls))
        answer = webhooks.transcribe(call, "1", "All is well.")
        assert answer.status == 204, answer
        item_of(aws, stack, call, "transcript#23456#1")

    def voice():
        # The number of a call is not that of the record: that is about one run through an IVR.
        number = f"CA{next(calls)}"
        call = voice_log_in(Call(webhooks, auth_token, number), "90705", "815294")
        call.key("0")
        call.follow()
        assert call.heard() == "Your balance is 128 dollars.", call.answer
        item_of(aws, stack, f"{number}-r1", "visit#12345#")
        number = f"CA{next(calls)}"
        assert transcribed(Call(webhooks, auth_token, number, RECORDED), "All is well.").status == 204
        item_of(aws, stack, f"{number}-r1", "transcript#30001#3")

    def enrol_caller():
        enrol("90706", "815294")
        answer = webhooks.authenticate("90706", "815294", f"a-{next(calls)}")
        assert (answer.status, answer.body) == (200, SUCCESS), answer

    enrol("90705", "815294")
    return {
        "AuthWebhook": authenticate,
        "NextAction": next_action,
        "TranscriptionPostback": transcribe,
        "VoiceWebhook": voice,
        "Enrolment": enrol_caller,
    }


def role_of(aws, stack, function):
    return Role(aws, stack.physical_id("AWS::IAM::Role", f"{function}Role"))


def restart(aws, emulator, stack, webhooks, function):
    """Restarts a function, so that it needs the permissions for its start again."""
    name = stack.physical_id("AWS::Lambda::Function", f"{function}Function")
    emulator.end_function(name)
    # Unlike AWS, the emulator may notice that the process is gone only at the next request, and answer that with 502.
    # So send a request whose answer does not matter.
    if function in PROBES:
        webhooks.with_token(None).send(*PROBES[function], {})
    else:
        aws("lambda").invoke(FunctionName=name, Payload=b'{"operation":"check"}')


def test_a_transcription_that_cannot_be_stored_is_queued_and_stored_later(aws, stack, webhooks, resources, paused_queue):
    queue = stack.outputs["TranscriptionsQueueUrl"]
    (mapping,) = stack.resources["AWS::Lambda::EventSourceMapping"].values()
    call = str(next(calls))
    with role_of(aws, stack, "TranscriptionPostback").without(UPDATE, resources["Calls"]):
        assert webhooks.transcribe(call, "1", "Please call me back.").status == 200
    assert waiting(aws, queue) == 1
    aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    within(30, lambda: item_of(aws, stack, call, "transcript#23456#1"))
    within(30, lambda: expect(waiting(aws, queue) == 0))


@pytest.mark.parametrize("function", DONE_BY_AWS)
def test_a_role_allows_only_what_its_function_used(aws, emulator, stack, use, function):
    use[function]()
    role = role_of(aws, stack, function)
    used = {(action, resource) for action, resource, allowed in decisions(emulator, role.name) if allowed}
    unused = role.allowed() - used
    assert {action for action, _ in unused} == DONE_BY_AWS[function]
    # Those actions are allowed only on the function's own log and the queue.
    group = stack.physical_id("AWS::Logs::LogGroup", f"{function}LogGroup")
    own = (f":log-group:{group}:*", "TranscriptionsQueue")
    assert not [resource for _, resource in unused if not any(name in resource for name in own)]


@pytest.mark.parametrize(("function", "action", "resource"), NEEDED)
def test_a_function_fails_without_a_permission_and_works_with_it(
    aws, emulator, stack, resources, use, paused_queue, webhooks, function, action, resource
):
    role = role_of(aws, stack, function)
    if action == "sqs:SendMessage":
        # The function uses the queue only if it cannot write to the table.
        with role.without(UPDATE, resources["Calls"]), role.without(action, resources[resource]):
            assert webhooks.transcribe(str(next(calls)), "1", "Nobody hears this.").status == 503
    else:
        with role.without(action, resources[resource]):
            restart(aws, emulator, stack, webhooks, function)
            with pytest.raises(AssertionError):
                use[function]()
        restart(aws, emulator, stack, webhooks, function)
    # The missing permission was the cause of the failure.
    assert (action, resources[resource], False) in decisions(emulator, role.name)
    use[function]()


def test_every_permission_was_removed_once(aws, stack, resources):
    for function, done_by_aws in DONE_BY_AWS.items():
        removed = {(action, resources[resource]) for of, action, resource in NEEDED if of == function}
        assert {pair for pair in role_of(aws, stack, function).allowed() if pair[0] not in done_by_aws} == removed


def waiting(aws, queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def expect(condition):
    assert condition
