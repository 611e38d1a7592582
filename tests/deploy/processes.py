"""What the emulator has started, and how it ends: by process id, never by name."""

import contextlib
import os
import pathlib
import shutil
import signal


class Process:
    """A process that cannot be mistaken for a later one with the same id."""

    def __init__(self, pid):
        self.pid = pid
        self.started = start_time(pid)

    def runs(self):
        return self.started is not None and start_time(self.pid) == self.started

    def kill(self):
        if self.runs():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def variable(self, name):
        """A variable of its environment, or None."""
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
    """The beginning of a command whose process ends even where this one is killed, where there is such a program."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def start_time(pid):
    """In clock ticks since the machine started; None where there is no such process, or only its remains."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] == "Z" else fields[19]
