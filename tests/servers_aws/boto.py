"""AWS's own client for Python, for JSON lines {service, operation, params, pages?} on standard input.

Settings come from the environment. Prints a JSON line for each: {"answer"}, {"pages"} or {"error", "status"}.
"""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

session = botocore.session.get_session()


def ask(line):
    client = session.create_client(line["service"], config=Config(retries={"total_max_attempts": 1}))
    if line.get("pages"):
        return {"pages": list(client.get_paginator(line["operation"]).paginate(**line["params"]))}
    return {"answer": getattr(client, line["operation"])(**line["params"])}


for text in sys.stdin:
    try:
        result = ask(json.loads(text))
    except ClientError as error:
        response = error.response
        result = {"error": response["Error"]["Code"], "status": response["ResponseMetadata"]["HTTPStatusCode"]}
    print(json.dumps(result, default=str))
