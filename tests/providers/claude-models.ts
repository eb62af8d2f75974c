// SPDX-License-Identifier: Apache-2.0
// What Anthropic's models refuse, in a request of the right form.
// Thinking: https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
// The models since 4.6: https://platform.claude.com/docs/en/about-claude/models/migration-guide
// https://platform.claude.com/docs/en/models/sonnet-5/migration-guide https://platform.claude.com/docs/en/models/opus-5-5/migration-guide
import { AnthropicRefusal, invalid } from "./anthropic-errors.ts";
import { blocksOf } from "./anthropic-request.ts";
import { SIGNATURE } from "./anthropic-response.ts";
import { isObject, type JsonObject } from "./wire.ts";

const SMALLEST_BUDGET = 1024;

interface Model {
  /** The most tokens of a response. https://platform.claude.com/docs/en/about-claude/models/overview */
  most: number;
  thinks: ("enabled" | "adaptive" | "disabled")[];
  isThinking: boolean;
  hidesThinking: boolean;
  sampling: boolean;
  prefill: boolean;
  schemas: boolean;
  efforts: string[];
  forcedTools: boolean;
}

const FIRST: Model = {
  ...{ most: 8192, thinks: ["disabled"], isThinking: false, hidesThinking: false, sampling: true },
  ...{ prefill: true, schemas: false, efforts: [], forcedTools: true },
};
const BUDGET: Model = { ...FIRST, most: 32_000, thinks: ["disabled", "enabled"] };
const EFFORTS = ["low", "medium", "high", "max"];
const M46: Model = {
  ...{ ...BUDGET, most: 64_000, thinks: ["disabled", "enabled", "adaptive"] },
  ...{ prefill: false, schemas: true, efforts: EFFORTS },
};
const M47: Model = {
  ...{ ...M46, thinks: ["disabled", "adaptive"], sampling: false, hidesThinking: true },
  efforts: [...EFFORTS, "xhigh"],
};
const M5: Model = { ...M47, isThinking: true };
const M55: Model = { ...M5, thinks: ["adaptive"], forcedTools: false };

const MODELS: [name: RegExp, model: Model][] = [
  [/^claude-3-(opus|haiku)/, { ...FIRST, most: 4096 }],
  [/^claude-3-5/, FIRST],
  [/^claude-(3-7|(sonnet|opus)-4-[02])/, BUDGET],
  [/^claude-opus-4-1/, { ...BUDGET, schemas: true }],
  [/^claude-opus-4-5/, { ...BUDGET, most: 64_000, schemas: true, efforts: ["low", "medium", "high"] }],
  [/-4-5/, { ...BUDGET, most: 64_000, schemas: true }],
  [/-4-6/, M46],
  [/-4-[78]/, M47],
  [/^claude-(sonnet|opus)-5(-\d{8})?$/, M5],
];

const modelOf = (name: unknown): Model => MODELS.find(([pattern]) => pattern.test(String(name)))?.[1] ?? M55;
const thinkingOf = (body: JsonObject): JsonObject => (isObject(body.thinking) ? body.thinking : {});
const refused = (message: string): AnthropicRefusal => new AnthropicRefusal(400, "invalid_request_error", message);

/** Whether the model reasons. */
export function isThinking(model: string, body: JsonObject): boolean {
  const { type } = thinkingOf(body);
  return type === undefined ? modelOf(model).isThinking : type !== "disabled";
}

/** Whether the texts of the reasoning are left out. */
export const hidesThinking = (model: string, body: JsonObject): boolean =>
  modelOf(model).hidesThinking && thinkingOf(body).display !== "summarized";

/** Refuses what the requested model does not take. */
export function checkModel(body: JsonObject): void {
  const model = modelOf(body.model);
  const most = body.max_tokens as number;
  if (most > model.most) {
    const text = `max_tokens: ${most} > ${model.most}, which is the maximum allowed number of output tokens`;
    throw refused(`${text} for ${String(body.model)}`);
  }
  checkThinking(body, model, most);
  checkSampling(body, model);
  checkOutput(body, model);
  checkMessages(body.messages as JsonObject[], body, model);
}

