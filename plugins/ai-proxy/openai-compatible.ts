import { Api } from "../../assembly/ai/api";
import { ChatProtocol } from "../../assembly/ai/chat-protocol";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceStartsWith, subslice } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { JsonDocument } from "../../assembly/json/document";
import { jsonGet } from "../../assembly/json/value";
import { ApiToken } from "./config/api-token";
import { readPlace } from "./config/place";
import { ProviderSettings, RenamedField } from "./config/provider-settings";
import { ProviderOptions } from "./config/provider-type";
import { Exchange } from "./exchange";
import { Provider } from "./provider";

// All that the file of a provider needs.
export { Api } from "../../assembly/ai/api";
export { ApiPath, BaseOption, ReasoningPlace, ReasoningSwitch, RenamedField } from "./config/provider-settings";

/** Begins the name of a field of each message. */
const OF_MESSAGES = "messages.";

/**
 * A provider with OpenAI's API: settings, and methods only for what settings cannot say.
 *
 * @example
 * export const example = new OpenAiCompatible({
 *   type: "example",
 *   address: "api.example.com/v1",
 *   apis: [Api.ChatCompletions, Api.Models],
 * });
 */
export class OpenAiCompatible extends Provider {
  /** A bit for each API that is served. */
  private readonly served: u64;

  constructor(settings: ProviderSettings) {
    super(settings);
    const slash = settings.address.indexOf("/");
    if (slash > 0) {
      settings.host = settings.address.substring(0, slash);
      settings.base = settings.address.substring(slash);
    }
    const drops = settings.drops.split(" ");
    for (let i = 0; i < drops.length; i++) {
      if (drops[i].startsWith(OF_MESSAGES)) settings.droppedOfMessages.push(drops[i].substring(OF_MESSAGES.length));
      else if (drops[i].length) settings.droppedFields.push(drops[i]);
      if (drops[i] == "stream_options") settings.asksForUsage = false;
    }
    for (let i = 0; i < settings.renames.length; i++) {
      const field = settings.renames[i];
      if (!field.from.startsWith(OF_MESSAGES)) continue;
      const to = field.to.substring(OF_MESSAGES.length);
      settings.renamedOfMessages.push(new RenamedField(field.from.substring(OF_MESSAGES.length), to));
    }
    let served: u64 = 0;
    for (let i = 0; i < settings.apis.length; i++) served |= bitOf(settings.apis[i]);
    for (let i = 0; i < settings.paths.length; i++) served |= bitOf(settings.paths[i].api);
    if (settings.messagesBase !== null) served |= bitOf(Api.Messages);
    if (settings.responsesBase !== null) served |= bitOf(Api.Responses) | bitOf(Api.RetrieveResponse);
    this.served = served;
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return readPlace(reader, this.settings);
  }

  serves(exchange: Exchange): bool {
    const url = exchange.config.options.url;
    return (this.served & bitOf(exchange.api)) != 0 || (url !== null && url.isWhole);
  }

  override speaks(exchange: Exchange): bool {
    return (this.served & bitOf(exchange.api)) != 0;
  }

  override authorize(token: ApiToken, exchange: Exchange): void {
    if (!this.settings.messagesTokenHeader.length || !asksForMessage(exchange)) super.authorize(token, exchange);
    else this.setMessagesKey(token, exchange);
  }

  /** Sets the header of the API key for Anthropic's Messages. */
  private setMessagesKey(token: ApiToken, exchange: Exchange): void {
    const key = subslice(sliceOfBuffer(token.header), this.settings.tokenScheme.length);
    exchange.headers.set(this.settings.messagesTokenHeader, key);
  }

  writePath(exchange: Exchange, out: ByteBuffer): bool {
    const url = exchange.config.options.url;
    if (url) return url.writePath(exchange.tail, out);
    const paths = this.settings.paths;
    for (let i = 0; i < paths.length; i++) {
      if (paths[i].api != exchange.api) continue;
      out.text(paths[i].path);
      return true;
    }
    if (exchange.tail != ABSENT) out.text(baseOf(this.settings, exchange)).append(exchange.tail);
    return true;
  }

  override errorMessage(response: JsonDocument): Slice {
    const message = errorField(response, "message");
    // FastAPI and Starlette: {"detail":"Not Found"}.
    return message == ABSENT ? response.get("detail") : message;
  }

  override errorCode(response: JsonDocument): Slice {
    return errorField(response, "code");
  }
}

/** Whether the provider gets a request of Anthropic's Messages. */
export function asksForMessage(exchange: Exchange): bool {
  const api = exchange.api;
  if (api == Api.Messages || api == Api.CountTokens || exchange.upstream == ChatProtocol.Messages) return true;
  // Such as batches of messages.
  return api == Api.Other && sliceStartsWith(exchange.tail, "/messages/");
}

function bitOf(api: Api): u64 {
  return (<u64>1) << api;
}

/** What replaces `/v1` in the client's path. */
function baseOf(settings: ProviderSettings, exchange: Exchange): string {
  const api = exchange.api;
  const isBelow = api == Api.Other;
  const messages = settings.messagesBase;
  if (messages !== null) {
    const isMessages = api == Api.Messages || api == Api.CountTokens;
    if (isMessages || (isBelow && sliceStartsWith(exchange.tail, "/messages/"))) return messages;
  }
  const responses = settings.responsesBase;
  if (responses !== null) {
    if (api == Api.Responses || api == Api.RetrieveResponse) return responses;
  }
  const base = exchange.config.options.base;
  return base.length ? base : settings.base;
}

/** `error.<name>`, or `<name>` of the response itself if it has no object `error`. */
function errorField(response: JsonDocument, name: string): Slice {
  const field = jsonGet(response.get("error"), name);
  return field == ABSENT ? response.get(name) : field;
}
