import { PromptEstimate } from "../../assembly/ai/prompt-estimate";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { mayBeJson } from "../../assembly/limit/request-state";
import { Account } from "./account";
import { holdText, releaseText } from "./attributes/text-budget";

/** The longest body whose tokens are estimated. */
const MOST_BYTES: i32 = 4 << 20;
const KEPT_BYTES: i32 = 1024;

const estimate = new PromptEstimate();

/**
 * Estimates the tokens of a prompt, for responses without usage: `Account.promptEstimate`. A body of several chunks is held until its end, as
 * part of what the VM holds at most; one for which there is no memory, or that is too long, has no estimate.
 */
export class PromptMeter {
  private isOn: bool = false;
  private readonly body: ByteBuffer = new ByteBuffer();

  /** The request headers have arrived. Returns whether the body is needed, in chunks. */
  begin(headers: HeaderMap): bool {
    this.isOn = mayBeJson(headers);
    return this.isOn;
  }

  /** A chunk of the request. */
  push(chunk: Slice, isLastChunk: bool, account: Account): void {
    if (!this.isOn) return;
    if (isLastChunk && !this.body.size) return this.read(chunk, account);
    const size = sliceSize(chunk);
    if (this.body.size + size > MOST_BYTES || !holdText(size)) return this.reset();
    this.body.append(chunk);
    if (isLastChunk) this.end(account);
  }

  /** The request has ended, perhaps with trailers. */
  end(account: Account): void {
    if (this.body.size) this.read(this.body.slice, account);
  }

  /** Forgets the request. */
  reset(): void {
    this.isOn = false;
    releaseText(this.body.size);
    this.body.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.reset();
    this.body.dispose();
  }

  private read(body: Slice, account: Account): void {
    estimate.read(body);
    if (estimate.hasText) account.promptEstimate = estimate.tokens;
    this.reset();
  }
}
