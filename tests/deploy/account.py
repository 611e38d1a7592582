"""The emulated account: its region, its credentials, and clients for it."""

import os

import boto3
from botocore.config import Config

REGION = "eu-west-1"
# MiniStack treats these as the account's root user, who may do everything. The functions have roles.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
PATIENCE = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 1})


def clients(endpoint):
    """Returns a function that maps a service's name to its client, which is created once."""
    cache = {}

    def client(service):
        if service not in cache:
            cache[service] = boto3.client(
                service,
                endpoint_url=endpoint,
                region_name=REGION,
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                config=PATIENCE,
            )
        return cache[service]

    return client


def environment(scratch, **more):
    """The complete environment of a child process, without this machine's AWS settings, proxies or home folder."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **{**CREDENTIALS, **more},
    }
