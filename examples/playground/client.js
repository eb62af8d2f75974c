import { describeError, describeRefusal } from "./errors.js";
import { EventReader } from "./sse.js";

/** An error whose message is for the person who asks. */
export class PlainError extends Error {}

/** Returns the ids of the models that the gateway lists. */
export async function listModels(base, key) {
  const response = await request(`${base}/models`, { headers: headersFor(key) });
  const list = await response.json().catch(() => null);
  if (!Array.isArray(list?.data)) throw new PlainError("The gateway returned no list of models.");
  return list.data.map(({ id }) => id).filter((id) => typeof id === "string");
}

/**
 * Sends a chat and calls `on.facts`, `on.text` and `on.reasoning` as the response arrives. Throws `PlainError`, also if the
 * response breaks off.
 */
export async function streamChat({ base, key, model, messages, signal }, on) {
  const body = JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } });
  const headers = { ...headersFor(key), "content-type": "application/json" };
  const response = await request(`${base}/chat/completions`, { method: "POST", headers, body, signal });
  on.facts(factsOf(response.headers));
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return readWhole(response, on);
  const reader = new EventReader();
  let isComplete = false;
  const take = (events) => {
    for (const data of events) isComplete = readEvent(data, on) || isComplete;
  };
  try {
    for (const pieces = response.body.getReader(); ;) {
      const { done, value } = await pieces.read();
      take(done ? reader.end() : reader.read(value));
      if (done) break;
    }
  } catch (error) {
    if (error instanceof PlainError || signal.aborted) throw error;
    throw new PlainError("The connection broke off before the response was complete.");
  }
  if (!isComplete) throw new PlainError("The stream ended before the response was complete.");
}

const headersFor = (key) => (key ? { authorization: `Bearer ${key}` } : {});

async function request(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new PlainError("The gateway cannot be reached. Is it running?");
  }
  if (response.ok) return response;
  const body = await response.text().catch(() => "");
  throw new PlainError(describeRefusal(response.status, response.headers.get("retry-after"), body));
}

/** What the headers say of a response: who answered, what is left of a token limit, and whether another target was asked first. */
function factsOf(headers) {
  return {
    model: headers.get("x-ai-model"),
    provider: headers.get("x-ai-provider"),
    fallbackFrom: headers.get("x-higress-fallback-from"),
    dropped: headers.get("x-ai-dropped-params"),
    tokensLeft: headers.get("x-ratelimit-remaining-tokens"),
    tokenLimit: headers.get("x-ratelimit-limit-tokens"),
    tokenReset: headers.get("x-ratelimit-reset-tokens"),
  };
}

/** Reads one event; returns whether it says that the response is complete. */
function readEvent(data, on) {
  if (data === "[DONE]") return true;
  let chunk;
  try {
    chunk = JSON.parse(data);
  } catch {
    throw new PlainError("The stream contains an event that is not JSON.");
  }
  if (chunk?.error) throw new PlainError(describeError(chunk.error));
  if (chunk?.usage) on.facts({ usage: chunk.usage });
  const choice = chunk?.choices?.[0];
  read(choice?.delta, on);
  return typeof choice?.finish_reason === "string";
}

async function readWhole(response, on) {
  const body = await response.json().catch(() => null);
  if (body?.error) throw new PlainError(describeError(body.error));
  const message = body?.choices?.[0]?.message;
  if (!message) throw new PlainError("The response is not a chat completion.");
  if (body.usage) on.facts({ usage: body.usage });
  read(message, on);
}

function read(message, on) {
  if (typeof message?.reasoning_content === "string") on.reasoning(message.reasoning_content);
  if (typeof message?.content === "string") on.text(message.content);
}
