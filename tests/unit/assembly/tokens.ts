import { PromptEstimate } from "../../../assembly/ai/prompt-estimate";
import { TokenEstimate } from "../../../assembly/ai/token-estimate";
import { UsageWatch } from "../../../assembly/ai/usage-watch";
import { sliceOf } from "../../../assembly/bytes/slice";

export { memoryBytes } from "./output";

const text = new TokenEstimate();
const prompt = new PromptEstimate();
const watch = new UsageWatch();

/** Forgets the text. */
export function begin(): void {
  text.reset();
}

/** Adds to the text. Returns its tokens. */
export function push(start: usize, size: i32): i32 {
  text.push(sliceOf(start, size));
  return <i32>text.tokens;
}

/** Adds a piece of a JSON string. Returns the tokens. */
export function pushJson(start: usize, size: i32): i32 {
  text.pushJson(sliceOf(start, size));
  return <i32>text.tokens;
}

/** Adds the text in pieces of `step` bytes. Returns its tokens. */
export function pushInSteps(start: usize, size: i32, step: i32): i32 {
  for (let at = 0; at < size; at += step) text.push(sliceOf(start + at, min(step, size - at)));
  return <i32>text.tokens;
}

/** Reads a request's body. Returns the tokens of its input. */
export function readPrompt(start: usize, size: i32): i32 {
  prompt.read(sliceOf(start, size));
  return <i32>prompt.tokens;
}

export function maxTokens(): f64 {
  return <f64>prompt.maxTokens;
}

export function choices(): f64 {
  return <f64>prompt.choices;
}

export function hasText(): bool {
  return prompt.hasText;
}

/** Begins a response of this content type. */
export function respond(start: usize, size: i32): bool {
  watch.reset();
  return watch.begin(sliceOf(start, size));
}

export function pushResponse(start: usize, size: i32): void {
  watch.push(sliceOf(start, size));
}

/** Ends the response. `needsModel`: its model is read too. */
export function finishResponse(needsModel: bool): void {
  watch.finish(needsModel);
}

export function outputTokens(): i32 {
  return <i32>watch.output.tokens;
}

export function usageStatus(): i32 {
  return watch.usage.status;
}

export function inputUsage(): f64 {
  return <f64>watch.usage.prompt;
}

export function outputUsage(): f64 {
  return <f64>watch.usage.completion;
}

export function providerTotal(): f64 {
  return <f64>watch.usage.providerTotal;
}
