"""`python -m emulator`: MiniStack with its gaps closed, until it is stopped.

It reads MiniStack's own variables (GATEWAY_PORT, BIND_HOST, AUTH and so on) and RINGBOLT_PERMISSIONS_RECORD.
"""

import os

import ministack.app
from ministack.core import iam_evaluator
from ministack.services.cloudformation import provisioners

from . import http_api, permissions_record, secret_strings, table_settings

http_api.close_gap(provisioners)
secret_strings.close_gap(provisioners)
table_settings.close_gap(provisioners)
permissions_record.listen(iam_evaluator, os.environ["RINGBOLT_PERMISSIONS_RECORD"])
ministack.app.main()
