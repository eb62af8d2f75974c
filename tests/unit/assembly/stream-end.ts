import { StreamEnd } from "../../../assembly/ai/stream-end";
import { TokenUsage } from "../../../assembly/ai/usage";
import { sliceOf } from "../../../assembly/bytes/slice";
import { jsonValidate } from "../../../assembly/json/validate";
import { out } from "./output";

export { outSize, outStart } from "./output";

const end = new StreamEnd();
const usage = new TokenUsage();

export function begin(): void {
  end.reset();
  out.clear();
  usage.reset();
  usage.estimateRest(5, 7);
}

/** Reads the data of an event, if it is JSON. */
export function read(start: usize, size: i32): void {
  const json = sliceOf(start, size);
  if (!jsonValidate(json)) end.read(json);
}

/** Writes the end. Returns whether it was possible. */
export function write(wantsUsage: bool): bool {
  const isPossible = end.isPossible;
  if (isPossible) end.write(out, usage, wantsUsage);
  return isPossible;
}
