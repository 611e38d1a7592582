"""The tests' fixtures: the emulator, the deployed stack and its callers, shared by the whole run."""

import json
import os
import pathlib
import tempfile

import pytest

import account
import sam
from emulator_process import EmulatorProcess
from ringbolt_command import RingboltCommand
from sam import ROOT
from stack import Stack
from webhooks import Webhooks

STACK_NAME = "ringbolt-test"
# The dev parameters of samconfig.toml, changed for the test: this machine's architecture, long deadlines for busy
# machines, events enabled, and values that differ from the defaults so that reading them back is meaningful.
PARAMETERS = {
    "Stage": "dev",
    "Architecture": os.environ["RINGBOLT_TEST_ARCHITECTURE"],
    "DeadlineMs": "20000",
    "LatencyAlarmMs": "15000",
    "LogRetentionDays": "7",
    "RetentionDays": "30",
    "ThrottleRate": "150",
    "ThrottleBurst": "250",
    "LockedPerHour": "12",
    "WrongGuessesPer15Min": "33",
    "StreamEvents": "true",
    "EnrolFunction": "true",
    "VoiceWebhook": "true",
}
#: What the provider of the voice webhook signs with.
AUTH_TOKEN = "auth-token-of-the-deploy-test-01"
#: The flow with a recorded question.
RECORDED = "survey"


@pytest.fixture(scope="session")
def scratch():
    with tempfile.TemporaryDirectory(dir=os.environ["RINGBOLT_TEST_SCRATCH"]) as folder:
        yield pathlib.Path(folder)


@pytest.fixture(scope="session")
def emulator(scratch):
    running = EmulatorProcess(scratch)
    try:
        running.wait_until_it_answers()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def aws(emulator):
    return account.clients(emulator.endpoint)


@pytest.fixture(scope="session")
def stack(scratch, emulator, aws):
    sam.deploy(scratch, emulator.endpoint, STACK_NAME, PARAMETERS)
    return Stack(aws, STACK_NAME)


@pytest.fixture(scope="session")
def webhook_token(aws, stack):
    """The token, read like the command in the output ShowToken does."""
    secret = aws("secretsmanager").get_secret_value(SecretId=stack.outputs["WebhookTokenSecretArn"])
    return json.loads(secret["SecretString"])["current"]


@pytest.fixture(scope="session")
def ringbolt(scratch, emulator, stack):
    return RingboltCommand(scratch, emulator.endpoint, stack.name)


@pytest.fixture(scope="session")
def webhooks(scratch, emulator, stack, ringbolt, webhook_token):
    """The providers. The call flows are published first, because a function looks for new ones every 30 seconds only.

    They are the demo with a limit on calling numbers, so that all functions that verify PINs count; and the survey, which
    has a recorded question.
    """
    limits = "limits: { attempts_per_call: 3"
    demo = (ROOT / "flows" / "demo.yaml").read_text()
    assert limits in demo
    flow = scratch / "demo.yaml"
    flow.write_text(demo.replace(limits, f"{limits}, per_ani: {{ attempts: 1000, window: 1h }}"))
    ringbolt.push_flow(flow)
    ringbolt.push_flow(ROOT / "flows" / f"{RECORDED}.yaml")
    return Webhooks(emulator, stack.outputs, webhook_token)


@pytest.fixture(scope="session")
def auth_token(aws, stack):
    """The key of the provider that speaks TwiML, put into its secret as docs/deploy.md says."""
    keys = json.dumps({"twilio": [AUTH_TOKEN]})
    aws("secretsmanager").put_secret_value(SecretId=stack.outputs["TwimlKeySecretArn"], SecretString=keys)
    return AUTH_TOKEN


@pytest.fixture
def enrol(ringbolt):
    """Enrols a caller in the demo flow's realm, with the attributes that the flow reads."""

    def enrol_caller(user, pin):
        ringbolt.set_pin("demo", user, pin, first_name="Ada", balance="128 dollars")

    return enrol_caller
