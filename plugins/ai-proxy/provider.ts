import { StreamTransform } from "../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { ApiToken } from "./config/api-token";
import { OPENAI_SETTINGS } from "./config/custom-settings";
import { Exchange } from "./exchange";
import { TextSource } from "./config/text-source";

/** The options that only one type of provider has; each type extends it with its own. */
export class ProviderOptions {}

/** How a provider treats the body of a request or a response of one API. */
export const enum BodyTreatment {
  /** Not looked at. */
  Untouched,
  /** OpenAI's JSON; only `model` and the options of the configuration are edited in place. */
  OpenAi,
  /** Translated by the provider. */
  Converted,
}

/** Edits the events of a stream that is OpenAI's but for some details. One object a stream. */
export abstract class EventEditor {
  /** Edits one event. */
  abstract edit(event: JsonDocument, edit: JsonEdit): void;
  /** Appends what is still owed before `[DONE]`, or at the end of the stream; called once or twice. */
  onEnd(out: ByteBuffer): void {}
  /** Gives the memory of the stream back. */
  free(): void {}
}

/**
 * One type of model provider: a stateless description. What is configured stands in `exchange.config`, what belongs to
 * a request in `exchange`. Bytes and header edits in, bytes and header edits out; never a host call.
 */
export abstract class Provider {
  /** The `type` that names it in the configuration. */
  abstract type(): string;
  /** The `:authority` of its service. "" keeps the client's. */
  abstract host(exchange: Exchange): string;
  /** The path that serves the API (may hold `{file_id}` and the like); "" where it has none. */
  abstract path(exchange: Exchange): string;
  /**
   * What takes the place of `/v1` in the path of an API that has none of its own here: what lies below the known APIs, and
   * those without a row. "" keeps the client's path.
   */
  base(exchange: Exchange): string {
    return "";
  }

  /** Whether it is known to serve an API below that base for which `path` gives nothing. */
  servesBelowBase(exchange: Exchange): bool {
    return false;
  }

  /** Appends what stands before the path of an API, where a text that is known beforehand cannot say it. */
  writePathPrefix(exchange: Exchange, out: ByteBuffer): void {}

  /** The query that each request needs, behind the client's own; "" for none. */
  query(exchange: Exchange): string {
    return "";
  }

  /** The parameter by which the handshake of a realtime conversation names its model. */
  modelParameter(exchange: Exchange): string {
    return "model";
  }

  /** Whether the model stands in the path, so that a body must be read for it. */
  putsModelInPath(exchange: Exchange): bool {
    return false;
  }

  /** Puts a configured key where this provider wants it. */
  authorize(token: ApiToken, exchange: Exchange): void {
    exchange.headers.set("authorization", sliceOfBuffer(token.bearer));
  }

  /** Whether it refuses what comes from a web page that it was not told of. */
  refusesOrigins(): bool {
    return false;
  }

  /** Whether a path is refused that the provider is known to lack, rather than passed on as it is. */
  refusesUnknownApis(): bool {
    return true;
  }

  /** The settings that its own language has. */
  ownSettings(): string[] {
    return OPENAI_SETTINGS;
  }

  /** The object of a request in its own language in which the settings stand; "" for the request itself. */
  settingsHolder(): string {
    return "";
  }

  /** Reads the options that only this type has. */
  readOptions(reader: ConfigReader): ProviderOptions {
    return new ProviderOptions();
  }

  /** Reads an option of its own that names the text of the context; `null` if there is none. */
  readContext(reader: ConfigReader, tokens: ApiToken[], timeout: i32): TextSource | null {
    return null;
  }

  /** Whether the configuration must name at least one key. */
  requiresToken(): bool {
    return true;
  }

  /** What happens to the request's body. */
  requestTreatment(exchange: Exchange): BodyTreatment {
    return BodyTreatment.OpenAi;
  }

  /** The only limit of the answer that it knows, where it does not know both; "" where it does. */
  limitField(exchange: Exchange): string {
    return "";
  }

  /** Whether messages may have the role `developer`; else they get `system`. */
  knowsDeveloper(exchange: Exchange): bool {
    return false;
  }

  /** Whether the gateway may ask for the usage of the stream that the request begins. */
  mayAskForUsage(exchange: Exchange, request: JsonDocument): bool {
    return true;
  }

  /** Translates the client's OpenAI request (`Converted` only); `false` when `exchange.refuse` said why not. */
  translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
    return true;
  }

  /** What happens to the body of a successful response. */
  responseTreatment(exchange: Exchange): BodyTreatment {
    return BodyTreatment.OpenAi;
  }

  /** Translates the provider's whole response (`Converted` only); `false` when it is not what the provider promises. */
  translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
    return true;
  }

  /** Whether a body of this content type is a stream, for `translateStream`; every other body is whole. */
  isStream(contentType: Slice): bool {
    return startsWithIgnoringCase(contentType, "text/event-stream");
  }

  /** Turns the provider's stream into the client's (`Converted` only); `null` where the API has no streams. */
  translateStream(exchange: Exchange): StreamTransform | null {
    return null;
  }

  /** Whether `eventEditor` gives an editor. */
  editsEvents(exchange: Exchange): bool {
    return false;
  }

  /** The editor of a stream that is OpenAI's but for some details; `null` where nothing has to be edited. */
  eventEditor(exchange: Exchange): EventEditor | null {
    return null;
  }

  /** The provider's message in an error answer: a string token with its quotes, or a list of FastAPI's; absent for none. */
  errorMessage(response: JsonDocument): Slice {
    return 0;
  }

  /** The provider's code in an error answer (a string token); absent if there is none. */
  errorCode(response: JsonDocument): Slice {
    return 0;
  }
}
