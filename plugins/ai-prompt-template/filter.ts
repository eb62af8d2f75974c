import { isReadable } from "../../assembly/ai/body-model";
import { errorBodyFor } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { growContentLength } from "../../assembly/host/content-length";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { AiPromptTemplateConfig } from "./config";
import { expand, Expansion, MissingProperty } from "./expansion";

const KEPT_BYTES = 64 * 1024;

const pool = new FilterPool<AiPromptTemplateFilter>();
const document = new JsonDocument();
const written = new ByteBuffer();
const message = new ByteBuffer();
const missing = new MissingProperty();

/** Replaces the body of a request that names a template. */
export class AiPromptTemplateFilter extends HttpFilter {
  private config: AiPromptTemplateConfig | null = null;

  /** A filter for one stream. */
  static of(config: AiPromptTemplateConfig): AiPromptTemplateFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiPromptTemplateFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (endOfStream) return HeadersAction.Continue;
    const type = headers.get("content-type");
    if (startsWithIgnoringCase(type, "multipart/")) return HeadersAction.Continue;
    if (!isReadable(headers.get("content-encoding"), type, headers.get("upgrade"))) return HeadersAction.Continue;
    if (sliceEquals(headers.get("template-enable"), "false")) return HeadersAction.Continue;
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const text: Slice = body.bytes();
    if (document.parse(text) != JsonError.None || !document.isObject) return BodyAction.Continue;
    written.release(KEPT_BYTES);
    const result = expand(this.config!, document, written, missing);
    if (result == Expansion.Done) {
      growContentLength(requestHeaders, written.size - sliceSize(text));
      body.replace(written.slice);
    } else if (result != Expansion.None) refuse(result);
    return BodyAction.Continue;
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
  }
}

function refuse(why: Expansion): void {
  message.clear();
  switch (why) {
    case Expansion.Invalid:
      message.text("'template' must be a string, and 'properties' an object.");
      return reject(400, "invalid_template");
    case Expansion.UnknownTemplate:
      message.text("'template' names no template of this gateway.");
      return reject(400, "unknown_template");
    case Expansion.MissingProperty:
      message.text("The template needs the property '").text(missing.name).text("'.");
      return reject(400, "missing_property");
    default:
      message.text("The properties are too long for the template.");
      return reject(413, "prompt_too_long");
  }
}

function reject(status: i32, code: string): void {
  const body = errorBodyFor(requestHeaders.first(":path"), status, message.slice, code);
  sendLocalReply(status, `ai-prompt-template.${code}`, "application/json", body);
}
