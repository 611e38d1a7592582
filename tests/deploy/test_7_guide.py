"""Follows docs/deploy.md as somebody does who has never seen AWS SAM: every command in it runs as it is written and in its
order, or is in `NOT_RUN` with the reason.

It starts where the guide's "Without Rust" does: with an archive and the command lines of SAM and AWS.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import sys

import pytest

import sam
from account import CREDENTIALS, environment
from runbook import bash, command
from sam import ROOT
from stack import Stack

GUIDE = (ROOT / "docs" / "deploy.md").read_text()
STACK = "ringbolt-dev"
PIN = "815294"

#: Commands that are not run here, by their beginning.
NOT_RUN = {
    "python3 -m venv tools": "it installs from a package registry",
    "pip install aws-sam-cli": "it installs from a package registry",
    "cargo xtask package": "the package was made before these tests",
    "aws service-quotas": "the emulator has no Service Quotas",
    "sam build": "`sam build` runs before these tests; `sam deploy` is run in the package's folder",
    "parameter_overrides = ": "a line of samconfig.toml",
    "ringbolt secret twiml-keys add": "the guide's stack has no voice webhook; the fixture `auth_token` does the same",
    "ringbolt secret rotate-token finish": "it calls the address in the outputs, which is AWS's",
    "sam delete": "SAM cannot handle the URLs that the emulator gives to nested stacks",
    "1.00 + 0.20": "the formula of the costs",
}


def commands(text):
    """The lines of the guide's code blocks, which may be in a list."""
    lines = [line for line in text.splitlines() if re.match(r" {4}\S| {6,7}\S", line)]
    return [line.strip() for line in lines if not re.match(r" *[-|]", line)]


class Reader:
    """A shell on a machine without Rust, whose `aws`, `sam`, `curl` and `script` are the tests'."""

    def __init__(self, scratch, emulator, aws):
        self.aws = aws
        self.home = scratch / "guide"
        self.folder = self.home
        programs = self.home / "bin"
        programs.mkdir(parents=True)
        command(programs / "aws", [sys.executable, str(ROOT / "tests" / "deploy" / "aws_command.py")])
        command(programs / "sam", [os.environ["RINGBOLT_TEST_SAM_PYTHON"], "-m", "samcli"])
        # In the package's folder, the guide says, `bin/ringbolt` takes the place of `cargo run --`.
        (programs / "cargo").write_text('#!/bin/sh\nshift 2\nexec ringbolt "$@"\n')
        (programs / "cargo").chmod(0o755)
        archive = pathlib.Path(os.environ["RINGBOLT_TEST_PACKAGE"])
        shutil.copy(archive, self.home)
        self.package = archive.name.removesuffix(".tar.gz")
        self.port = emulator.port
        self.variables = environment(
            scratch,
            PATH=f"{programs}{os.pathsep}{self.home / self.package / 'bin'}{os.pathsep}{sam.PATH}",
            AWS_ENDPOINT_URL=emulator.endpoint,
            RINGBOLT_BY="the guide's reader",
            SAM_CLI_TELEMETRY="0",
            __SAM_CLI_APP_DIR=str(scratch / "sam"),
            **CREDENTIALS,
        )

    def run(self, line, stdin="", may_end_with=(0,), **variables):
        """Runs a line; a `cd` in it holds for the next one. Returns what it printed."""
        line = re.sub(r"ringbolt-\d+\.\d+\.\d+-(arm64|x86_64)", self.package, line)
        line = re.sub(r"--stack ringbolt(?=\s|$)", f"--stack {STACK}", line)
        done = bash(f"{line}\nended=$?; pwd >&2; exit $ended", self.folder, {**self.variables, **variables}, stdin)
        assert done.returncode in may_end_with, f"{line}\nended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        self.folder = pathlib.Path(done.stderr.splitlines()[-1])
        return done.stdout

    def typed(self, line, *keyed):
        """Runs a line at a terminal, and types these lines."""
        line = re.sub(r"--stack ringbolt(?=\s|$)", f"--stack {STACK}", line)
        return self.run(f"script --quiet --return --command {shlex.quote(line)} /dev/null", stdin="\n".join([*keyed, ""]))

    def curl(self, line, output, flow):
        """Runs `curl` on an output's URL, whose host is the emulator's."""
        stack = Stack(self.aws, STACK)
        secret = self.aws("secretsmanager").get_secret_value(SecretId=stack.outputs["WebhookTokenSecretArn"])
        token = json.loads(secret["SecretString"])["current"]
        url = stack.outputs[output].replace("{flow}", flow).replace("TOKEN", token)
        host, path = re.fullmatch(r"https://([^/]+)(/.*)", url).groups()
        api = f"{host.split('.')[0]}.execute-api.localhost:{self.port}"
        line = line.replace("curl ", f"curl --silent --show-error --header 'Host: {api}' ", 1)
        return self.run(line, URL=f"http://127.0.0.1:{self.port}{path}")


@pytest.fixture(scope="module")
def reader(scratch, emulator, aws):
    return Reader(scratch, emulator, aws)


def test_every_command_of_the_guide_works(reader, aws):
    answers = iter([("WixAnswersUrl", "four-ivrs", "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"), ("DialogTechNextActionUrl", "bank", "<id>10002</id>")])
    ran = []
    for line in commands(GUIDE):
        if any(line.startswith(beginning) for beginning in NOT_RUN):
            continue
        ran.append(line)
        if line.startswith("curl "):
            output, flow, expected = next(answers)
            said = reader.curl(line, output, flow)
            assert expected in said, f"{line}: {said}"
        elif "pin set" in line:
            assert "The PIN is set" in reader.typed(line, PIN, PIN)
        elif re.match("ringbolt (flow rollback|secret)", line):
            assert "[y/N]" in reader.typed(line, "y")
        elif line.startswith("ringbolt flow diff"):
            # As `diff` does, it ends with 1 if it finds differences.
            assert "+  support: \"8005550121\"" in reader.run(line, may_end_with=(1,))
        elif re.search(r"\b(NAME|ARN|URL)\b", line):
            remove(reader, aws, line)
        elif line.startswith("ringbolt flow list"):
            # The guide is about a flow that was pushed twice.
            reader.run("sed -i 's/8005550120/8005550121/' flows/bank.yaml && cargo run -- flow push --stack ringbolt flows/bank.yaml")
            reader.run(line)
        else:
            reader.run(line)
    assert next(answers, None) is None
    assert len(ran) > 20, ran
    unused = [beginning for beginning in NOT_RUN if not any(line.startswith(beginning) for line in commands(GUIDE))]
    assert not unused, f"not in the guide any more: {unused}"


def remove(reader, aws, line):
    """Runs a command that removes what a prod stack leaves behind, on something that the test has made."""
    if "dynamodb" in line:
        names = aws("dynamodb").list_tables()["TableNames"]
        if "left-behind" not in names:
            keys = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
            aws("dynamodb").create_table(TableName="left-behind", BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=True, **keys)
        reader.run(line.replace("NAME", "left-behind"))
    elif "secretsmanager" in line:
        reader.run(line.replace("ARN", aws("secretsmanager").create_secret(Name="left-behind", SecretString="x")["ARN"]))
    else:
        reader.run(line.replace(" URL", " " + aws("sqs").create_queue(QueueName="left-behind")["QueueUrl"]))
