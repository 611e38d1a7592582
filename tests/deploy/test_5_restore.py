"""Restores a table of callers and the PIN keys with the commands of docs/runbook.md.

The emulator restores a table as it is now, whatever the time. So the test restores first, and then makes the change
that a restoration undoes.
"""

import datetime

import pytest

import sam
from conftest import PARAMETERS
from runbook import Runbook
from stack import Stack
from test_2_webhooks import FAILURE, SUCCESS

RESTORED = "ringbolt-callers-restored"


@pytest.fixture(scope="module")
def runbook(scratch, ringbolt, stack):
    return Runbook(scratch, ringbolt, stack.name)


@pytest.fixture
def deploy(scratch, emulator, aws, stack):
    """Deploys with the test's parameters, changed by these."""

    def deploy_with(**parameters):
        sam.deploy(scratch, emulator.endpoint, stack.name, {**PARAMETERS, **parameters})
        return Stack(aws, stack.name)

    return deploy_with


def test_a_table_is_restored_compared_switched_to_and_its_callers_verified(aws, stack, webhooks, enrol, runbook, deploy):
    enrol("90851", "815294")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    runbook.run("restore", AT=now, RESTORED=RESTORED)
    try:
        runbook.run("settings", RESTORED=RESTORED)
        table = aws("dynamodb").describe_table(TableName=RESTORED)["Table"]
        assert table["DeletionProtectionEnabled"] is True
        ttl = aws("dynamodb").describe_time_to_live(TableName=RESTORED)["TimeToLiveDescription"]
        assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
        backups = aws("dynamodb").describe_continuous_backups(TableName=RESTORED)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"

        # By mistake, the PIN changes and somebody is enrolled.
        enrol("90851", "815295")
        enrol("90852", "815295")
        assert webhooks.authenticate("90851", "815294", "r-1").body == FAILURE
        # `diff` ends with 1 if it finds differences.
        differences = runbook.run("compare", may_end_with=(1,), RESTORED=RESTORED)
        assert "90852" in differences and "< " in differences, differences

        switched = deploy(ExistingCallersTable=RESTORED, SecretsGeneration="restored", StreamEvents="false")
        assert switched.outputs["CallersTableName"] == RESTORED
        assert webhooks.authenticate("90851", "815294", "r-2").body == SUCCESS
        assert webhooks.authenticate("90852", "815295", "r-3").body == "", "unknown in the restored table"
        # The stack's own table is as it was.
        own = stack.outputs["CallersTableName"]
        item = aws("dynamodb").get_item(TableName=own, Key={"pk": {"S": "demo#90852"}}, ConsistentRead=True)
        assert "Item" in item

        # CloudFormation keeps the last value of a parameter that is not given.
        returned = deploy(ExistingCallersTable="", SecretsGeneration="returned")
        assert returned.outputs["CallersTableName"] == own
        assert webhooks.authenticate("90852", "815295", "r-4").body == SUCCESS
    finally:
        aws("dynamodb").update_table(TableName=RESTORED, DeletionProtectionEnabled=False)
        aws("dynamodb").delete_table(TableName=RESTORED)


def test_the_pin_keys_are_restored_from_their_previous_version(aws, stack, webhooks, enrol, runbook, deploy):
    enrol("90853", "815294")
    secret = stack.outputs["PinKeySecretArn"]
    keys = aws("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    # Somebody generates a new key, as an edit of the template would.
    aws("secretsmanager").put_secret_value(SecretId=secret, SecretString='{"current": "%s"}' % ("x9" * 44))
    deploy(SecretsGeneration="lost")
    # A tag under a key that nobody knows: the fallback, and nothing is counted.
    assert webhooks.authenticate("90853", "815294", "r-5").body != SUCCESS

    runbook.run("pin-keys")
    restored = aws("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    # Asserting the expression itself would make pytest show the key.
    same = restored == keys
    assert same
    deploy(SecretsGeneration="found")
    assert webhooks.authenticate("90853", "815294", "r-6").body == SUCCESS
