"""Uses the `ringbolt` command like operators do. It finds everything by the stack's name."""

import contextlib
import json

import pytest

import operator_policy
from conftest import RECORDED
from permissions import decisions_of
from ringbolt_command import RingboltCommand
from test_2_webhooks import FAILURE, SUCCESS, log_in


@pytest.fixture(scope="module")
def enroller(scratch, emulator, aws, stack):
    """The command of an operator who may only enrol. Their policy is the one in docs/operations.md."""
    with user(aws, "enroller", operator_policy.for_enrolment(aws, stack, imports=False)) as credentials:
        yield RingboltCommand(scratch, emulator.endpoint, stack.name, credentials)


@pytest.fixture(scope="module")
def importer(scratch, emulator, aws, stack):
    """The same for an operator who may import, too."""
    with user(aws, "importer", operator_policy.for_enrolment(aws, stack, imports=True)) as credentials:
        yield RingboltCommand(scratch, emulator.endpoint, stack.name, credentials)


@contextlib.contextmanager
def user(aws, name, policy):
    """A user with a policy. Yields their credentials as environment variables."""
    iam = aws("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="Operator", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        yield {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=name, PolicyName="Operator")
        iam.delete_user(UserName=name)


def test_the_doctor_finds_nothing_wrong(ringbolt, webhooks, emulator, stack):
    # The outputs have an address in amazonaws.com; this is the emulator's address of the same API.
    api = f"{emulator.endpoint}/_aws/execute-api/{stack.outputs['HttpApiId']}/$default"
    done = ringbolt.try_run("doctor", "--json", "--api-url", api)
    report = json.loads(done.stdout)
    failed = [check for check in report["checks"] if check["verdict"] == "fail"]
    assert (failed, done.returncode) == ([], 0), done.stderr


def test_a_locked_caller_can_be_unlocked(ringbolt, webhooks, enrol):
    enrol("90711", "815294")
    for call in ("o-1", "o-2", "o-3"):
        assert webhooks.authenticate("90711", f"81529{call[-1]}", call).body == FAILURE
    locked = ringbolt.json("caller", "show", "--realm", "demo", "90711")
    assert (locked["failed_attempts"], locked["lockout"][0]["standing"]) == (3, "locked")
    ringbolt.run("caller", "unlock", "--realm", "demo", "90711")
    assert webhooks.authenticate("90711", "815294", "o-4").body == SUCCESS


def test_a_call_is_found_with_its_outcome(ringbolt, webhooks, enrol):
    enrol("90712", "815294")
    log_in(webhooks, "70030001", "90712", "815294")
    shown = ringbolt.run("call", "show", "70030001")
    assert "12345" in shown and "verified" in shown and "815294" not in shown, shown
    assert "70030001" in ringbolt.run("call", "list", "--ivr", "12345", "--day", "today")


def test_a_flow_can_be_rolled_back(ringbolt, webhooks, scratch):
    before = ringbolt.run("flow", "show", "demo")
    changed = scratch / "demo.yaml"
    changed.write_text(before + "# changed\n")
    ringbolt.run("flow", "push", "--note", "A comment", str(changed))
    assert ringbolt.run("flow", "show", "demo") == before + "# changed\n"
    ringbolt.run("flow", "rollback", "--yes", "demo")
    assert ringbolt.run("flow", "show", "demo") == before


def test_changes_are_in_the_audit_log_and_its_chain_is_valid(ringbolt, webhooks):
    listed = ringbolt.run("audit", "list")
    assert "the deploy test" in listed
    ringbolt.run("audit", "verify")


def test_an_operator_enrols_without_access_to_the_pin_key(enroller, importer, webhooks, scratch, emulator):
    enroller.set_pin("demo", "90713", "815294", first_name="Ada")
    assert webhooks.authenticate("90713", "815294", "e-1").body == SUCCESS
    enroller.run("pin", "add", "--realm", "demo", "90713", "--stdin", stdin="649173\n")
    assert webhooks.authenticate("90713", "649173", "e-2").body == SUCCESS
    callers = scratch / "enrolled.csv"
    callers.write_text("user,pin\n" + "".join(f"{90720 + row},8152{row + 10}\n" for row in range(60)))
    assert "Imported 60 rows of 60 callers" in importer.run("pin", "import", str(callers), "--realm", "demo", "--allow-weak")
    assert webhooks.authenticate("90779", "815269", "e-3").body == SUCCESS
    for name in ("enroller", "importer"):
        made = decisions_of(emulator, ["user", name])
        assert ("lambda:InvokeFunction", True) in {(action, allowed) for action, _, allowed in made}
        assert not [action for action, _, _ in made if action.startswith("secretsmanager:")], "the key was asked for"


def test_an_operator_who_may_only_enrol_can_neither_read_the_key_nor_write_a_caller(enroller, webhooks):
    for arguments, stdin, action in [
        (("pin", "remove", "--realm", "demo", "90713", "--stdin"), "815294\n", "secretsmanager:GetSecretValue"),
        # With the statement for imports, AWS looks at the item's key (dynamodb:LeadingKeys). The emulator does not.
        (("caller", "unlock", "--realm", "demo", "90713"), "", "dynamodb:UpdateItem"),
        (("caller", "show", "--realm", "demo", "90713"), "", "dynamodb:GetItem"),
    ]:
        done = enroller.try_run(*arguments, stdin=stdin)
        assert done.returncode == 1 and f"may not {action}" in done.stderr, done.stderr


def test_show_token_prints_the_urls_for_the_portals(ringbolt, webhooks):
    urls = [address["url"] for address in ringbolt.json("secret", "show-token", "--yes")["urls"]]
    # The other flow has nothing for Wix Answers.
    assert [len([url for url in urls if f"/{flow}/" in url]) for flow in (webhooks.flow, RECORDED)] == [4, 3]
    # A provider that signs its requests needs no token.
    assert all((webhooks.token in url) != ("/twiml/" in url) for url in urls)
