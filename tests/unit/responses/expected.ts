import { eventsOf } from "./module.ts";

/** A response without output and usage, to a request without options. */
export const RESPONSE = {
  id: "resp_chatcmpl-1",
  object: "response",
  created_at: 1_700_000_000,
  status: "completed",
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  model: "served-model",
  output: [] as object[],
  previous_response_id: null,
  store: false,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  top_p: null,
  tools: [] as object[],
  truncation: "disabled",
  usage: null as object | null,
};
/** The usage of `usage` in module.ts. */
export const USAGE = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 14,
};
/** A message item. */
export const message = (text: string, index = 0, status = "completed"): object => ({
  id: `msg_chatcmpl-1_${index}`,
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", annotations: [], logprobs: [], text }],
  status,
});

/** The events without their numbers, which `eventsOf` has checked. */
export const told = (text: string): any[] =>
  eventsOf(text).map((event) => {
    const { sequence_number: _, ...rest } = event as object & { sequence_number: number };
    return rest;
  });
