import { BodyModel, isReadable, LONGEST_MODEL } from "../../assembly/ai/body-model";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { isHeaderValue, isOneLine } from "../../assembly/bytes/header-value";
import { ABSENT, indexOfByte, Slice, sliceEquals, sliceSize, subslice } from "../../assembly/bytes/slice";
import { requestBody } from "../../assembly/host/body";
import { growContentLength } from "../../assembly/host/content-length";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { BodyMode, HeadersAction, HOLD, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { AUTO_MODEL } from "./auto-routing";
import { ModelRouterConfig } from "./config";
import { deploymentOf } from "./deployment";
import { keepModel, modelOfFirstPass } from "./first-pass";
import { refuse } from "./reply";

/** What is looked for in the body. */
const enum Search {
  Model,
  /** The model is `higress/auto`: the whole body is needed. */
  End,
  /** The route is chosen, and the body is forwarded; a second model is refused. */
  Duplicate,
}

const SLASH: u32 = 0x2f;
const pool = new FilterPool<ModelRouterFilter>();
const scratch = new ByteBuffer();
const written = new ByteBuffer();
const message = new ByteBuffer();

/** Puts the model of a request into a header. Envoy chooses the route again whenever a request header has changed. */
export class ModelRouterFilter extends HttpFilter {
  private config: ModelRouterConfig | null = null;
  private readonly body: BodyModel = new BodyModel();
  private search: Search = Search.Model;
  private heldBytes: i32 = 0;

  /** A filter for one stream. */
  static of(config: ModelRouterConfig): ModelRouterFilter {
    const spare = pool.take();
    const filter = spare ? spare : new ModelRouterFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    strip(headers, config.modelHeader);
    strip(headers, config.providerHeader);
    const known = modelOfFirstPass(headers);
    if (known != ABSENT) return this.routeBy(known);
    const path = headers.get(":path");
    const paths = config.paths;
    if (path == ABSENT || !paths || !paths.match(path)) return HeadersAction.Continue;
    const deployment = deploymentOf(path, scratch);
    if (deployment != ABSENT) {
      // The access log shows it: no line breaks.
      if (isHeaderValue(deployment)) keepModel(deployment);
      return this.routeBy(deployment);
    }
    const contentType = headers.get("content-type");
    const isBody = !endOfStream && isReadable(headers.get("content-encoding"), contentType, headers.get("upgrade"));
    if (!isBody) return HeadersAction.Continue;
    this.body.begin(contentType, config.modelKey);
    this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.HoldForBody;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    const body = this.body;
    if (this.search == Search.Duplicate) return body.hasAnother(chunk) ? this.refuseDuplicate() : chunk;
    if (this.search == Search.Model) {
      body.push(chunk);
      if (isLastChunk) body.end();
      if (body.hasEnded || isLastChunk) this.found(body.name(scratch));
    }
    if (this.search == Search.End) {
      if (isLastChunk && !this.chooseModel()) return HOLD;
    } else if (body.hasEnded || isLastChunk) return this.release(chunk, isLastChunk);
    if (isLastChunk) return chunk;
    this.heldBytes = requestBody.size;
    return HOLD;
  }

  /** Trailers end a body whose last piece was not known to be the last. */
  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    const body = this.body;
    if (this.requestBodyMode == BodyMode.Skip || this.search == Search.Duplicate) return HeadersAction.Continue;
    requestBody.begin(this.heldBytes);
    if (this.search == Search.Model) {
      body.end();
      this.found(body.name(scratch));
    }
    if (this.search == Search.End) this.chooseModel();
    return HeadersAction.Continue;
  }

  override free(): void {
    this.reset();
    if (!pool.give(this)) this.body.dispose();
  }

  private reset(): void {
    this.config = null;
    this.body.reset();
    this.search = Search.Model;
    this.heldBytes = 0;
  }

  private routeBy(model: Slice): HeadersAction {
    if (sliceSize(model) > LONGEST_MODEL || !isHeaderValue(model)) return HeadersAction.Continue;
    this.setHeaders(model);
    return HeadersAction.Continue;
  }

  /** What the body says of its model is known: `ABSENT` if it names none that can be read. */
  private found(model: Slice): void {
    const auto = this.config!.auto;
    if (model == ABSENT) return;
    if (!isHeaderValue(model)) {
      // The instance that refuses unknown models names it.
      if (isOneLine(model)) keepModel(model);
      return;
    }
    if (auto && this.body.isJson && sliceEquals(model, AUTO_MODEL)) this.search = Search.End;
    else {
      const slash = this.setHeaders(model);
      if (slash <= 0 || this.config!.keepsName) return;
      keepModel(model);
      this.rename(subslice(model, slash + 1));
    }
  }

  /** Chooses the model by the whole body, which is there. `false` if the request is refused. */
  private chooseModel(): bool {
    const config = this.config!;
    const body = this.body;
    const whole = requestBody.bytes();
    const rest = subslice(whole, body.start + body.size);
    const model = config.auto!.choose(whole);
    if (model != ABSENT) {
      this.setHeaders(model);
      keepModel(model);
      this.rename(model);
    }
    if (!config.refusesDuplicates || !body.findsAnother(rest)) return true;
    this.refuseDuplicate();
    return false;
  }

  /** Sets the headers; gives where the provider ends, or -1 if the name has none. */
  private setHeaders(model: Slice): i32 {
    const config = this.config!;
    const slash = config.providerHeader.length ? indexOfByte(model, SLASH) : -1;
    const hasProvider = slash > 0 && slash < sliceSize(model) - 1;
    if (config.modelHeader.length) requestHeaders.add(config.modelHeader, model);
    if (hasProvider) requestHeaders.add(config.providerHeader, subslice(model, 0, slash));
    return hasProvider ? slash : -1;
  }

  /** Puts another name into the body. */
  private rename(model: Slice): void {
    const body = this.body;
    written.clear();
    body.writeName(model, written);
    growContentLength(requestHeaders, written.size - body.size);
    requestBody.splice(body.start, body.size, written.slice);
  }

  /** The route is chosen: what was held is forwarded, and what follows passes. */
  private release(chunk: Slice, isLastChunk: bool): Slice {
    const body = this.body;
    const isChecked = this.config!.refusesDuplicates && body.hasMember;
    if (isChecked && body.findsAnother(body.restOf(chunk))) return this.refuseDuplicate();
    this.search = Search.Duplicate;
    if (!isChecked || isLastChunk) this.requestBodyMode = BodyMode.Skip;
    return chunk;
  }

  private refuseDuplicate(): Slice {
    message.clear();
    const text = message.text("The request names a model twice.").slice;
    refuse(400, "duplicate_model", text, "duplicate_parameter", requestHeaders.get("anthropic-version") != ABSENT);
    return HOLD;
  }
}

/** Removes what a client sends under a routing header. */
function strip(headers: HeaderMap, name: string): void {
  if (name.length && headers.get(name) != ABSENT) headers.remove(name);
}
