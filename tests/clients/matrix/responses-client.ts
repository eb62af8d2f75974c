// SPDX-License-Identifier: Apache-2.0
import OpenAI from "openai";
import { isOpenAiError } from "./chat-client.ts";
import { type Answer, type ClientMaker, SCHEMA, TOOL, type Turn } from "./turn.ts";

/** OpenAI's client with Responses, which stores nothing: the items of the output are sent back. */
export const responsesClient: ClientMaker = (baseUrl, fetch) => {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: "sk-client-for-tests", maxRetries: 0, fetch });
  return {
    finishes: { text: "completed", calls: "completed" },
    isOwnShape: isOpenAiError,
    async ask(turn) {
      const body = requestOf(turn);
      const { responses } = client;
      return answerOf(
        await (turn.streams ? responses.stream({ ...body, stream: true }).finalResponse() : responses.create(body)),
      );
    },
  };
};

function requestOf(turn: Turn): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  const text = { type: "input_text" as const, text: turn.text };
  const image_url = `data:image/png;base64,${turn.picture}`;
  const picture = { type: "input_image" as const, image_url, detail: "auto" as const };
  const input: OpenAI.Responses.ResponseInputItem[] = [
    { role: "user", content: turn.picture ? [picture, text] : turn.text },
  ];
  if (turn.called) {
    const { answer, results } = turn.called;
    input.push(...(answer.message as OpenAI.Responses.ResponseInputItem[]));
    answer.calls.forEach(({ id: call_id }, i) =>
      input.push({ type: "function_call_output", call_id, output: results[i] }),
    );
  }
  const { name, description, schema: parameters } = TOOL;
  const tools = [{ type: "function" as const, name, description, parameters, strict: false }];
  const reasoning = { effort: "high" as const, summary: "auto" as const };
  const format = { type: "json_schema" as const, name: "weather", schema: SCHEMA, strict: true };
  return {
    ...{ model: turn.model, input, max_output_tokens: 4096, store: false },
    ...(turn.system ? { instructions: turn.system } : {}),
    ...(turn.tools ? { tools } : {}),
    ...(turn.tools === "one" ? { parallel_tool_calls: false } : {}),
    ...(turn.thinks ? { reasoning, include: ["reasoning.encrypted_content" as const] } : {}),
    ...(turn.isStructured ? { text: { format } } : {}),
  };
}

function answerOf(response: OpenAI.Responses.Response): Answer {
  const { output, status, usage, error } = response;
  if (status === "failed") throw Object.assign(new Error(error?.message), { error });
  return {
    text: response.output_text,
    reasoning: output.map((item) => (item.type === "reasoning" ? reasoningOf(item) : "")).join(""),
    calls: output.flatMap((item) =>
      item.type === "function_call"
        ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) as unknown }]
        : [],
    ),
    finish: status ?? "",
    usage: {
      ...{ input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0 },
      reasoning: usage?.output_tokens_details?.reasoning_tokens,
    },
    message: output,
  };
}

const reasoningOf = ({ summary, content }: OpenAI.Responses.ResponseReasoningItem): string =>
  [...summary, ...(content ?? [])].map(({ text }) => text).join("");
