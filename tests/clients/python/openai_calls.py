# SPDX-License-Identifier: Apache-2.0
"""Runs calls through the official OpenAI client and prints what an application would see."""
import json
import sys

import openai


def stream_chat(client, arguments):
    """The client's own accumulator over a stream."""
    with client.chat.completions.stream(**arguments) as stream:
        for _ in stream:
            pass
        return stream.get_final_completion().model_dump(exclude={"parsed"}, exclude_none=True)


def stream_response(client, arguments):
    """The client's own accumulator over the events of a response."""
    with client.responses.stream(**arguments) as stream:
        for _ in stream:
            pass
        return stream.get_final_response().model_dump(exclude_none=True, warnings=False)


def events_of(stream):
    return [event.model_dump(exclude_none=True) for event in stream]


def run(client, call):
    arguments = call["arguments"]
    apis = {
        "chat": lambda: client.chat.completions.create(**arguments).model_dump(exclude_none=True),
        "chat.stream": lambda: stream_chat(client, arguments),
        "chat.chunks": lambda: events_of(client.chat.completions.create(**arguments)),
        "responses": lambda: client.responses.create(**arguments).model_dump(exclude_none=True),
        "responses.stream": lambda: stream_response(client, arguments),
        "responses.events": lambda: events_of(client.responses.create(**arguments)),
        "embeddings": lambda: client.embeddings.create(**arguments).model_dump(),
        "models": lambda: [model.id for model in client.models.list()],
    }
    try:
        return {"value": apis[call["api"]]()}
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "status": error.status_code, "body": error.body}
    except openai.APIError as error:
        return {"error": type(error).__name__, "message": error.message, "body": error.body}


def client_for(task, call):
    common = {"api_key": call.get("key", task["key"]), "max_retries": 0}
    if "azureApiVersion" in task:
        return openai.AzureOpenAI(azure_endpoint=task["baseUrl"], api_version=task["azureApiVersion"], **common)
    return openai.OpenAI(base_url=task["baseUrl"], **common)


def main():
    task = json.load(sys.stdin)
    results = []
    for call in task["calls"]:
        results.append(run(client_for(task, call), call))
    json.dump(results, sys.stdout)


main()
