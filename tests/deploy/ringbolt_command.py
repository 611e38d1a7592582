"""Runs the `ringbolt` command against the deployment, as an administrator would."""

import json
import os
import subprocess

from account import CREDENTIALS, environment

RUNS_WITHIN_SECS = 60


class RingboltCommand:
    """`credentials` are those of the account's root user, or `AWS_...` variables of somebody else."""

    def __init__(self, scratch, endpoint, stack_name, credentials=CREDENTIALS):
        self.variables = environment(
            scratch,
            AWS_ENDPOINT_URL=endpoint,
            RINGBOLT_STACK=stack_name,
            RINGBOLT_BY="the deploy test",
            **{**CREDENTIALS, **credentials},
        )

    def push_flow(self, file):
        return self.run("flow", "push", str(file))

    def set_pin(self, realm, user, pin, **attributes):
        options = [argument for item in attributes.items() for argument in ("--attribute", "=".join(item))]
        return self.run("pin", "set", "--realm", realm, user, "--stdin", *options, stdin=f"{pin}\n")

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))

    def run(self, *arguments, stdin=""):
        done = self.try_run(*arguments, stdin=stdin)
        assert done.returncode == 0, f"ringbolt {' '.join(arguments)} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def try_run(self, *arguments, stdin=""):
        return subprocess.run(
            [os.environ["RINGBOLT_TEST_RINGBOLT"], *arguments],
            env=self.variables,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=RUNS_WITHIN_SECS,
            check=False,
        )
