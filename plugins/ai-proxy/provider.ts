import { ChatProtocol } from "../../assembly/ai/chat-protocol";
import { StreamTransform } from "../../assembly/ai/hub/stream-transform";
import { MessagesRequestWriter } from "../../assembly/ai/protocols/messages/request-writer";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { ApiToken } from "./config/api-token";
import { ProviderType } from "./config/provider-type";
import { ValueSource } from "./config/value-source";
import { EventEditor } from "./event-editor";
import { Exchange } from "./exchange";

/** How a provider treats the body of a request or a response of one API. */
export const enum BodyTreatment {
  /** Passed through unread. */
  Untouched,
  /** OpenAI's JSON; only `model` and the options of the configuration are edited in place. */
  OpenAi,
  /** Translated by the provider. */
  Converted,
}

/**
 * One type of model provider: stateless. The configuration is in `exchange.config`, the request in `exchange`, what the
 * provider keeps from the request to the response in `exchange.state`. It reads and writes bytes and header edits, and
 * makes no host call.
 */
export abstract class Provider extends ProviderType {
  /** Whether the provider has the API. */
  abstract serves(exchange: Exchange): bool;

  /** The protocol in which the provider is asked for chats, unless it speaks the client's own. */
  chatProtocol(exchange: Exchange): ChatProtocol {
    return ChatProtocol.OpenAi;
  }

  /**
   * Whether the provider speaks the protocol of the API itself; a request of Anthropic's Messages, or of OpenAI's Responses, is
   * translated into a chat where it does not.
   */
  speaks(exchange: Exchange): bool {
    return this.serves(exchange);
  }

  /**
   * Appends the path of the request, and behind a `?` the query that the provider needs beside the client's. Appends
   * nothing to keep the client's path. Returns `false` if `exchange.refuse` was called.
   */
  abstract writePath(exchange: Exchange, out: ByteBuffer): bool;

  /** Whether the provider describes its models as Anthropic does, not as OpenAI does. */
  get listsAnthropicModels(): bool {
    return false;
  }

  /** Whether `writePath` writes the model, so that the body must be read for it. */
  putsModelInPath(exchange: Exchange): bool {
    return false;
  }

  /** Sets the header that carries the API key. */
  authorize(token: ApiToken, exchange: Exchange): void {
    exchange.headers.set(this.settings.tokenHeader, sliceOfBuffer(token.header));
  }

  /** Tells the writer of Anthropic's Messages what the provider wants beside what the model takes (`ChatProtocol.Messages` only). */
  prepareMessages(exchange: Exchange, writer: MessagesRequestWriter): void {}

  /** Sets the headers that requests need beside the API key, whether there is one or not. */
  addHeaders(exchange: Exchange): void {}

  /** The value that `sign` needs and that is fetched first, such as an access token (`signs` only); `null` for none. */
  credential(exchange: Exchange): ValueSource | null {
    return null;
  }

  /**
   * Sets the headers that authorize the finished request (`signs` only): its method, its path with the query, and the body
   * as the provider gets it. `exchange.created` is the time, `exchange.credential` the fetched value, `exchange.token`
   * the API key. Returns `false` if `exchange.refuse` was called.
   */
  sign(exchange: Exchange, method: Slice, path: Slice, body: Slice): bool {
    return true;
  }

  /** What happens to the body of a request. */
  requestTreatment(exchange: Exchange): BodyTreatment {
    return BodyTreatment.OpenAi;
  }

  /** Translates the client's OpenAI request (`Converted` only); returns `false` if `exchange.refuse` was called. */
  translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
    return true;
  }

  /** What happens to the body of a successful response. */
  responseTreatment(exchange: Exchange): BodyTreatment {
    return BodyTreatment.OpenAi;
  }

  /** Translates the provider's whole response (`Converted` only); `false` if it is not what the provider documents. */
  translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
    return true;
  }

  /** Whether a body of this content type is a stream, for `translateStream`; every other body is whole. */
  isStream(contentType: Slice): bool {
    return startsWithIgnoringCase(contentType, "text/event-stream");
  }

  /** Turns the provider's stream into the client's (`Converted` only); `null` if the API has no streams. */
  translateStream(exchange: Exchange): StreamTransform | null {
    return null;
  }

  /** The editor of a stream in OpenAI's format that needs small corrections; `null` for none. */
  eventEditor(exchange: Exchange): EventEditor | null {
    return null;
  }

  /** The message in the body of an error: a string token with its quotes, or a list of FastAPI's; `ABSENT` for none. */
  errorMessage(response: JsonDocument): Slice {
    return ABSENT;
  }

  /** The code in the body of an error, a string token; `ABSENT` for none. */
  errorCode(response: JsonDocument): Slice {
    return ABSENT;
  }
}
