"""Runs `sam deploy` on the output of `sam build`, with samconfig.toml as usual but against the emulator."""

import os
import pathlib
import subprocess

from account import environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOYS_WITHIN_SECS = 300


def deploy(scratch, endpoint, stack_name, parameters):
    """Deploys the stack and returns sam's output.

    Raises AssertionError with that output if sam fails.
    """
    command = [os.environ["RINGBOLT_TEST_SAM_PYTHON"], "-m", "samcli", "deploy"]
    command += ["--template-file", os.environ["RINGBOLT_TEST_BUILT_TEMPLATE"], "--config-file", str(ROOT / "samconfig.toml")]
    command += ["--stack-name", stack_name, "--no-progressbar", "--parameter-overrides"]
    command += [f"{name}={value}" for name, value in parameters.items()]
    variables = environment(scratch, AWS_ENDPOINT_URL=endpoint, SAM_CLI_TELEMETRY="0", __SAM_CLI_APP_DIR=str(scratch / "sam"))
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEPLOYS_WITHIN_SECS,
        check=False,
    )
    assert done.returncode == 0, f"sam deploy ended with {done.returncode}:\n{done.stdout[-6000:]}"
    return done.stdout
