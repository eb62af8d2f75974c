import { BodyModel, isReadable } from "../../assembly/ai/body-model";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { isHeaderValue } from "../../assembly/bytes/header-value";
import { ABSENT, Slice, sliceSize, slicesEqual, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { requestBody } from "../../assembly/host/body";
import { growContentLength } from "../../assembly/host/content-length";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { keepRoute } from "../../assembly/host/route-choice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { JsonError } from "../../assembly/json/validate";
import { BodyMode, HeadersAction, HOLD, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { ModelMapperConfig } from "./config";
import { noteMapping, originalOf, wasMapped } from "./mapped-before";

const KEPT_BYTES = 64 * 1024;

const pool = new FilterPool<ModelMapperFilter>();
const document = new JsonDocument();
const edit = new JsonEdit();
const scratch = new ByteBuffer();
const written = new ByteBuffer();

/** Replaces the model in the body of a request by the one that the route maps it to. */
export class ModelMapperFilter extends HttpFilter {
  private config: ModelMapperConfig | null = null;
  private readonly body: BodyModel = new BodyModel();
  private heldBytes: i32 = 0;

  /** A filter for one stream. */
  static of(config: ModelMapperConfig): ModelMapperFilter {
    const spare = pool.take();
    const filter = spare ? spare : new ModelMapperFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const header = config.modelHeader;
    keepRoute();
    if (header.length && headers.get(header) != ABSENT) headers.remove(header);
    if (!config.maps && !wasMapped()) return HeadersAction.Continue;
    const path = headers.get(":path");
    const contentType = headers.get("content-type");
    if (endOfStream || path == ABSENT || !config.paths.match(path)) return HeadersAction.Continue;
    if (startsWithIgnoringCase(contentType, "multipart/")) return HeadersAction.Continue;
    if (!isReadable(headers.get("content-encoding"), contentType, headers.get("upgrade")))
      return HeadersAction.Continue;
    this.body.begin(contentType, config.modelKey);
    this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.HoldForBody;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    const body = this.body;
    body.push(chunk);
    const name = body.name(scratch);
    if (name != ABSENT) this.replace(name);
    else if (isLastChunk) this.insert();
    else if (!body.hasEnded || (body.lacksModel && this.config!.mapping.hasDefault)) {
      this.heldBytes = requestBody.size;
      return HOLD;
    }
    this.requestBodyMode = BodyMode.Skip;
    return chunk;
  }

  /** Trailers end a body whose last piece was not known to be the last. */
  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    if (this.requestBodyMode == BodyMode.Skip) return HeadersAction.Continue;
    requestBody.begin(this.heldBytes);
    this.insert();
    return HeadersAction.Continue;
  }

  override free(): void {
    this.reset();
    if (!pool.give(this)) this.body.dispose();
  }

  private reset(): void {
    this.config = null;
    this.body.reset();
    this.heldBytes = 0;
  }

  private replace(name: Slice): void {
    const body = this.body;
    const original = originalOf(name);
    const mapped = this.config!.mapping.map(original);
    const model = mapped == ABSENT ? original : mapped;
    this.tell(model);
    if (sliceSize(model) == 0 || slicesEqual(model, name)) return;
    written.clear();
    body.writeName(model, written);
    // Before the body changes: the names may lie in what the host handed over.
    noteMapping(original, model);
    growContentLength(requestHeaders, written.size - body.size);
    requestBody.splice(body.start, body.size, written.slice);
  }

  /** Adds the default model to a whole body that is a JSON object without one. */
  private insert(): void {
    const model = this.config!.mapping.map(ABSENT);
    if (model == ABSENT || !this.body.lacksModel) return;
    const text = requestBody.bytes();
    if (document.parse(text) != JsonError.None || !document.isObject) return;
    this.tell(model);
    edit.begin(document);
    edit.setText(this.config!.modelKey, model);
    written.release(KEPT_BYTES);
    edit.write(written);
    noteMapping(ABSENT, model);
    growContentLength(requestHeaders, written.size - sliceSize(text));
    requestBody.replace(written.slice);
  }

  private tell(model: Slice): void {
    const header = this.config!.modelHeader;
    if (header.length && isHeaderValue(model)) requestHeaders.add(header, model);
  }
}
