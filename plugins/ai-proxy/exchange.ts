import { Api } from "../../assembly/ai/api";
import { ChatProtocol } from "../../assembly/ai/chat-protocol";
import { AskedResponse } from "../../assembly/ai/protocols/responses/asked";
import { HeaderEdits } from "../../assembly/ai/header-edits";
import { ModelTraits } from "../../assembly/ai/model-traits";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { ApiToken } from "./config/api-token";
import { ProviderConfig } from "./config/provider-config";
import { ProviderState } from "./provider-state";

/** The most memory that a buffer keeps from one request to the next. */
const KEPT_BYTES = 256;

// One request is prepared at a time: all share the list of edits.
const edits = new HeaderEdits();

/** Who sends a request again with another API key. */
export const enum NextKey {
  /** Nobody: the response is the last one. */
  None,
  /** Envoy's router, by the route's retry policy. */
  Retry,
  /** The plugin `fallback`. */
  Fallback,
}

/** What is known and decided about one request: data that the filter fills in and the provider reads and edits. */
export class Exchange {
  /** The API that the client's path names; that of OpenAI's chats where the request is bridged. */
  api: Api = Api.Unknown;
  /** The protocol that the client speaks: it decides the form of responses, streams and errors. */
  client: ChatProtocol = ChatProtocol.OpenAi;
  /** The protocol in which the provider is asked. */
  upstream: ChatProtocol = ChatProtocol.OpenAi;
  /** Whether the client wants to know the number of tokens, and the provider cannot tell: the gateway replies. */
  estimatesTokens: bool = false;
  /** The client's `:path` with its query, without the configured base path. Valid until the request was forwarded. */
  path: Slice = ABSENT;
  /** The client's `:path` as it came. Valid until the request was forwarded. */
  clientPath: Slice = ABSENT;
  /** What follows `/v1` in the client's path; `ABSENT` where it names no API. Valid as long as `path`. */
  tail: Slice = ABSENT;
  /** The deployment that an Azure client's path names, percent-encoded; `ABSENT` for none. Valid as long as `path`. */
  deployment: Slice = ABSENT;
  /** Whether the client's path is Azure's with a dated `api-version`, which means nothing to others. */
  isDated: bool = false;
  /**
   * Whether the filter runs in the router's chain, where there may be several attempts. It belongs to the stream: Envoy runs equal
   * configurations in both chains on one root context.
   */
  isInRoutersChain: bool = false;
  /** The number of the configured API key that is sent, from 1; 0 for none. */
  tokenNumber: i32 = 0;
  /** Whether the API key failed before, and this request tries it again. */
  isKeyRecovering: bool = false;
  /** Whether the request cannot be sent with another API key: what it refers to belongs to the account of this one. */
  isKeyPinned: bool = false;
  /** The number of the API key that the plugin tries again with a request of its own, from 1; 0 for none. */
  probeNumber: i32 = 0;
  /** Who sends the request again with another API key, instead of passing the response on. */
  nextKey: NextKey = NextKey.None;
  /** When the request took an API key that recovers, in milliseconds of the monotonic clock. */
  keySentAt: u64 = 0;
  /** Whether the client's request has a `content-length`. */
  hasLength: bool = false;
  /** Whether the request was translated: only then is the response in the provider's own format. */
  wasTranslated: bool = false;
  /** Whether the client asked for a stream. */
  streaming: bool = false;
  /** Whether the client asked for the usage chunk of a stream (`stream_options.include_usage`). */
  includeUsage: bool = false;
  /** Whether the gateway asks for usage that the client did not ask for, and removes it from the response. */
  asksForUsage: bool = false;
  /** Whether the credentials of the client are removed from the request. */
  hidesCredentials: bool = false;
  /** The model that the provider is asked for, UTF-8 without escapes. Lives as long as the stream. */
  readonly model: ByteBuffer = new ByteBuffer();
  /** What is known of that model; `null` for nothing. */
  traits: ModelTraits | null = null;
  /** Whether the `model` of the body must be replaced by `model`. */
  isModelChanged: bool = false;
  /** Whether the client's own name of the model is kept for the response. */
  hasRequestedModel: bool = false;
  /** Whether the configuration's settings were put into the request. */
  hasSettings: bool = false;
  /** Seconds since 1970 at the request: `created` of what is converted. */
  created: i64 = 0;
  /** Whether a stream that passes has said that its response is whole, or why it is not. */
  isComplete: bool = false;
  /** Whether a stream that passes and breaks off is ended with an error event; only whole events are forwarded then. */
  endsBroken: bool = false;
  /** How many events with data have passed. */
  events: i32 = 0;
  /** The usage of the response, read from what passes and published by the filter. */
  readonly usage: TokenUsage = new TokenUsage();
  /** Whether the body is read only because the provider signs it. */
  isOnlySigned: bool = false;
  /** The value of `Provider.credential`, UTF-8; `ABSENT` for none. Valid during `Provider.sign`. */
  credential: Slice = ABSENT;
  /** What the provider keeps for the response; made by the provider, freed with the exchange; `null` for nothing. */
  state: ProviderState | null = null;
  private asked: AskedResponse | null = null;
  /** What to change in the request's headers. */
  readonly headers: HeaderEdits = edits;
  /** Why the request is refused: 0 while it is not, else an HTTP status. */
  refusalStatus: i32 = 0;
  /** The sentence that the client reads when the request is refused. */
  refusalMessage: string = "";
  /** The field at fault (`param` of OpenAI's error), or "". */
  refusalParam: string = "";
  /** The machine-readable reason (`code` of OpenAI's error), or "". */
  refusalCode: string = "";

