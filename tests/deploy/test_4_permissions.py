"""Roles: each allows what its function needs, all of it and nothing else.

The emulator decides from the deployed policies, as IAM does, and the launcher keeps a record of its decisions. It differs
from AWS in two things: it writes the functions' logs itself, and it takes messages from the queue itself, where AWS does
both in the function's role.
"""

import itertools
import time

import pytest

from permissions import Role, decisions
from test_2_webhooks import SUCCESS, item_of, log_in

UPDATE, GET, SECRET = "dynamodb:UpdateItem", "dynamodb:GetItem", "secretsmanager:GetSecretValue"
NEEDED = [
    ("AuthWebhook", UPDATE, "Callers"),
    ("AuthWebhook", GET, "Flows"),
    ("AuthWebhook", SECRET, "PinKey"),
    ("AuthWebhook", SECRET, "WebhookToken"),
    ("NextAction", UPDATE, "Callers"),
    ("NextAction", GET, "Callers"),
    ("NextAction", UPDATE, "Calls"),
    ("NextAction", GET, "Flows"),
    ("NextAction", SECRET, "PinKey"),
    ("NextAction", SECRET, "WebhookToken"),
    ("TranscriptionPostback", UPDATE, "Calls"),
    ("TranscriptionPostback", SECRET, "WebhookToken"),
    ("TranscriptionPostback", "sqs:SendMessage", "Queue"),
]
#: What AWS itself does in the function's role and the emulator does without it: see above.
DONE_BY_AWS = {
    "AuthWebhook": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "NextAction": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "TranscriptionPostback": {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    },
}
PROBES = {
    "AuthWebhook": ("POST", "WixAnswersUrl"),
    "NextAction": ("GET", "DialogTechNextActionUrl"),
    "TranscriptionPostback": ("GET", "DialogTechTranscriptionUrl"),
}
calls = itertools.count(70_020_000)


@pytest.fixture(scope="module")
def resources(aws, stack):
    """ARNs by the names that are used here."""
    outputs = stack.outputs
    arns = {
        name: aws("dynamodb").describe_table(TableName=outputs[f"{name}TableName"])["Table"]["TableArn"]
        for name in ("Callers", "Calls", "Flows")
    }
    queue = aws("sqs").get_queue_attributes(QueueUrl=outputs["TranscriptionsQueueUrl"], AttributeNames=["QueueArn"])
    return {
        **arns,
        "PinKey": outputs["PinKeySecretArn"],
        "WebhookToken": outputs["WebhookTokenSecretArn"],
        "Queue": queue["Attributes"]["QueueArn"],
    }


@pytest.fixture
def paused_queue(aws, stack):
    """The function is not given what waits in the queue, so that it can be seen there."""
    (mapping,) = stack.resources["AWS::Lambda::EventSourceMapping"].values()
    aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        yield
    finally:
        aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)


@pytest.fixture
def use(aws, stack, webhooks, enrol):
    """Uses all that a function can do; fails where anything is not as it should be."""

    def authenticate():
        answer = webhooks.authenticate("90705", "815294", f"a-{next(calls)}")
        assert (answer.status, answer.body) == (200, SUCCESS), answer

    def next_action():
        call = str(next(calls))
        app, parameters = log_in(webhooks, call, "90705", "815294")
        assert (app, parameters.get("id")) == ("ivr", "23456")
        balance = webhooks.next_action("34567", call, pass_through=parameters["p_t"])
        assert balance.body == "Your balance is 128 dollars.", balance
        item_of(aws, stack, call, "result#12345")

    def transcribe():
        call = str(next(calls))
        answer = webhooks.transcribe(call, "1", "All is well.")
        assert answer.status == 204, answer
        item_of(aws, stack, call, "transcript#23456#1")

    enrol("90705", "815294")
    return {"AuthWebhook": authenticate, "NextAction": next_action, "TranscriptionPostback": transcribe}


def role_of(aws, stack, function):
    return Role(aws, stack.physical_id("AWS::IAM::Role", f"{function}Role"))


def start_anew(emulator, stack, webhooks, function):
    """Lambda may end an environment at any time; what is needed at the start is asked for again."""
    emulator.end_function(stack.physical_id("AWS::Lambda::Function", f"{function}Function"))
    # The emulator may notice only with the next request that the process is gone, and answer it with 502; AWS notices
    # before. So this request is nobody's.
    webhooks.with_token(None).send(*PROBES[function], {})


def test_what_the_table_does_not_take_waits_in_the_queue_and_is_stored_later(aws, stack, webhooks, resources, paused_queue):
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
def test_a_role_allows_nothing_that_its_function_did_not_use(aws, emulator, stack, use, function):
    use[function]()
    role = role_of(aws, stack, function)
    used = {(action, resource) for action, resource, allowed in decisions(emulator, role.name) if allowed}
    unused = role.allowed() - used
    assert {action for action, _ in unused} == DONE_BY_AWS[function]
    # Nor on anything but the function's own log and the queue.
    group = stack.physical_id("AWS::Logs::LogGroup", f"{function}LogGroup")
    own = (f":log-group:{group}:*", "TranscriptionsQueue")
    assert not [resource for _, resource in unused if not any(name in resource for name in own)]


@pytest.mark.parametrize(("function", "action", "resource"), NEEDED)
def test_without_one_permission_it_fails_and_with_it_works(
    aws, emulator, stack, resources, use, paused_queue, webhooks, function, action, resource
):
    role = role_of(aws, stack, function)
    if action == "sqs:SendMessage":
        # Asked for only where the table is out of reach.
        with role.without(UPDATE, resources["Calls"]), role.without(action, resources[resource]):
            assert webhooks.transcribe(str(next(calls)), "1", "Nobody hears this.").status == 503
    else:
        with role.without(action, resources[resource]):
            start_anew(emulator, stack, webhooks, function)
            with pytest.raises(AssertionError):
                use[function]()
        start_anew(emulator, stack, webhooks, function)
    # The failure was this denial, not another.
    assert (action, resources[resource], False) in decisions(emulator, role.name)
    use[function]()


def test_every_permission_that_a_run_used_was_taken_away_once(aws, stack, resources):
    for function, done_by_aws in DONE_BY_AWS.items():
        taken = {(action, resources[resource]) for of, action, resource in NEEDED if of == function}
        assert {pair for pair in role_of(aws, stack, function).allowed() if pair[0] not in done_by_aws} == taken


def waiting(aws, queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def expect(condition):
    assert condition


def within(secs, check):
    """Repeats a check until it holds."""
    give_up = time.monotonic() + secs
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
