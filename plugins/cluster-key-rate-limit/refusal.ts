import { errorBodyFor, ErrorFormat } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { Verdict } from "../../assembly/limit/verdict";
import { ClusterKeyRateLimitConfig } from "./config";

const headers = new HeaderPairs();
const number = new ByteBuffer();
const NO_STORE = String.UTF8.encode("The rate limit cannot be checked now. Try again later.");

/** Refuses a request above a limit. */
export function refuse(config: ClusterKeyRateLimitConfig, verdict: Verdict): void {
  headers.clear();
  add("x-ratelimit-reset", verdict.seconds);
  // Redis rounds to seconds: a retry after 0 s may be too early.
  add("retry-after", max<i64>(verdict.seconds, 1));
  if (config.showsQuota) {
    add("x-ratelimit-limit", verdict.limit);
    add("x-ratelimit-remaining", 0);
  }
  const message = sliceOfBuffer(config.rejectedMessage);
  reply(config, config.rejectedCode, "cluster-key-rate-limit.rejected", message, "rate_limit_exceeded");
}

/** Refuses a request whose limits are unknown. */
export function refuseWithoutStore(config: ClusterKeyRateLimitConfig): void {
  headers.clear();
  add("retry-after", 1);
  reply(config, 503, "cluster-key-rate-limit.store_down", sliceOfBuffer(NO_STORE), "store_down");
}

function reply(config: ClusterKeyRateLimitConfig, status: i32, details: string, message: Slice, code: string): void {
  if (config.errorFormat == ErrorFormat.Text) return sendLocalReply(status, details, "", message, headers);
  const body = errorBodyFor(requestHeaders.first(":path"), status, message, code);
  sendLocalReply(status, details, "application/json", body, headers);
}

function add(name: string, value: i64): void {
  number.clear();
  headers.add(name, number.integer(value).slice);
}