  /** Seconds after which a refused request may be sent again; 0 if that is not known. */
  retryAfter: i32 = 0;

  /** The client's values of the headers that were changed, for the next attempt; until the request was forwarded. */
  readonly clientHeaders: ByteBuffer = new ByteBuffer();
  private readonly pathBytes: ByteBuffer = new ByteBuffer();
  private requestedBytes: ByteBuffer | null = null;
  private droppedBytes: ByteBuffer | null = null;
  private configured: ProviderConfig | null = null;

  /** The configuration that applies to the request; there is one from `begin` to `reset`. */
  get config(): ProviderConfig {
    return this.configured!;
  }

  /** Begins a request. The object is new, or was reset. */
  begin(config: ProviderConfig): void {
    this.configured = config;
  }

  /** What the response to a client of OpenAI's Responses needs of its request; made with the first call, and kept for the next stream. */
  get askedResponse(): AskedResponse {
    const known = this.asked;
    return known ? known : (this.asked = new AskedResponse());
  }

  /** Keeps the client's path from the headers to the end of the body. */
  keepPath(path: Slice): void {
    this.pathBytes.clear();
    this.clientPath = this.pathBytes.append(path).slice;
    this.path = this.clientPath;
  }

  /** Keeps the client's name of the model until the stream ends. */
  keepRequestedModel(model: Slice): void {
    this.requestedBytes = new ByteBuffer().append(model);
    this.hasRequestedModel = true;
  }

  /** Whether the client's request is translated into the provider's protocol, and the response back. */
  get isBridged(): bool {
    return this.client != this.upstream;
  }

  /** Whether the request that the provider gets, or is translated from, is a chat of OpenAI, and so is one of both responses. */
  get hasChat(): bool {
    return this.client == ChatProtocol.OpenAi || this.upstream == ChatProtocol.OpenAi;
  }

  /** Whether the provider's chat of OpenAI is translated for a client of another protocol. */
  get isBridgedFromChat(): bool {
    return this.isBridged && this.upstream == ChatProtocol.OpenAi;
  }

  /** Whether the client's request is translated into another protocol than OpenAI's chats. */
  get isBridgedElsewhere(): bool {
    return this.isBridged && this.upstream != ChatProtocol.OpenAi;
  }

  /** The API key that is sent; `null` for none. */
  get token(): ApiToken | null {
    return this.tokenNumber ? this.config.tokens[this.tokenNumber - 1] : null;
  }