function checkThinking(body: JsonObject, model: Model, most: number): void {
  const thinking = thinkingOf(body);
  const { type } = thinking;
  if (type === undefined) return;
  if (!(model.thinks as unknown[]).includes(type)) {
    throw refused(`"thinking.type.${String(type)}" is not supported for this model.`);
  }
  const choice = isObject(body.tool_choice) ? body.tool_choice.type : "auto";
  if (type !== "disabled" && (choice === "any" || choice === "tool")) {
    throw refused("Thinking may not be enabled when tool_choice forces tool use.");
  }
  if (type !== "enabled") return;
  const budget = thinking.budget_tokens;
  if (!Number.isInteger(budget)) throw invalid("thinking.enabled.budget_tokens", "Field required");
  if ((budget as number) < SMALLEST_BUDGET) {
    const text = `Input should be greater than or equal to ${SMALLEST_BUDGET}`;
    throw invalid("thinking.enabled.budget_tokens", text);
  }
  if ((budget as number) >= most) throw refused("`max_tokens` must be greater than `thinking.budget_tokens`.");
}

function checkSampling(body: JsonObject, model: Model): void {
  const { temperature, top_p: topP, top_k: topK } = body;
  if (!model.sampling) {
    const given = { temperature: (temperature ?? 1) !== 1, top_p: (topP ?? 1) !== 1, top_k: topK !== undefined };
    for (const [name, is] of Object.entries(given)) if (is) throw refused(`\`${name}\` is deprecated for this model.`);
  }
  if (temperature !== undefined && topP !== undefined) {
    throw refused("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  }
  if (!["enabled", "adaptive"].includes(String(thinkingOf(body).type))) return;
  if ((temperature ?? 1) !== 1) throw refused("`temperature` may only be set to 1 when thinking is enabled.");
  if (topK !== undefined) throw refused("`top_k` must be unset when thinking is enabled.");
  if (topP !== undefined && ((topP as number) < 0.95 || (topP as number) > 1)) {
    throw refused("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
  }
}

/** https://platform.claude.com/docs/en/build-with-claude/effort and …/structured-outputs */
function checkOutput(body: JsonObject, model: Model): void {
  const { effort, format } = isObject(body.output_config) ? body.output_config : {};
  if (effort !== undefined && !model.efforts.includes(String(effort))) {
    throw refused("This model does not support the effort parameter.");
  }
  const tools = (body.tools ?? []) as JsonObject[];
  if (!model.schemas && (format !== undefined || tools.some(({ strict }) => strict))) {
    throw refused(`'${String(body.model)}' does not support output format.`);
  }
  const choice = isObject(body.tool_choice) ? body.tool_choice.type : undefined;
  if (choice !== undefined && tools.length === 0) {
    throw invalid("tool_choice", "may only be specified while providing tools.");
  }
  if (!model.forcedTools && (choice === "any" || choice === "tool")) {
    throw refused(`tool_choice: "${choice}" is not supported for this model.`);
  }
  const stops = (body.stop_sequences ?? []) as string[];
  if (stops.some((stop) => stop.trim() === ""))
    throw invalid("stop_sequences", "each stop sequence must contain non-whitespace");
}

function checkMessages(messages: JsonObject[], body: JsonObject, model: Model): void {
  messages.forEach((message, i) => {
    blocksOf(message).forEach((block, n) => {
      const at = `messages.${i}.content.${n}`;
      if (block.type === "thinking" && block.signature !== SIGNATURE) {
        throw invalid(at, "Invalid `signature` in `thinking` block");
      }
      if (block.type === "tool_use" && !/^[a-zA-Z0-9_-]+$/.test(String(block.id))) {
        throw invalid(`${at}.tool_use.id`, "String should match pattern '^[a-zA-Z0-9_-]+$'");
      }
      if (block.type !== "text") return;
      if (block.text === "") throw invalid("messages", "text content blocks must be non-empty");
      if ((block.text as string).trim() === "")
        throw invalid("messages", "text content blocks must contain non-whitespace text");
    });
  });
  const needsThinking = thinkingOf(body).type === "enabled";
  const last = messages.at(-1)!;
  if (last.role === "assistant") {
    if (!model.prefill || needsThinking) {
      throw refused(
        "This model does not support assistant message prefill. The conversation must end with a user message.",
      );
    }
    return;
  }
  // https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
  if (!needsThinking || !blocksOf(last).some(({ type }) => type === "tool_result")) return;
  const [first] = blocksOf(messages.at(-2)!);
  if (first.type !== "thinking" && first.type !== "redacted_thinking") {
    throw invalid(
      `messages.${messages.length - 2}.content.0.type`,
      `Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(first.type)}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block`,
    );
  }
}
