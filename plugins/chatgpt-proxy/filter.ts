import { ByteBuffer } from "../../assembly/bytes/buffer";
import { queryOf } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, sliceToString } from "../../assembly/bytes/slice";
import { dispatchHttp } from "../../assembly/host/callout";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { HeaderMap } from "../../assembly/host/headers";
import { log, LogLevel } from "../../assembly/host/log";
import { clusterName } from "../../assembly/host/property";
import { sendLocalReply } from "../../assembly/host/reply";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { CompletionCall, TIMEOUT_MILLISECONDS } from "./completion-call";
import { completionRequest } from "./completion-request";
import { ChatgptProxyConfig } from "./config";
import { isWellEncoded, promptOf } from "./prompt";

const pool = new FilterPool<ChatgptProxyFilter>();
const headersOfCall = new HeaderPairs();
const message = new ByteBuffer();

/** Replies to each request with the completion of the prompt in its query. */
export class ChatgptProxyFilter extends HttpFilter {
  private config: ChatgptProxyConfig | null = null;

  /** A filter for one stream. */
  static of(config: ChatgptProxyConfig): ChatgptProxyFilter {
    const spare = pool.take();
    const filter = spare ? spare : new ChatgptProxyFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const query = queryOf(headers.get(":path"));
    if (query == ABSENT) return refuse(400, "empty_query_string", "1-need prompt param");
    if (!isWellEncoded(query)) return refuse(400, "bad_query_string", "2-need prompt param");
    const prompt = promptOf(query, sliceOfBuffer(this.config!.promptParam));
    if (!sliceSize(prompt)) return refuse(400, "no_prompt", "3-need prompt param");
    return this.ask(prompt);
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
  }

  private ask(prompt: Slice): HeadersAction {
    const config = this.config!;
    const cluster = config.cluster.length ? config.cluster : sliceToString(clusterName());
    headersOfCall
      .clear()
      .addText(":method", "POST")
      .addText(":path", config.url.path)
      .addText(":authority", config.url.host)
      .addText("content-type", "application/json")
      .addText("authorization", config.authorization);
    const body = completionRequest(config, prompt);
    const call = new CompletionCall(this.contextId, config.modelInHeader, config.secrets);
    if (dispatchHttp(cluster, headersOfCall, body, TIMEOUT_MILLISECONDS, call)) return HeadersAction.Pause;
    log(LogLevel.Error, `chatgpt-proxy: the call could not be sent to the cluster "${cluster}"`);
    return refuse(500, "request_failed", "Internal Error: the call could not be sent");
  }
}

function refuse(status: i32, reason: string, sentence: string): HeadersAction {
  message.clear();
  sendLocalReply(status, `chatgpt-proxy.${reason}`, "text/plain", message.text(sentence).slice);
  return HeadersAction.Pause;
}
