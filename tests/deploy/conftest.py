"""What the tests stand on: the emulator, the deployed stack, and callers in it. One of each for the whole run."""

import pathlib
import tempfile

import pytest

import account
import sam
from emulator_process import EmulatorProcess
from stack import Stack

STACK_NAME = "ringbolt-test"
# What samconfig.toml has for dev, and what a test needs: the architecture of this machine, patience where every core is
# busy, events on, and settings that are nobody's default so that reading them back means something.
PARAMETERS = {
    "Stage": "dev",
    "Architecture": "x86_64",
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
    with tempfile.TemporaryDirectory(prefix="ringbolt-deploy-") as folder:
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
