// Where the protocols have the values of the keys that need no path. The paths of chats and Messages are Higress's.
// OpenAI: https://platform.openai.com/docs/api-reference · Anthropic: https://docs.claude.com/en/api/messages ·
// Gemini: https://ai.google.dev/api/generate-content · DashScope: https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api

/** Values of a body at one of several paths: the first path that has a value counts. */
export class BuiltIn {
  constructor(
    readonly key: string,
    /** Paths, separated by spaces. Behind `<` the type that an event must have; `"` in front takes strings alone, `=` replaces in streams. */
    readonly request: string,
    readonly response: string,
    readonly stream: string,
  ) {}
}

/** Rows of four: the key, and the paths as in `BuiltIn`. */
const OF_BODIES: StaticArray<string> = [
  "messages",
  "messages input.messages contents",
  "",
  "",

  "question",
  'messages.@reverse.0.content input.messages.@reverse.0.content contents.@reverse.0.parts.*.text "input input.@reverse.0.content "prompt',
  "",
  "",

  "system",
  "system systemInstruction.parts.*.text instructions",
  "",
  "",

  "answer",
  "",
  'choices.0.message.content choices.0.text content.*.text candidates.0.content.parts.*.text output.*.content.*.text output.choices.0.message.content "output.text',
  'choices.0.delta.content choices.0.text delta.text "delta<response.output_text.delta candidates.0.content.parts.*.text =output.choices.0.message.content =output.text',

  "reasoning",
  "",
  "choices.0.message.reasoning_content choices.0.message.reasoning content.*.thinking output.*.summary.*.text output.choices.0.message.reasoning_content",
  'choices.0.delta.reasoning_content choices.0.delta.reasoning delta.thinking "delta<response.reasoning_summary_text.delta "delta<response.reasoning_text.delta =output.choices.0.message.reasoning_content',
];

/** The keys whose values are token counts. */
const OF_USAGE: string[] = ["reasoning_tokens", "cached_tokens", "input_token_details", "output_token_details"];
/** The key whose value is put together from the calls of tools. */
export const TOOL_CALLS = "tool_calls";

/** The built-in values of a key in bodies; `null` if it has none. */
export function builtInOf(key: string): BuiltIn | null {
  for (let i = 0; i < OF_BODIES.length; i += 4) {
    if (OF_BODIES[i] == key) return new BuiltIn(key, OF_BODIES[i + 1], OF_BODIES[i + 2], OF_BODIES[i + 3]);
  }
  return null;
}

/** Whether the key is one of token counts. */
export function isOfUsage(key: string): bool {
  return OF_USAGE.includes(key);
}

/** Whether a key has built-in values. */
export function isBuiltIn(key: string): bool {
  return key == TOOL_CALLS || isOfUsage(key) || builtInOf(key) !== null;
}

/** The elements of a body that may be calls of tools. */
export const CALLS =
  "choices.0.message.tool_calls.* content.* output.* candidates.0.content.parts.* output.choices.0.message.tool_calls.*";
