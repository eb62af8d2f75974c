/** What is known of the models of one vendor, or of one host. */
export class ShippedGroup {
  constructor(
    /** The types of its providers. */
    readonly types: string[],
    /** Whether the entries hold wherever the models are served. */
    readonly isVendor: bool,
    /** Each a JSON text, like one of the option `models`. */
    readonly entries: string[],
  ) {}
}

/** The table of models.json, of 2026-11-28. Written by `make docs`. */
export const SHIPPED_MODELS: ShippedGroup[] = [
  new ShippedGroup(["openai"], true, [
    '{"model":"o1 o3-mini","drop":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias","parallel_tool_calls"],"limitField":"max_completion_tokens","maxOutputTokens":100000,"thinking":"effort","efforts":["low","medium","high"]}',
    '{"model":"o3 o4-mini","like":"o1","drop":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias","parallel_tool_calls","stop"]}',
    '{"model":"o3-deep-research o4-mini-deep-research","like":"o3","efforts":["medium"]}',
    '{"model":"gpt-5","drop":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias","stop"],"limitField":"max_completion_tokens","maxOutputTokens":128000,"thinking":"effort","efforts":["minimal","low","medium","high"]}',
    '{"model":"gpt-5-codex gpt-5.1-codex","like":"gpt-5","efforts":["low","medium","high"]}',
    '{"model":"gpt-5-pro","like":"gpt-5","maxOutputTokens":272000,"efforts":["high"]}',
    '{"model":"gpt-5-chat","thinking":"none","maxOutputTokens":128000}',
    '{"model":"gpt-5-search-api","thinking":"none","drop":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias","n","seed"]}',
    '{"model":"gpt-5.1","like":"gpt-5","drop":[],"dropWhenReasoning":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias","stop"],"efforts":["none","low","medium","high"]}',
    '{"model":"gpt-5.1-codex-max","like":"gpt-5","efforts":["low","medium","high","xhigh"]}',
    '{"model":"gpt-5.1-chat-latest gpt-5.2-chat-latest","like":"gpt-5","maxOutputTokens":16384,"efforts":["medium"]}',
    '{"model":"gpt-5.2 gpt-5.3-codex gpt-5.4","like":"gpt-5.1","efforts":["none","low","medium","high","xhigh"]}',
    '{"model":"gpt-5.2-codex","like":"gpt-5","efforts":["low","medium","high","xhigh"]}',
    '{"model":"gpt-5.2-pro gpt-5.4-pro","like":"gpt-5","efforts":["medium","high","xhigh"]}',
    '{"model":"gpt-5.5","like":"gpt-5.2","dropWhenReasoning":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias"]}',
    '{"model":"gpt-5.5-pro","like":"gpt-5.2","dropWhenReasoning":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias"],"efforts":["medium","high","xhigh"]}',
    '{"model":"gpt-4.1","thinking":"none","maxOutputTokens":32768}',
    '{"model":"gpt-4o","thinking":"none","maxOutputTokens":16384}',
    '{"model":"gpt-4o-2024-05-13","thinking":"none","maxOutputTokens":4096}',
    '{"model":"gpt-4o*-search-preview","thinking":"none","maxOutputTokens":16384,"drop":["temperature","top_p","presence_penalty","frequency_penalty","logprobs","top_logprobs","logit_bias","n","seed"]}',
    '{"model":"gpt-4","thinking":"none","maxOutputTokens":8192}',
    '{"model":"gpt-4-turbo gpt-4-*-preview","thinking":"none","maxOutputTokens":4096}',
    '{"model":"gpt-3.5-turbo","thinking":"none","maxOutputTokens":4096}',
  ]),
  new ShippedGroup(["claude"], true, [
    '{"model":"claude-3-opus claude-3-sonnet claude-3-haiku claude-2 claude-instant","thinking":"none","maxOutputTokens":4096,"defaultOutputTokens":4096,"features":["forced_tools"]}',
    '{"model":"claude-3-5","thinking":"none","maxOutputTokens":8192,"defaultOutputTokens":8192,"features":["forced_tools"]}',
    '{"model":"claude-3-7-sonnet","thinking":"budget","thinkingBudget":{"least":1024},"maxOutputTokens":128000,"dropWhenReasoning":["temperature","top_k"],"features":["forced_tools"]}',
    '{"model":"claude-sonnet-4-0 claude-sonnet-4-2*","like":"claude-3-7-sonnet","maxOutputTokens":64000}',
    '{"model":"claude-opus-4-0 claude-opus-4-2*","like":"claude-3-7-sonnet","maxOutputTokens":32000}',
    '{"model":"claude-opus-4-1","like":"claude-opus-4-0","features":["json_schema","forced_tools"]}',
    '{"model":"claude-*-4-5*","like":"claude-sonnet-4-0","features":["json_schema","forced_tools"]}',
    '{"model":"claude-opus-4-5","like":"claude-*-4-5*","efforts":["low","medium","high"]}',
    '{"model":"claude-*-4-6*","thinking":"adaptive","thinkingBudget":{"least":1024},"efforts":["low","medium","high","max"],"maxOutputTokens":128000,"dropWhenReasoning":["temperature","top_k"],"features":["json_schema","forced_tools"]}',
    '{"model":"claude-*-4-7* claude-*-4-8*","thinking":"adaptive","efforts":["low","medium","high","xhigh","max"],"maxOutputTokens":128000,"drop":["temperature","top_p","top_k"],"features":["json_schema","forced_tools","hidden_thinking"]}',
    '{"model":"claude-sonnet-5 claude-opus-5","like":"claude-*-4-7*","thinking":"adaptive_by_default"}',
    '{"model":"claude-sonnet-5-1 claude-sonnet-5-5 claude-opus-5-1 claude-opus-5-5 claude-fable* claude-mythos*","like":"claude-*-4-7*","thinking":"adaptive_always","features":["json_schema","hidden_thinking"]}',
  ]),
  new ShippedGroup(["gemini"], true, [
    '{"model":"gemini-*","thinking":"budget","efforts":["none"],"thinkingBudget":{"most":24576},"maxOutputTokens":65536,"features":["file_urls"]}',
    '{"model":"gemini-pro-latest","like":"gemini-*","efforts":[],"thinkingBudget":{"least":128,"most":32768}}',
    '{"model":"gemini-flash-lite-latest","like":"gemini-*","thinkingBudget":{"least":512,"most":24576}}',
    '{"model":"gemini-1* gemini-2.0*","thinking":"none","maxOutputTokens":8192,"features":[]}',
    '{"model":"gemini-2.5-flash","like":"gemini-*","drop":["presence_penalty","frequency_penalty"]}',
    '{"model":"gemini-2.5-flash-lite","like":"gemini-flash-lite-latest","drop":["presence_penalty","frequency_penalty"]}',
    '{"model":"gemini-2.5-pro","like":"gemini-pro-latest","drop":["presence_penalty","frequency_penalty"]}',
    '{"model":"gemini-3*","thinking":"level","efforts":["minimal","low","medium","high"],"maxOutputTokens":65536,"drop":["presence_penalty","frequency_penalty"],"features":["signed_calls","file_urls"]}',
    '{"model":"gemini-3-pro","like":"gemini-3*","efforts":["low","high"]}',
    '{"model":"gemini-3*-pro*","like":"gemini-3*","efforts":["low","medium","high"]}',
    '{"model":"gemini-embedding gemini-2.5-flash-image gemini-2.5-flash-preview-tts gemini-2.5-pro-preview-tts","thinking":"none","features":["file_urls"]}',
    '{"model":"gemini-3*-image*","thinking":"none","features":["signed_calls","file_urls"]}',
  ]),
  new ShippedGroup(["qwen"], true, [
    '{"model":"qwen-max","maxOutputTokens":8192}',
    '{"model":"qwen-turbo","maxOutputTokens":16384,"thinking":"switch"}',
    '{"model":"qwen3-vl qwen3-next","maxOutputTokens":32768}',
    '{"model":"qwen-plus qwen-flash","maxOutputTokens":32768,"thinking":"switch"}',
    '{"model":"qwen3-coder","maxOutputTokens":65536}',
    '{"model":"qwen3-max qwen3.5 qwen3.6 qwen3.7","maxOutputTokens":65536,"thinking":"switch"}',
    '{"model":"qwen3.8","thinking":"effort","efforts":["none","minimal","low","medium","high","xhigh"]}',
    '{"model":"qwen3.8-max qwen3.8-flash","like":"qwen3.8","maxOutputTokens":131072}',
  ]),
  new ShippedGroup(["deepseek"], true, [
    '{"model":"deepseek-reasoner","drop":["logprobs","top_logprobs"]}',
    '{"model":"deepseek-v4","maxOutputTokens":393216}',
  ]),
  new ShippedGroup(["moonshot"], true, [
    '{"model":"kimi-k2.5 kimi-k2.6 kimi-k2.7-code","drop":["temperature","top_p","n","presence_penalty","frequency_penalty"]}',
  ]),
  new ShippedGroup(["zhipuai", "zai"], true, [
    '{"model":"glm-4.5","maxOutputTokens":98304}',
    '{"model":"glm-4.5v","maxOutputTokens":16384}',
    '{"model":"glm-4.6 glm-4.7","maxOutputTokens":131072}',
    '{"model":"glm-4.6v","maxOutputTokens":32768}',
  ]),
  new ShippedGroup(["groq"], false, [
    '{"model":"llama-3.3-70b-versatile","thinking":"none","maxOutputTokens":32768}',
    '{"model":"llama-3.1-8b-instant","thinking":"none","maxOutputTokens":131072}',
    '{"model":"llama-4-scout","thinking":"none","maxOutputTokens":8192}',
    '{"model":"gpt-oss","maxOutputTokens":65536}',
    '{"model":"compound","maxOutputTokens":8192}',
    '{"model":"qwen3-32b","maxOutputTokens":40960}',
  ]),
];
