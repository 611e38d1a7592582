"""The policy infra/policies/operator.json suffices for the operators' daily work, and for nothing that reveals PINs."""

import json

import pytest

from conftest import STACK_NAME
from ringbolt_command import RingboltCommand
from sam import ROOT


@pytest.fixture(scope="module")
def operator(aws, scratch, emulator, stack, webhooks):
    """The command, with the credentials of a user who has only this policy."""
    iam = aws("iam")
    iam.create_user(UserName="operator")
    policy = (ROOT / "infra" / "policies" / "operator.json").read_text()
    # The file is for stacks in the account of its user; the test's stack fits its names.
    iam.put_user_policy(UserName="operator", PolicyName="operator", PolicyDocument=policy)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    command = RingboltCommand(scratch, emulator.endpoint, stack.name)
    command.variables |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    yield command
    iam.delete_access_key(UserName="operator", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="operator", PolicyName="operator")
    iam.delete_user(UserName="operator")


def test_operators_help_callers_publish_flows_and_look_up_calls(operator, enrol):
    assert STACK_NAME.startswith("ringbolt")
    enrol("90721", "815294")
    assert operator.json("caller", "show", "--realm", "demo", "90721")["failed_attempts"] == 0
    for change in ("suspend", "resume", "unlock"):
        operator.run("caller", change, "--realm", "demo", "90721")
    operator.run("flow", "list")
    operator.run("flow", "history", "demo")
    operator.run("call", "list", "--ivr", "12345", "--day", "today")
    operator.run("audit", "list")
    operator.run("audit", "verify")


@pytest.mark.parametrize(
    "arguments",
    [
        ("secret", "show-token", "--yes"),
        ("pin", "export-users", "--realm", "demo"),
        ("pin", "set", "--realm", "demo", "90721", "--stdin"),
        ("caller", "erase", "--realm", "demo", "90721", "--yes"),
    ],
    ids=lambda arguments: "-".join(arguments[:2]),
)
def test_operators_can_neither_read_secrets_nor_all_callers(operator, enrol, arguments):
    enrol("90721", "815294")
    done = operator.try_run(*arguments, stdin="815296\n")
    assert done.returncode == 1, done.stdout
    assert json.loads(operator.run("caller", "show", "--realm", "demo", "90721", "--json"))["pins"] == 1
