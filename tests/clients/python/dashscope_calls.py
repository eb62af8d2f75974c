# SPDX-License-Identifier: Apache-2.0
"""Runs calls through the official DashScope client and prints every response that it yields."""
import json
import sys

import dashscope


def run(call, key):
    api = getattr(dashscope, call["api"])
    result = api.call(api_key=call.get("key", key), **call["arguments"])
    responses = result if call["arguments"].get("stream") else [result]
    # The client fills its objects in place while it merges a stream: each one is copied as it comes.
    return [json.loads(str(response)) for response in responses]


def main():
    task = json.load(sys.stdin)
    dashscope.base_http_api_url = task["baseUrl"]
    json.dump([run(call, task["key"]) for call in task["calls"]], sys.stdout)


main()
