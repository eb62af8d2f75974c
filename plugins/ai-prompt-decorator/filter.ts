import { Api } from "../../assembly/ai/api";
import { isReadable } from "../../assembly/ai/body-model";
import { DECORATED_STATE } from "../../assembly/ai/contract";
import { mayHavePrompt } from "../../assembly/ai/prompt/apis";
import { errorBodyFor } from "../../assembly/ai/refusal";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import { Slice, sliceOfBuffer, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { growContentLength } from "../../assembly/host/content-length";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { log, LogLevel } from "../../assembly/host/log";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { AiPromptDecoratorConfig } from "./config";
import { decorate, editor } from "./decoration";

const KEPT_BYTES = 64 * 1024;
const TOO_LONG = String.UTF8.encode("The prompt is too long after the gateway's replacements.");

const pool = new FilterPool<AiPromptDecoratorFilter>();
const state = new FilterState(DECORATED_STATE);
const path = new RequestPath();
const document = new JsonDocument();
const written = new ByteBuffer();
const mark = new ByteBuffer().byte(0x31);

/** Adds texts to the prompt of a request, and replaces texts in it. */
export class AiPromptDecoratorFilter extends HttpFilter {
  private config: AiPromptDecoratorConfig | null = null;
  private api: Api = Api.Unknown;

  /** A filter for one stream. */
  static of(config: AiPromptDecoratorConfig): AiPromptDecoratorFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiPromptDecoratorFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (endOfStream) return HeadersAction.Continue;
    path.read(withoutQuery(headers.get(":path")));
    const type = headers.get("content-type");
    if (!mayHavePrompt(path.api) || startsWithIgnoringCase(type, "multipart/")) return HeadersAction.Continue;
    if (!isReadable(headers.get("content-encoding"), type, headers.get("upgrade"))) return HeadersAction.Continue;
    // After an internal redirect the body is decorated already.
    if (sliceSize(state.get()) > 0) return HeadersAction.Continue;
    this.api = path.api;
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const text: Slice = body.bytes();
    if (document.parse(text) != JsonError.None || !document.isObject) return BodyAction.Continue;
    written.release(KEPT_BYTES);
    if (decorate(this.config!, this.api, document, written)) {
      growContentLength(requestHeaders, written.size - sliceSize(text));
      body.replace(written.slice);
      state.set(mark.slice);
    } else if (editor.isTooLong) {
      const error = errorBodyFor(requestHeaders.first(":path"), 413, sliceOfBuffer(TOO_LONG), "prompt_too_long");
      sendLocalReply(413, "ai-prompt-decorator.prompt_too_long", "application/json", error);
    } else if (editor.missing.length) {
      log(
        LogLevel.Warn,
        `ai-prompt-decorator: the property ${editor.missing} is missing: the request is not decorated`,
      );
    }
    return BodyAction.Continue;
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
    this.api = Api.Unknown;
  }
}