  /** Notes the names of fields, divided by `, `, that were left out because the provider's protocol has none for them. */
  noteAllDropped(names: Slice): void {
    this.nextDropped().append(names);
  }

  /** Notes the name of a field that was removed because the provider refuses it; `object` comes before it, with a dot. */
  noteDropped(name: string, object: string = ""): void {
    this.nextDropped().text(object).text(name);
  }

  /** Notes that a field got another value (`=`), or another name (`>`). */
  noteChanged(name: string, sign: u32, value: Slice): void {
    this.nextDropped().text(name).byte(sign).append(value);
  }

  private nextDropped(): ByteBuffer {
    let bytes = this.droppedBytes;
    if (bytes) bytes.text(", ");
    else this.droppedBytes = bytes = new ByteBuffer();
    return bytes;
  }

  /** The fields that were removed or changed because the provider refuses them, for a response header; `ABSENT` for none. */
  get dropped(): Slice {
    const bytes = this.droppedBytes;
    return bytes === null ? ABSENT : bytes.slice;
  }

  /** The client's name of the model, where it was kept. */
  get requestedModel(): Slice {
    const bytes = this.requestedBytes;
    return bytes === null ? ABSENT : bytes.slice;
  }

  /** The model that the response names, as `responseModel` says. Lives as long as the stream. */
  get namedModel(): ByteBuffer {
    const bytes = this.requestedBytes;
    return bytes === null ? this.model : bytes;
  }

  /** Frees what is not needed after the request was forwarded. */
  forgetPath(): void {
    this.path = ABSENT;
    this.clientPath = ABSENT;
    this.tail = ABSENT;
    this.deployment = ABSENT;
    this.pathBytes.free();
  }

  /** Refuses the request with an OpenAI error. Returns `false`, for a provider to return. */
  refuse(message: string, param: string = "", code: string = "", status: i32 = 400): bool {
    this.refusalStatus = status;
    this.refusalMessage = message;
    this.refusalParam = param;
    this.refusalCode = code;
    return false;
  }

  /** Ends the request: every field is as in a new object, and no large memory is kept. */
  reset(): void {
    const requested = this.requestedBytes;
    if (requested) requested.dispose();
    const dropped = this.droppedBytes;
    if (dropped) dropped.dispose();
    const state = this.state;
    if (state) state.free();
    const asked = this.asked;
    if (asked) asked.clear();
    this.api = Api.Unknown;
    this.client = ChatProtocol.OpenAi;
    this.upstream = ChatProtocol.OpenAi;
    this.estimatesTokens = false;
    this.isDated = false;
    this.isInRoutersChain = false;
    this.tokenNumber = 0;
    this.isKeyRecovering = false;
    this.isKeyPinned = false;
    this.probeNumber = 0;
    this.nextKey = NextKey.None;
    this.keySentAt = 0;
    this.hasLength = false;
    this.wasTranslated = false;
    this.streaming = false;
    this.includeUsage = false;
    this.asksForUsage = false;
    this.hidesCredentials = false;
    this.model.release(KEPT_BYTES);
    this.traits = null;
    this.isModelChanged = false;
    this.hasRequestedModel = false;
    this.hasSettings = false;
    this.created = 0;
    this.isComplete = false;
    this.endsBroken = false;
    this.events = 0;
    this.usage.reset();
    this.isOnlySigned = false;
    this.credential = ABSENT;
    this.state = null;
    this.refusalStatus = 0;
    this.refusalMessage = "";
    this.refusalParam = "";
    this.refusalCode = "";
    this.retryAfter = 0;
    this.clientHeaders.release(KEPT_BYTES);
    this.requestedBytes = null;
    this.droppedBytes = null;
    this.configured = null;
    this.forgetPath();
  }

  /** Frees the memory of an object that was reset and is not used again. */
  dispose(): void {
    this.model.dispose();
    this.clientHeaders.dispose();
    this.pathBytes.dispose();
    const asked = this.asked;
    if (asked) asked.dispose();
  }
}
