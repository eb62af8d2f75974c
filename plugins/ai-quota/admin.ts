import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { QueryParameters } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceEquals } from "../../assembly/bytes/slice";
import { sendLocalReply } from "../../assembly/host/reply";
import { escapeJson } from "../../assembly/json/writer";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { isReplyNumber, parseReplyNumber, ReplyKind, ReplyReader } from "../../assembly/redis/reply";
import { AiQuotaConfig, RequestKind } from "./config";
import { deny, replyStoreDown, replyText } from "./refusal";

const parameters = new QueryParameters();
const name = new ByteBuffer();
const key = new ByteBuffer();
const body = new ByteBuffer();
const args = new RedisArguments();
const reader = new ReplyReader();

/** A call of the admin, which waits for Redis. */
export class AdminCommand extends RedisCommand {
  private kind: RequestKind = RequestKind.Other;
  private readonly consumer: ByteBuffer = new ByteBuffer();
  private readonly number: ByteBuffer = new ByteBuffer();

  /** Reads the form of a call, and sends its command or replies. The stream is held in either case. */
  start(config: AiQuotaConfig, kind: RequestKind, form: Slice): void {
    this.kind = kind;
    this.readForm(form, kind == RequestKind.Delta ? "value" : "quota");
    const isNumber = isReplyNumber(this.number.slice);
    if (!this.consumer.size || (kind != RequestKind.Query && !isNumber)) return this.denyForm();
    key.clear();
    key.text(config.keyPrefix).append(this.consumer.slice);
    const value = isNumber ? parseReplyNumber(this.number.slice) : 0;
    if (kind == RequestKind.Query) args.clear().text("GET").bytes(key.slice);
    else if (kind == RequestKind.Refresh) args.clear().text("SET").bytes(key.slice).integer(value);
    else args.clear().text("INCRBY").bytes(key.slice).integer(value);
    if (config.redis.run(this, args) != RedisFault.None) replyStoreDown();
  }

  onResult(fault: RedisFault, reply: Slice): void {
    reader.begin(reply);
    if (fault != RedisFault.None) replyStoreDown();
    else if (this.kind == RequestKind.Query) this.replyQuota();
    else if (this.kind == RequestKind.Refresh) replyText(200, "refreshquota", "refresh quota successful");
    else replyText(200, "deltaquota", "delta quota successful");
  }

  /** Forgets the call. */
  reset(): void {
    this.kind = RequestKind.Other;
    this.consumer.clear();
    this.number.clear();
  }

  /** Frees the memory. */
  free(): void {
    this.consumer.dispose();
    this.number.dispose();
  }

  /** The first `consumer` and the first number, decoded. */
  private readForm(form: Slice, number: string): void {
    this.consumer.clear();
    this.number.clear();
    if (form == ABSENT) return;
    parameters.begin(form);
    while (parameters.next()) {
      name.clear();
      const plain = decodePercent(parameters.name, name, true);
      if (!this.consumer.size && sliceEquals(plain, "consumer")) decodePercent(parameters.value, this.consumer, true);
      else if (!this.number.size && sliceEquals(plain, number)) decodePercent(parameters.value, this.number, true);
    }
  }

  private denyForm(): void {
    if (this.kind == RequestKind.Query) deny(403, "unauthorized", ". consumer can't be empty.");
    else if (this.kind == RequestKind.Refresh)
      deny(403, "unauthorized", ". consumer can't be empty and quota must be integer.");
    else deny(403, "unauthorized", ". consumer can't be empty and value must be integer.");
  }

  private replyQuota(): void {
    // A missing quota is 0; a value that is no number is an error of the store.
    const quota = reader.nextInteger(i64.MIN_VALUE);
    if (quota == i64.MIN_VALUE && reader.kind != ReplyKind.Null) return replyStoreDown();
    body.clear();
    body.text('{"consumer":"');
    escapeJson(this.consumer.slice, body);
    body
      .text('","quota":')
      .integer(reader.kind == ReplyKind.Null ? 0 : quota)
      .byte(0x7d);
    sendLocalReply(200, "ai-quota.queryquota", "application/json", body.slice);
  }
}

/** Whether the quota in a reply to GET allows a request: a whole number above 0. */
export function hasQuota(reply: Slice): bool {
  reader.begin(reply);
  return reader.nextInteger(0) > 0;
}
