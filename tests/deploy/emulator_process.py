"""The emulator as a separate process, which ends with the tests even if they are killed."""

import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import processes
from account import environment

HERE = pathlib.Path(__file__).parent
STARTS_WITHIN_SECS = 60


class EmulatorProcess:
    def __init__(self, scratch):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = scratch / "emulator.log"
        self.permissions_record = scratch / "permissions.jsonl"
        variables = environment(
            scratch,
            GATEWAY_PORT=str(self.port),
            BIND_HOST="127.0.0.1",
            MINISTACK_HOST="localhost",
            MINISTACK_REGION=environment(scratch)["AWS_REGION"],
            AWS_ENDPOINT_URL=self.endpoint,
            # Enforce permissions: a function may only do what its role allows.
            AUTH="true",
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            RINGBOLT_PERMISSIONS_RECORD=str(self.permissions_record),
        )
        self.permissions_record.touch()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*processes.ends_with_us(), sys.executable, "-m", "emulator"],
                cwd=HERE,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_it_answers(self):
        give_up = time.monotonic() + STARTS_WITHIN_SECS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise RuntimeError(f"the emulator ended with {self.process.returncode}:\n{self.end_of_log()}")
            try:
                urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"the emulator did not answer within {STARTS_WITHIN_SECS} s:\n{self.end_of_log()}")

    def end_of_log(self):
        return self.log.read_text(errors="replace")[-4000:]

    def end_function(self, name):
        """Kills the processes of one function; the next event starts a new one."""
        for process in processes.descendants(self.process.pid):
            if process.variable("AWS_LAMBDA_FUNCTION_NAME") == name:
                process.kill()

    def stop(self):
        """Stops the emulator and the functions that it started."""
        started = processes.descendants(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)
        for process in started:
            process.kill()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
