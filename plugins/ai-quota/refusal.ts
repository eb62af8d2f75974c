import { ByteBuffer } from "../../assembly/bytes/buffer";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { sendLocalReply } from "../../assembly/host/reply";

const headers = new HeaderPairs();
const body = new ByteBuffer();

/** Sends a plain text. `reason` follows the plugin's name in the response code details. */
export function replyText(status: i32, reason: string, text: string): void {
  body.clear();
  sendLocalReply(status, `ai-quota.${reason}`, "text/plain", body.text(text).slice, headers.clear());
}

/** Refuses a request as Higress's ai-quota does. */
export function deny(status: i32, reason: string, why: string): void {
  replyText(status, reason, `Request denied by ai quota check${why}`);
}

/** Says that Redis cannot be asked. */
export function replyStoreDown(): void {
  headers.clear().addText("retry-after", "1");
  body.clear();
  body.text("redis error: the quota cannot be read or changed now. Try again later.");
  sendLocalReply(503, "ai-quota.error", "text/plain", body.slice, headers);
}

/** Refuses a method. */
export function denyMethod(allowed: string): void {
  headers.clear().addText("allow", allowed);
  body.clear();
  body.text("Request denied by ai quota check, the method must be ").text(allowed).byte(0x2e);
  sendLocalReply(405, "ai-quota.method", "text/plain", body.slice, headers);
}
