import { Api } from "../../assembly/ai/api";
import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { monotonic } from "../../assembly/host/clock";
import { growContentLength } from "../../assembly/host/content-length";
import { requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { jsonGet, jsonIsTrue } from "../../assembly/json/value";
import { Check } from "./check";
import { logCheck } from "./check-log";
import { CheckRun } from "./check-run";
import { isPassed, notePassed, writeDigest } from "./checked-state";
import { CheckSide, PieceKind } from "./checkers/check-piece";
import { GuardConfig } from "./config";
import { refuse, sendDenial } from "./deny-reply";
import { countDenied, countMasked, noteFailure } from "./notes";
import { RequestTexts } from "./request-texts";
import { WholeTexts } from "./response-texts";
import { TextMask } from "./text-mask";
import { Outcome } from "./task-owner";

const KEPT_BYTES: i32 = 4096;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
const NO_OBJECT = String.UTF8.encode("the body is not a JSON object");
const NO_JSON = String.UTF8.encode("the response does not say that it is JSON");
const TOKEN_IDS = String.UTF8.encode("token ids instead of a text");

const document = new JsonDocument();
const requestTexts = new RequestTexts();
const responseTexts = new WholeTexts();
const written = new ByteBuffer();

/** What becomes of a body. */
export const enum Step {
  /** It goes on, as it is or masked. */
  Goes,
  /** It waits for checks: call `proceed` in `onStep`. */
  Waits,
  /** The client has a response. */
  Refused,
}

/** The checks of a request's body, and then of a whole response. */
export abstract class BodyCheck extends CheckRun {
  private config: GuardConfig | null = null;
  /** The API of the request's path. */
  api: Api = Api.Unknown;
  private wantsStream: bool = false;
  private isMasking: bool = false;
  /** The masking of the stream; `null` until one of the object's streams had one. */
  private mask: TextMask | null = null;
  /** When the checks began. */
  private since: u64 = 0;

  private contextId: u32 = 0;
  /** Of the texts of the request, for its later passes. */
  private readonly digest: ByteBuffer = new ByteBuffer();
  /** The name of the consumer. */
  readonly name: ByteBuffer = new ByteBuffer();

  /** Checks have ended: call `proceed` with the body that the host holds. */
  abstract onStep(): void;

  override onChecked(): void {
    this.onStep();
  }

  /** Begins with a stream: its context id, the API of its path, and the name of its consumer, empty if there is none. */
  open(config: GuardConfig, stream: u32, api: Api, consumer: Slice): void {
    this.config = config;
    this.contextId = stream;
    this.api = api;
    this.name.append(consumer);
  }

  /** Starts the checks of a request's body. */
  request(body: BodyBuffer): Step {
    const config = this.config!;
    const text = body.bytes();
    const isObject = document.parse(text) == JsonError.None && document.isObject;
    this.wantsStream = isObject && jsonIsTrue(jsonGet(document.root, "stream"));
    if (!config.request.length) return Step.Goes;
    if (!isObject) {
      // What no model understands needs no check; some servers read what is only nearly JSON.
      if (!sliceSize(text) || (this.api == Api.Unknown && !isLikeJson(text))) return Step.Goes;
      if (this.api == Api.Unknown && this.takesUnread(config.request, CheckSide.Request, NO_OBJECT)) return Step.Goes;
      return this.refused(400, "The body is not a JSON object.", "request_unreadable");
    }
    requestTexts.read(document.root, config.requestPath);
    if (requestTexts.hasTokenIds && !this.takesUnread(config.request, CheckSide.Request, TOKEN_IDS))
      return this.refused(400, "The prompt has token ids, which cannot be checked.", "request_unreadable");
    // An internal redirect sends the request once more.
    writeDigest(config.hash, requestTexts.list, this.digest);
    if (isPassed(this.digest.slice, this.annotations)) return Step.Goes;
    this.begin(this.contextId, CheckSide.Request, this.name.slice);
    for (let i = 0; i < config.request.length; i++) {
      const check = config.request[i];
      requestTexts.write(check, this.add(check, PromptRole.User));
    }
    return this.run(body);
  }

  /** Whether a response that does not say that it is JSON goes on unread: no check blocks without a verdict, all have failed. */
  takesOtherResponse(): bool {
    const checks = this.config!.response;
    for (let i = 0; i < checks.length; i++) if (checks[i].blocksOnError) return false;
    return this.takesUnread(checks, CheckSide.Response, NO_JSON);
  }

  /** Starts the checks of a whole response. */
  response(body: BodyBuffer): Step {
    const config = this.config!;
    const text = body.bytes();
    if (!sliceSize(text)) return Step.Goes;
    if (document.parse(text) != JsonError.None)
      return this.refused(502, "The response is not valid JSON, and cannot be checked.", "response_unreadable");
    responseTexts.read(document.root, config.responsePaths);
    this.begin(this.contextId, CheckSide.Response, this.name.slice);
    for (let i = 0; i < config.response.length; i++) {
      responseTexts.write(this.add(config.response[i], PromptRole.Assistant));
    }
    return this.run(body);
  }

  /** Goes on when checks have ended. */
  proceed(body: BodyBuffer): Step {
    if (this.isMasking) this.mask!.take(this);
    else if (this.outcome == Outcome.Mask) this.beginMask(body);
    if (this.isMasking) {
      const mask = this.mask!;
      if (mask.next(this, this.contextId, this.side, this.name.slice)) return Step.Waits;
      if (!mask.isRefused) return this.replace(body, mask);
    }
    return this.end();
  }

  override reset(): void {
    super.reset();
    const mask = this.mask;
    if (mask) mask.reset();
    this.config = null;
    this.api = Api.Unknown;
    this.wantsStream = false;
    this.isMasking = false;
    this.since = 0;
    this.contextId = 0;
    this.digest.clear();
    this.name.release(KEPT_BYTES);
  }

  override dispose(): void {
    super.dispose();
    const mask = this.mask;
    if (mask) mask.dispose();
    this.digest.dispose();
    this.name.dispose();
  }

  private run(body: BodyBuffer): Step {
    this.since = monotonic();
    return this.start() ? Step.Waits : this.proceed(body);
  }

  /** Whether a text that cannot be read goes on: each check has failed. */
  private takesUnread(checks: Check[], side: CheckSide, reason: ArrayBuffer): bool {
    let takes = true;
    for (let i = 0; i < checks.length; i++) {
      noteFailure(checks[i], side, sliceOfBuffer(reason));
      if (checks[i].blocksOnError) takes = false;
    }
    return takes;
  }

  /** Has the texts masked one by one. */
  private beginMask(body: BodyBuffer): void {
    const spare = this.mask;
    const mask = spare ? spare : new TextMask();
    this.mask = mask;
    this.isMasking = true;
    for (let i = 0; i < this.checks; i++) {
      const check = this.maskerAt(i);
      if (check) mask.addCheck(check, this.maskedAt(i));
    }
    const isRequest = this.side == CheckSide.Request;
    document.parse(body.bytes());
    if (isRequest) requestTexts.read(document.root, this.config!.requestPath);
    else responseTexts.read(document.root, this.config!.responsePaths);
    const list = isRequest ? requestTexts.list : responseTexts.list;
    for (let i = 0; i < list.count; i++) {
      const entry = list.at(i);
      if (entry.kind != PieceKind.Text) continue;
      let checks: u32 = 0;
      for (let j = 0; j < mask.count; j++) {
        if (!isRequest || requestTexts.isFor(mask.at(j), entry)) checks |= 1 << j;
      }
      mask.addText(entry, list.contentOf(entry), checks);
    }
  }

  /** Puts the masked texts into the body, which goes on. */
  private replace(body: BodyBuffer, mask: TextMask): Step {
    const text = body.bytes();
    document.parse(text);
    written.release(KEPT_BYTES);
    mask.write(document.root, written);
    mask.reset();
    this.isMasking = false;
    const isRequest = this.side == CheckSide.Request;
    if (isRequest) {
      document.parse(written.slice);
      requestTexts.read(document.root, this.config!.requestPath);
      writeDigest(this.config!.hash, requestTexts.list, this.digest);
      notePassed(this.digest.slice, this.annotations.slice);
    }
    growContentLength(isRequest ? requestHeaders : responseHeaders, written.size - sliceSize(text));
    body.replace(written.slice);
    countMasked(this.side);
    this.log("mask");
    return Step.Goes;
  }

  /** The texts go on as they are, or the client gets a response. */
  private end(): Step {
    const config = this.config!;
    const isRequest = this.side == CheckSide.Request;
    if (this.outcome == Outcome.Pass && !this.isMasking) {
      if (isRequest) notePassed(this.digest.slice, this.annotations.slice);
      this.log("pass");
      return Step.Goes;
    }
    if (this.outcome == Outcome.Unavailable) {
      this.log("error");
      return this.refused(503, "The content could not be checked. Try again later.", "check_unavailable");
    }
    countDenied(this.side);
    this.log("deny");
    const details = isRequest ? "ai-security-guard.request_denied" : "ai-security-guard.response_denied";
    sendDenial(config.deny, this.verdict, this.api, isRequest && this.wantsStream, details);
    return Step.Refused;
  }

  private log(result: string): void {
    const milliseconds = <i64>((monotonic() - this.since) / NANOSECONDS_PER_MILLISECOND);
    logCheck(this.side, milliseconds, result, this.verdict, this.config!.logsWords);
  }

  private refused(status: i32, message: string, reason: string): Step {
    refuse(this.api, status, message, reason);
    return Step.Refused;
  }
}

/** Whether the body begins as JSON does, in any encoding, with a byte order mark or without. */
function isLikeJson(text: Slice): bool {
  for (let i = 0; i < sliceSize(text); i++) {
    const byte = byteAt(text, i);
    if (byte == 0x7b || byte == 0x5b) return true;
    const isMark = byte == 0xef || byte == 0xbb || byte == 0xbf || byte >= 0xfe;
    if (byte > 0x20 && !isMark) return false;
  }
  return false;
}
