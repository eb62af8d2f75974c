# SPDX-License-Identifier: Apache-2.0
"""Runs chats through the official OpenAI client, also in parallel, and prints what an application would see of each."""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import openai


def whole(client, arguments):
    raw = client.chat.completions.with_raw_response.create(**arguments)
    completion = raw.parse()
    [choice] = completion.choices
    return raw.headers, completion.model, [choice.message], choice.finish_reason


def streamed(client, arguments):
    raw = client.chat.completions.with_raw_response.create(stream=True, **arguments)
    models, deltas, finishes = set(), [], []
    for chunk in raw.parse():
        models.add(chunk.model)
        deltas += [choice.delta for choice in chunk.choices]
        finishes += [choice.finish_reason for choice in chunk.choices if choice.finish_reason]
    return raw.headers, "|".join(sorted(models)), deltas, "|".join(finishes)


def run(base_url, call):
    client = openai.OpenAI(base_url=base_url, api_key=call["key"], max_retries=0, timeout=20)
    arguments = {"model": call["model"], "messages": [{"role": "user", "content": call["content"]}]}
    try:
        headers, model, parts, finish = (streamed if call["stream"] else whole)(client, arguments)
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "status": error.status_code, "message": error.message}
    except openai.APIError as error:
        return {"error": type(error).__name__, "message": error.message}
    return {
        "headers": dict(headers),
        "model": model,
        "content": "".join(part.content or "" for part in parts),
        "reasoning": "".join(getattr(part, "reasoning_content", None) or "" for part in parts),
        "finish": finish,
    }


def main():
    task = json.load(sys.stdin)
    with ThreadPoolExecutor(max_workers=task["parallel"]) as pool:
        json.dump(list(pool.map(lambda call: run(task["baseUrl"], call), task["calls"])), sys.stdout)


main()
