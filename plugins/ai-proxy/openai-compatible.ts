import { Api } from "../../assembly/ai/api";
import { ABSENT, Slice, sliceStartsWith } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { jsonGet } from "../../assembly/json/value";
import { Exchange } from "./exchange";
import { Provider } from "./provider";

/**
 * A provider that speaks OpenAI's language: a host, and a path for each API that it serves.
 *
 * @example
 * export const example = new OpenAiCompatible("example", "api.example.com").serve(Api.ChatCompletions, "/v1/chat/completions");
 */
export class OpenAiCompatible extends Provider {
  /** The path that serves each API; "" where it is not served. */
  protected readonly paths: StaticArray<string> = new StaticArray<string>(Api.Count).fill("");
  private limit: string = "";
  private messages: string = "";

  constructor(
    private readonly name: string,
    private readonly authority: string,
    /** What takes the place of `/v1` for APIs that `serve` does not name. */
    private readonly root: string = "/v1",
  ) {
    super();
  }

  /** Says which path serves an API. */
  serve(api: Api, path: string): this {
    this.paths[api] = path;
    return this;
  }

  /** Says what takes the place of `/v1` for those who speak Anthropic's language. */
  serveMessages(base: string): this {
    this.messages = base;
    return this.serve(Api.Messages, `${base}/messages`);
  }

  /** Says which of `max_tokens` and `max_completion_tokens` is the only one that it knows. */
  limitBy(field: string): this {
    this.limit = field;
    return this;
  }

  type(): string {
    return this.name;
  }

  host(exchange: Exchange): string {
    return this.authority;
  }

  path(exchange: Exchange): string {
    return this.paths[exchange.api];
  }

  override base(exchange: Exchange): string {
    return this.messages.length && isBelowMessages(exchange) ? this.messages : this.root;
  }

  override limitField(exchange: Exchange): string {
    return this.limit;
  }

  override errorMessage(response: JsonDocument): Slice {
    const message = errorField(response, "message");
    // The web frameworks below such servers say it so: {"detail":"Not Found"}.
    return message == ABSENT ? response.get("detail") : message;
  }

  override errorCode(response: JsonDocument): Slice {
    return errorField(response, "code");
  }
}

/** Whether the path lies below Anthropic's `/v1/messages`. */
export function isBelowMessages(exchange: Exchange): bool {
  return exchange.api == Api.Other && sliceStartsWith(exchange.tail, "/messages/");
}

/** `error.<name>`, or `<name>` itself where there is no error object, as some servers answer. */
export function errorField(response: JsonDocument, name: string): Slice {
  const field = jsonGet(response.get("error"), name);
  return field == ABSENT ? response.get(name) : field;
}
