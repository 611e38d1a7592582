"""Runs the commands of docs/runbook.md as they are written there, in a shell whose `aws` and `ringbolt` are the tests'."""

import os
import re
import shlex
import subprocess
import sys

from sam import ROOT

HERE = ROOT / "tests" / "deploy"
#: Long enough for a deployment on a busy machine.
RUNS_WITHIN_SECS = 300


class Runbook:
    def __init__(self, scratch, ringbolt, stack_name):
        self.text = (ROOT / "docs" / "runbook.md").read_text()
        self.folder = scratch / "runbook"
        programs = self.folder / "bin"
        programs.mkdir(parents=True)
        command(programs / "aws", [sys.executable, str(HERE / "aws_command.py")])
        command(programs / "ringbolt", [os.environ["RINGBOLT_TEST_RINGBOLT"]])
        path = f"{programs}{os.pathsep}{ringbolt.variables['PATH']}"
        # The outputs have an address in amazonaws.com; the commands use the tables directly.
        variables = {name: value for name, value in ringbolt.variables.items() if name != "RINGBOLT_STACK"}
        self.variables = {**variables, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        self.prefix = f"STACK={shlex.quote(stack_name)} REALM=demo\n{self.function('output')}\n"

    def function(self, name):
        (found,) = re.findall(rf"^    ({name}\(\) .*)$", self.text, re.MULTILINE)
        return found

    def commands(self, name):
        """The block of commands after the mark `<!-- test: NAME -->`."""
        (_, rest) = self.text.split(f"<!-- test: {name} -->\n\n")
        lines = rest.split("\n\n", 1)[0].splitlines()
        assert lines and all(line.startswith("    ") for line in lines), f"{name}: {lines}"
        return "\n".join(line.removeprefix("    ") for line in lines)

    def run(self, name, may_end_with=(0,), **variables):
        """Runs a block with these variables, which take the place of those that it sets itself."""
        commands = self.commands(name)
        for variable, value in variables.items():
            commands = re.sub(rf"\b{variable}=\S+", f"{variable}={value}", commands)
        assign = "".join(f"{variable}={shlex.quote(value)}\n" for variable, value in variables.items())
        done = bash("set -e\n" + self.prefix + assign + commands, self.folder, self.variables)
        assert done.returncode in may_end_with, f"{commands}\nended with {done.returncode}: {done.stderr[-3000:]}"
        return done.stdout


def bash(commands, folder, variables, stdin=""):
    """Runs commands in a shell that ends at an unset variable."""
    return subprocess.run(
        ["bash", "-u", "-o", "pipefail", "-c", commands],
        cwd=folder,
        env=variables,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=RUNS_WITHIN_SECS,
        check=False,
    )


def command(file, words):
    file.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    file.chmod(0o755)
