import { BodyBuffer } from "../../assembly/host/body";
import { HeaderMap } from "../../assembly/host/headers";
import { Slice } from "../../assembly/bytes/slice";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { Answer } from "./answer";
import { Exchange } from "./exchange";
import { ProviderConfig } from "./provider-config";
import { BodyNeed, forwardBody, prepareHeaders, refuse } from "./request";

/** Speaks OpenAI's language with the client and the provider's with the provider. */
export class AiProxyFilter extends HttpFilter {
  private readonly exchange: Exchange;
  private readonly answer: Answer;

  constructor(config: ProviderConfig) {
    super();
    const exchange = new Exchange(config);
    this.exchange = exchange;
    this.answer = new Answer(exchange);
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const need = prepareHeaders(this.exchange, headers, endOfStream);
    if (need == BodyNeed.Refused) {
      refuse(this.exchange);
      return HeadersAction.Replied;
    }
    if (need == BodyNeed.None) return HeadersAction.Continue;
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    if (forwardBody(this.exchange, body)) return BodyAction.Continue;
    refuse(this.exchange);
    return BodyAction.Replied;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const action = this.answer.onHeaders(headers, endOfStream);
    this.responseBodyMode = this.answer.bodyMode;
    return action;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    return this.answer.onBody(body);
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    return this.answer.onChunk(chunk, isLastChunk);
  }

  override onStreamDone(): void {
    this.answer.publish();
  }

  override free(): void {
    this.answer.free();
    this.exchange.free();
  }
}
