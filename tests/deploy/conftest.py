"""What the tests stand on: the emulator, the deployed stack, and callers in it. One of each for the whole run."""

import json
import os
import pathlib
import tempfile

import pytest

import account
import sam
from emulator_process import EmulatorProcess
from ringbolt_command import RingboltCommand
from stack import Stack
from webhooks import Webhooks

STACK_NAME = "ringbolt-test"
# What samconfig.toml has for dev, and what a test needs: the architecture of this machine, patience where every core is
# busy, events on, and settings that are nobody's default so that reading them back means something.
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
    "StreamEvents": "true",
}


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
    """As the administrator reads it with the command of the output ShowToken."""
    given = aws("secretsmanager").get_secret_value(SecretId=stack.outputs["WebhookTokenSecretArn"])
    return json.loads(given["SecretString"])["current"]


@pytest.fixture(scope="session")
def ringbolt(scratch, emulator, stack):
    return RingboltCommand(scratch, emulator.endpoint, stack.name)


@pytest.fixture(scope="session")
def webhooks(emulator, stack, ringbolt, webhook_token):
    """The providers, once there is a call flow: a function without one does not start."""
    ringbolt.push_flow("demo.yaml")
    return Webhooks(emulator, stack.outputs, webhook_token)


@pytest.fixture
def enrol(ringbolt):
    """Enrols a caller of the demo flow's realm, with the attributes that it speaks of."""

    def enrol_caller(user, pin):
        ringbolt.set_pin("demo", user, pin, first_name="Ada", balance="128 dollars")

    return enrol_caller
