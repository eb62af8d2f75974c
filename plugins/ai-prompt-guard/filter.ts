import { isReadable } from "../../assembly/ai/body-model";
import { errorBodyFor } from "../../assembly/ai/refusal";
import { Slice, sliceOfBuffer, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { requestBody } from "../../assembly/host/body";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { log, LogLevel } from "../../assembly/host/log";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { BodyMode, HeadersAction, HOLD, HttpFilter } from "../../assembly/plugin/filter";
import { Finding, PromptCheck } from "./check";
import { AiPromptGuardConfig } from "./config";

const UNREADABLE = String.UTF8.encode("The request's body must be a JSON object whose prompt can be read.");
const TOO_LARGE = String.UTF8.encode("The request's body is too large to be checked.");

const pool = new FilterPool<AiPromptGuardFilter>();
const document = new JsonDocument();
const check = new PromptCheck();

/** Refuses requests by the texts of their prompt. */
export class AiPromptGuardFilter extends HttpFilter {
  private config: AiPromptGuardConfig | null = null;
  private heldBytes: i32 = 0;

  /** A filter for one stream. */
  static of(config: AiPromptGuardConfig): AiPromptGuardFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiPromptGuardFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    if (!config.checksPath(headers.first(":path"))) return HeadersAction.Continue;
    const type = headers.get("content-type");
    const isForm = startsWithIgnoringCase(type, "multipart/");
    if (isForm || !isReadable(headers.get("content-encoding"), type, headers.get("upgrade"))) {
      if (endOfStream && sliceSize(headers.get("upgrade")) == 0) return HeadersAction.Continue;
      refuse(config, 400, "unreadable_body", UNREADABLE);
      return HeadersAction.Pause;
    }
    if (endOfStream) return HeadersAction.Continue;
    this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.HoldForBody;
  }

  /** Holds the body to its end; one that is too large, no longer. */
  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    const config = this.config!;
    this.heldBytes = requestBody.size;
    if (config.mostBytes > 0 && requestBody.size > config.mostBytes) {
      this.requestBodyMode = BodyMode.Skip;
      if (config.passesLarge) {
        log(LogLevel.Warn, "ai-prompt-guard: a body above max_request_body_size passes unchecked");
        return chunk;
      }
      refuse(config, 413, "body_too_large", TOO_LARGE);
      return HOLD;
    }
    if (!isLastChunk) return HOLD;
    this.requestBodyMode = BodyMode.Skip;
    return this.passes() ? chunk : HOLD;
  }

  /** Trailers end a body whose last piece was not known to be the last. */
  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    if (this.requestBodyMode == BodyMode.Skip) return HeadersAction.Continue;
    this.requestBodyMode = BodyMode.Skip;
    requestBody.begin(this.heldBytes);
    this.passes();
    return HeadersAction.Continue;
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
    this.heldBytes = 0;
  }

  /** Whether the whole body passes; otherwise it was refused. */
  private passes(): bool {
    const config = this.config!;
    if (requestBody.size == 0) return true;
    const text = requestBody.bytes();
    if (document.parse(text) != JsonError.None || !document.isObject) {
      refuse(config, 400, "unreadable_body", UNREADABLE);
      return false;
    }
    switch (check.run(config, document.root)) {
      case Finding.Allowed:
        return true;
      case Finding.Denied:
        refuse(config, config.status, "denied_pattern", config.message);
        return false;
      case Finding.NotAllowed:
        refuse(config, config.status, "not_allowed", config.message);
        return false;
      default:
        refuse(config, 400, "unreadable_prompt", UNREADABLE);
        return false;
    }
  }
}

function refuse(config: AiPromptGuardConfig, status: i32, reason: string, message: ArrayBuffer): void {
  const isBlocked = message == config.message;
  const code = isBlocked ? "prompt_blocked" : reason;
  const body = errorBodyFor(requestHeaders.first(":path"), status, sliceOfBuffer(message), code);
  sendLocalReply(status, `ai-prompt-guard.${reason}`, "application/json", body);
}
