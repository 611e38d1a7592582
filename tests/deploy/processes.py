"""Finds and kills the emulator's child processes by process id, never by name."""

import contextlib
import os
import pathlib
import shutil
import signal
import time

ENDS_WITHIN_SECS = 10


class Process:
    """A process, identified by id and start time so that a reused id is not mistaken for it."""

    def __init__(self, pid):
        self.pid = pid
        self.started = start_time(pid)

    def runs(self):
        return self.started is not None and start_time(self.pid) == self.started

    def kill(self):
        """Kills the process and waits until it has ended."""
        give_up = time.monotonic() + ENDS_WITHIN_SECS
        while self.runs():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            if time.monotonic() > give_up:
                raise TimeoutError(f"process {self.pid} did not end")
            time.sleep(0.01)

    def variable(self, name):
        """The value of an environment variable of the process, or None."""
        try:
            pairs = pathlib.Path(f"/proc/{self.pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return None
        found = (pair.split(b"=", 1)[1] for pair in pairs if pair.startswith(name.encode() + b"="))
        return next((value.decode() for value in found), None)


def descendants(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found.append(Process(int(child)))
                found.extend(descendants(int(child)))
    return found


def ends_with_us():
    """The prefix of a command whose process ends even if this one is killed; empty if `setpriv` is missing."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def start_time(pid):
    """The start time in clock ticks since boot; None if the process does not exist or is a zombie."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] == "Z" else fields[19]
