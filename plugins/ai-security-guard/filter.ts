import { Api } from "../../assembly/ai/api";
import { isReadable } from "../../assembly/ai/body-model";
import { CHECKED_STATE, CONSUMER_HEADER, CONSUMER_STATE } from "../../assembly/ai/contract";
import { PromptRole } from "../../assembly/ai/prompt/role";
import { errorBodyFor } from "../../assembly/ai/refusal";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  Slice,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
} from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { monotonic } from "../../assembly/host/clock";
import { growContentLength } from "../../assembly/host/content-length";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { jsonIsTrue, jsonGet } from "../../assembly/json/value";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { heldRequestBody, heldResponseBody, resumeRequest, resumeResponse } from "../../assembly/plugin/resume";
import { logCheck } from "./check-log";
import { CheckRun, Outcome } from "./check-run";
import { CheckSide } from "./checkers/check-piece";
import { GuardConfig } from "./config";
import { sendDenial } from "./deny-reply";
import { countDenied, countMasked } from "./notes";
import { RequestTexts } from "./request-texts";
import { WholeTexts } from "./response-texts";

const KEPT_BYTES: i32 = 4096;
const EVENT_STREAM = "text/event-stream";
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

const pool = new FilterPool<GuardFilter>();
const path = new RequestPath();
const document = new JsonDocument();
const requestTexts = new RequestTexts();
const responseTexts = new WholeTexts();
const consumerState = new FilterState(CONSUMER_STATE);

/** The checks of a request or of a whole response. */
class BodyRun extends CheckRun {
  filter: GuardFilter | null = null;

  onChecked(): void {
    const filter = this.filter;
    if (filter) filter.onChecked();
  }
}

/** Has the texts of a request and of its response checked. */
export class GuardFilter extends HttpFilter {
  private config: GuardConfig | null = null;
  private api: Api = Api.Unknown;
  private wantsStream: bool = false;
  private readonly consumer: ByteBuffer = new ByteBuffer();
  private readonly run: BodyRun = new BodyRun();
  /** When the checks began. */
  private since: u64 = 0;

  /** A filter for one stream. */
  static of(config: GuardConfig): GuardFilter {
    const spare = pool.take();
    const filter = spare ? spare : new GuardFilter();
    filter.config = config;
    filter.run.filter = filter;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const name = headers.get(":path");
    path.read(name == ABSENT ? name : withoutQuery(name));
    this.api = path.api;
    const upgrade = headers.get("upgrade");
    const type = headers.get("content-type");
    const encoding = headers.get("content-encoding");
    const consumer = consumerState.get();
    this.consumer.append(sliceSize(consumer) > 0 ? consumer : headers.get(CONSUMER_HEADER));
    // A compressed response could not be read.
    if (config.response.length && headers.get("accept-encoding") != ABSENT) headers.remove("accept-encoding");
    if (endOfStream || !isReadable(ABSENT, type, upgrade) || isMedia(type)) return HeadersAction.Continue;
    if (config.request.length && !isReadable(encoding, type, upgrade)) {
      refuse(415, "A compressed request cannot be checked: send it without content-encoding.", "request_encoded");
      return HeadersAction.Pause;
    }
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const config = this.config!;
    const text = body.bytes();
    const isObject = document.parse(text) == JsonError.None && document.isObject;
    this.wantsStream = isObject && jsonIsTrue(jsonGet(document.root, "stream"));
    if (!config.request.length) return BodyAction.Continue;
    if (!isObject) {
      // What no model understands needs no check.
      if (this.api != Api.Unknown && sliceSize(text))
        refuse(400, "The body is not a JSON object.", "request_unreadable");
      return BodyAction.Continue;
    }
    requestTexts.read(document.root, config.requestPath);
    this.run.begin(this.contextId, CheckSide.Request, this.consumer.slice);
    for (let i = 0; i < config.request.length; i++) {
      const check = config.request[i];
      requestTexts.write(check, this.run.add(check, PromptRole.User));
    }
    if (this.startRun()) return BodyAction.Pause;
    this.endRequest(body);
    return BodyAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    if (!config.response.length || endOfStream || headers.status != 200) return HeadersAction.Continue;
    const type = headers.get("content-type");
    const isStream = startsWithIgnoringCase(type, EVENT_STREAM);
    if (!isStream && type != ABSENT && !startsWithIgnoringCase(type, "application/json")) return HeadersAction.Continue;
    if (isStream || !isReadable(headers.get("content-encoding"), ABSENT, ABSENT)) {
      refuse(502, "The response cannot be checked.", "response_unreadable");
      return HeadersAction.Pause;
    }
    this.responseBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    const config = this.config!;
    const text = body.bytes();
    if (!sliceSize(text)) return BodyAction.Continue;
    if (document.parse(text) != JsonError.None) {
      refuse(502, "The response is not valid JSON, and cannot be checked.", "response_unreadable");
      return BodyAction.Continue;
    }
    responseTexts.read(document.root, config.responsePaths);
    this.run.begin(this.contextId, CheckSide.Response, this.consumer.slice);
    for (let i = 0; i < config.response.length; i++) {
      responseTexts.write(this.run.add(config.response[i], PromptRole.Assistant));
    }
    if (this.startRun()) return BodyAction.Pause;
    this.endResponse(body);
    return BodyAction.Continue;
  }

  /** The checks have ended in a callback of a callout. */
  onChecked(): void {
    if (this.run.side == CheckSide.Request) {
      if (this.endRequest(heldRequestBody())) resumeRequest();
    } else if (this.endResponse(heldResponseBody())) resumeResponse();
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    this.run.dispose();
    this.consumer.dispose();
  }

  private reset(): void {
    this.config = null;
    this.api = Api.Unknown;
    this.wantsStream = false;
    this.consumer.release(KEPT_BYTES);
    this.run.reset();
    this.since = 0;
  }

  private startRun(): bool {
    this.since = monotonic();
    return this.run.start();
  }

  /** Whether the request goes on. */
  private endRequest(body: BodyBuffer): bool {
    return this.end("request_denied", this.wantsStream);
  }

  /** Whether the response goes on. */
  private endResponse(body: BodyBuffer): bool {
    return this.end("response_denied", false);
  }

  /** Whether the text goes on; otherwise the client has a response. */
  private end(reason: string, isStream: bool): bool {
    const run = this.run;
    const config = this.config!;
    const passes = run.outcome == Outcome.Pass;
    const milliseconds = <i64>((monotonic() - this.since) / NANOSECONDS_PER_MILLISECOND);
    const result = passes ? "pass" : run.outcome == Outcome.Unavailable ? "error" : "deny";
    logCheck(run.side, milliseconds, result, run.verdict, config.logsWords);
    if (passes) return true;
    if (run.outcome == Outcome.Unavailable) {
      refuse(503, "The content could not be checked. Try again later.", "check_unavailable");
      return false;
    }
    countDenied(run.side);
    sendDenial(config.deny, run.verdict, this.api, isStream, `ai-security-guard.${reason}`);
    return false;
  }
}

function refuse(status: i32, message: string, reason: string): void {
  const text = String.UTF8.encode(message);
  const body = errorBodyFor(requestHeaders.first(":path"), status, sliceOfBuffer(text), reason);
  sendLocalReply(status, `ai-security-guard.${reason}`, "application/json", body);
}

/** Whether the body is no text: a form with files, audio and the like. */
function isMedia(type: Slice): bool {
  if (startsWithIgnoringCase(type, "multipart/") || startsWithIgnoringCase(type, "audio/")) return true;
  return startsWithIgnoringCase(type, "image/") || startsWithIgnoringCase(type, "application/octet-stream");
}
