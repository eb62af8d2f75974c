# SPDX-License-Identifier: Apache-2.0
"""Talks to several services through the official Anthropic client and prints what an application would see of each."""
import json
import sys

import anthropic

TOOL = {
    "name": "get_current_weather",
    "description": "The weather of a city",
    "input_schema": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}
HELLO = [{"role": "user", "content": "Hello!"}]
WEATHER = [{"role": "user", "content": "What is the weather in 杭州 and 上海?"}]
THINKING = {"type": "enabled", "budget_tokens": 1024}


def streamed(client, **request):
    """The client's own accumulator over a stream."""
    with client.messages.stream(**request) as stream:
        return stream.get_final_message()


def whole(client, **request):
    return client.messages.create(**request)


def seen(message):
    """A message without what differs between two responses."""
    return message.model_dump(include={"content", "stop_reason", "usage"}, exclude_none=True, warnings=False)


def turns(ask, client, **request):
    """A call of a tool, and what follows its results; the blocks of the first turn go back as they came."""
    first = ask(client, messages=WEATHER, tools=[TOOL], **request)
    uses = [block for block in first.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": use.id, "content": "18 ℃"} for use in uses]
    messages = [
        *WEATHER,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": results},
    ]
    return [seen(first), seen(ask(client, messages=messages, tools=[TOOL], **request))]


def failure(ask, client, **request):
    try:
        ask(client, messages=HELLO, **request)
        return {"error": ""}
    except anthropic.APIError as error:
        status = getattr(error, "status_code", None)
        return {"error": type(error).__name__, "status": status, "body": error.body, "message": error.message}


def talk(service):
    client = anthropic.Anthropic(base_url=service["baseUrl"], api_key=service["key"], max_retries=0)
    text = {"model": service["model"], "max_tokens": 1000}
    result = {"failures": [failure(ask, client, **{**text, "model": name}) for name in service["failing"] for ask in (whole, streamed)]}
    for name, ask in (("whole", whole), ("streamed", streamed)):
        result[name] = {"text": seen(ask(client, messages=HELLO, **text)), "tools": turns(ask, client, **text)}
        if "thinkingModel" in service:
            asked = {"model": service["thinkingModel"], "max_tokens": 2000, "thinking": THINKING}
            result[name]["thinking"] = turns(ask, client, **asked)
    return result


def main():
    json.dump([talk(service) for service in json.load(sys.stdin)], sys.stdout)


main()
