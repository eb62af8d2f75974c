import { AI_LOG_STATE, CACHE_PASS_STATE, USAGE_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { LogFields } from "../../assembly/plugin/log-fields";

/** The hexadecimal digits of a key. */
const KEY_SIZE: i32 = 64;
const KEPT_BYTES: i32 = 4096;
const LARGEST_SCORE: f64 = 1e12;

/** What a request is for the cache, as a letter of the filter state. */
export const enum Part {
  /** Nothing was decided yet. */
  None = 0,
  /** Its response is stored, and equal requests wait for it. */
  Leader = 0x4c,
  /** Its response is stored. */
  Single = 0x53,
  /** Its response is not stored: the client asks for that. */
  Reader = 0x52,
}

const pass = new FilterState(CACHE_PASS_STATE);
const usage = new FilterState(USAGE_STATE);
const log = new FilterState(AI_LOG_STATE);
const fields = new LogFields(AI_LOG_STATE);
const text = new ByteBuffer();
/** What `LogFields` writes for a hit where no filter has written a field. */
const hitFields = new ByteBuffer().text('{\\"cache_status\\":\\"hit\\"}');
const free = new ByteBuffer().text('{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"source":"cache"}');

/** Declares the filter states that outlive an internal redirect. */
export function defineStates(): void {
  pass.define();
  usage.define();
  log.define();
}

/** The part of a request on an earlier pass; its key is appended to `key`, and the question to `question`. */
export function readPass(key: ByteBuffer, question: ByteBuffer): Part {
  const state = pass.get();
  if (!sliceSize(state)) return Part.None;
  key.append(subslice(state, 1, 1 + KEY_SIZE));
  question.append(subslice(state, 1 + KEY_SIZE));
  return <Part>byteAt(state, 0);
}

/** Notes the part of a request for its next pass. */
export function notePass(part: Part, key: Slice, question: Slice): void {
  text.release(KEPT_BYTES);
  pass.set(text.byte(part).append(key).append(question).slice);
}

/** Notes in `ai_log` what became of a request. */
export function noteResult(what: string): void {
  fields.note("cache_status", what);
}

/** `noteResult` for a hit. */
export function noteHit(): void {
  if (sliceSize(log.get())) fields.note("cache_status", "hit");
  else log.set(hitFields.slice);
}

/** Notes how close the closest question was, in the store's own unit, with four decimals. */
export function noteScore(score: f64): void {
  if (!(Math.abs(score) < LARGEST_SCORE)) return;
  const units = <i64>Math.round(Math.abs(score) * 10_000);
  const fraction = (units % 10_000).toString().padStart(4, "0");
  fields.open();
  fields.text("cache_score", `${score < 0 ? "-" : ""}${units / 10_000}.${fraction}`);
  fields.close();
}

/** Notes that the response costs nothing: limiters and quotas charge what this state says. */
export function noteFree(): void {
  usage.set(free.slice);
}
