"""Runs `sam deploy` on the package that `cargo xtask package` makes, as on a machine without Rust, against the emulator."""

import os
import pathlib
import shutil
import subprocess
import tarfile

from account import environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOYS_WITHIN_SECS = 300


#: Where a machine without Rust finds programs.
PATH = "/usr/bin:/bin"


def package(scratch):
    """The folder of the package, unpacked once."""
    folder = scratch / "package"
    if not folder.exists():
        with tarfile.open(os.environ["RINGBOLT_TEST_PACKAGE"]) as archive:
            archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    return unpacked


def deploy(scratch, endpoint, stack_name, parameters):
    """Deploys the stack and returns sam's output. No program that builds anything is in the path.

    Raises AssertionError with that output if sam fails.
    """
    command = [os.environ["RINGBOLT_TEST_SAM_PYTHON"], "-m", "samcli", "deploy"]
    command += ["--no-confirm-changeset", "--stack-name", stack_name, "--no-progressbar", "--parameter-overrides"]
    # SAM takes an empty value only with quotation marks.
    command += [f"{name}={value}" if value else f'{name}=""' for name, value in parameters.items()]
    builders = [name for name in ["cargo", "rustc", "zig", "cargo-lambda"] if shutil.which(name, path=PATH)]
    assert not builders, f"{builders} are in {PATH}"
    variables = environment(
        scratch, PATH=PATH, AWS_ENDPOINT_URL=endpoint, SAM_CLI_TELEMETRY="0", __SAM_CLI_APP_DIR=str(scratch / "sam")
    )
    done = subprocess.run(
        command,
        cwd=package(scratch),
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
