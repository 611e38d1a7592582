"""`python -m emulator` runs MiniStack with its gaps fixed.

It reads MiniStack's own environment variables (GATEWAY_PORT, BIND_HOST, AUTH and so on) and
RINGBOLT_PERMISSIONS_RECORD.
"""

import os

import ministack.app
from ministack.core import iam_evaluator
from ministack.services.cloudformation import provisioners, stacks

from . import (
    http_api,
    metric_math,
    nested_removal,
    nested_update,
    permissions_record,
    query_definitions,
    secret_strings,
    table_settings,
)

http_api.patch(provisioners)
secret_strings.patch(provisioners)
table_settings.patch(provisioners)
query_definitions.patch(provisioners)
metric_math.patch(provisioners)
nested_removal.patch(provisioners, stacks)
nested_update.patch(provisioners)
permissions_record.patch(iam_evaluator, os.environ["RINGBOLT_PERMISSIONS_RECORD"])
ministack.app.main()
