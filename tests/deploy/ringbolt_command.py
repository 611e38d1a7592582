"""The project's own command, as an administrator runs it against a deployment."""

import os
import subprocess

from account import environment
from sam import ROOT

RUNS_WITHIN_SECS = 60


class RingboltCommand:
    def __init__(self, scratch, endpoint, outputs):
        self.variables = environment(
            scratch,
            AWS_ENDPOINT_URL=endpoint,
            RINGBOLT_CALLERS_TABLE=outputs["CallersTableName"],
            RINGBOLT_FLOWS_TABLE=outputs["FlowsTableName"],
            RINGBOLT_AUDIT_TABLE=outputs["AuditTableName"],
            RINGBOLT_PIN_KEYS=f"secretsmanager:{outputs['PinKeySecretArn']}",
        )

    def push_flow(self, file):
        return self.run("flow", "push", str(ROOT / "flows" / file))

    def set_pin(self, realm, user, pin):
        return self.run("pin", "set", "--realm", realm, user, "--stdin", said=f"{pin}\n")

    def run(self, *arguments, said=""):
        done = subprocess.run(
            [os.environ["RINGBOLT_TEST_RINGBOLT"], *arguments],
            env=self.variables,
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=RUNS_WITHIN_SECS,
            check=False,
        )
        assert done.returncode == 0, f"ringbolt {' '.join(arguments)} ended with {done.returncode}: {done.stdout}"
        return done.stdout
