import { ChatCompletion } from "../../../../assembly/ai/chat-completion";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonContent, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext } from "../../../../assembly/json/value";
import { Exchange } from "../../exchange";
import { QwenChoice, QwenToolCall } from "./choice";

const choice = new QwenChoice();
const call = new QwenToolCall();

/** Translates DashScope's whole answer into OpenAI's; `false` if it is none. */
export function translateCompletion(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
  const output = response.get("output");
  const choices = jsonGet(output, "choices");
  const hasText = jsonKind(jsonGet(output, "text")) == JsonKind.String;
  if (jsonFirst(choices) == ABSENT && !hasText) return false;
  exchange.usage.read(response.get("usage"));

  const completion = new ChatCompletion(exchange.config.reasoning);
  completion.begin(out, jsonContent(response.get("request_id")), exchange.created, exchange.model.slice);
  let position = 0;
  for (let item = jsonFirst(choices); item != ABSENT; item = jsonNext(choices, item)) {
    choice.read(item, position++);
    writeChoice(completion);
  }
  if (position == 0) {
    choice.readText(output);
    writeChoice(completion);
  }
  completion.end(exchange.usage);
  return true;
}

function writeChoice(completion: ChatCompletion): void {
  const calls = choice.toolCalls;
  if (!completion.beginChoice(choice.index)) return;
  completion.text(choice.reasoning, choice.content, calls != ABSENT);
  let position = 0;
  for (let item = jsonFirst(calls); item != ABSENT; item = jsonNext(calls, item)) {
    call.read(item, position++);
    completion.toolCall(call.id, call.name, call.argumentsText);
  }
  completion.endChoice(choice.finish.length > 0 ? choice.finish : "stop", choice.logprobs);
}
