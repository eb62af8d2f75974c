import { errorBody } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { sendLocalReply } from "../../assembly/host/reply";
import { Selection } from "./entry/selection";
import { Missing } from "./identity";

const KEPT_BYTES: i32 = 64 << 10;

const body = new ByteBuffer();
const message = new ByteBuffer();
const headers = new HeaderPairs();

/** Replies with the messages that were chosen, as a JSON array. */
export function replyHistory(selection: Selection): void {
  body.release(KEPT_BYTES);
  selection.write(body.byte(0x5b));
  sendLocalReply(200, "ai-history.query", "application/json; charset=utf-8", body.byte(0x5d).slice, unstored());
}

/** Says that the history is removed. */
export function replyRemoved(): void {
  sendLocalReply(204, "ai-history.removed", "", ABSENT, unstored());
}

/** Refuses to say anything to somebody without an identity. `header` subdivides the consumer, or is empty. */
export function refuseAnonymous(missing: Missing, header: string): void {
  if (missing == Missing.Header)
    refuse(403, `The request needs the header ${header} with one value.`, "no_identity", unstored());
  else refuse(401, "A history belongs to a consumer, and the request has none.", "no_consumer", unstored());
}

/** Refuses a method. */
export function refuseMethod(): void {
  refuse(405, "The method must be GET or DELETE.", "method", unstored().addText("allow", "GET, DELETE"));
}

/** Refuses a number of rounds. */
export function refuseCount(): void {
  refuse(400, "cnt must be a number of rounds.", "invalid_cnt", unstored());
}

/** Says that the store cannot be asked. */
export function replyStoreDown(): void {
  const pairs = unstored().addText("retry-after", "1");
  refuse(503, "The history cannot be read or removed now. Try again later.", "store_down", pairs);
}

function unstored(): HeaderPairs {
  return headers.clear().addText("cache-control", "no-store");
}

function refuse(status: i32, text: string, code: string, pairs: HeaderPairs): void {
  message.clear();
  const json: Slice = errorBody(status, message.text(text).slice, code);
  sendLocalReply(status, `ai-history.${code}`, "application/json", json, pairs);
}
