// SPDX-License-Identifier: Apache-2.0
export * from "../../assembly/compat/proxy";
import {
  BaseContext,
  Context,
  Counter,
  FilterHeadersStatusValues,
  GrpcStatusValues,
  HeaderPair,
  Headers,
  log,
  LogLevelValues,
  registerRootContext,
  RootContext,
  send_local_response,
  stream_context,
} from "../../assembly/compat/index";

class HelloRoot extends RootContext {
  readonly greeted: Counter = new Counter("hello_filter_greeted_total");

  createContext(context_id: u32): Context {
    return new Hello(context_id, this);
  }

  onConfigure(configuration_size: u32): bool {
    if (!super.onConfigure(configuration_size)) return false;
    log(LogLevelValues.info, `hello-filter: greets with "${this.greeting}"`);
    return true;
  }

  get greeting(): string {
    const configuration = this.getConfiguration();
    return configuration == "" ? "world!" : configuration;
  }
}

class Hello extends Context {
  constructor(
    context_id: u32,
    private readonly root: HelloRoot,
  ) {
    super(context_id, root);
  }

  onRequestHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    const path = stream_context.headers.request.get(":path");
    if (path == "/hello") {
      const headers: Headers = [pair("content-type", "text/plain")];
      const body = String.UTF8.encode(`hello ${this.root.greeting}\n`);
      send_local_response(200, "hello_filter", body, headers, GrpcStatusValues.InvalidCode);
      return FilterHeadersStatusValues.StopIteration;
    }
    if (path != "/ask") return FilterHeadersStatusValues.Continue;
    const headers: Headers = [pair(":method", "GET"), pair(":path", "/word"), pair(":authority", "words.example")];
    const none = new ArrayBuffer(0);
    this.root_context.httpCall("words", headers, none, [], 1000, this, (origin: BaseContext, count: u32): void => {
      const word = count ? stream_context.headers.http_callback.get("word") : "none";
      stream_context.headers.request.replace("word", word);
      origin.continueRequest();
    });
    return FilterHeadersStatusValues.StopAllIterationAndWatermark;
  }

  onResponseHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    stream_context.headers.response.add("hello", this.root.greeting);
    this.root.greeted.increment(1);
    return FilterHeadersStatusValues.Continue;
  }
}

function pair(key: string, value: string): HeaderPair {
  return new HeaderPair(String.UTF8.encode(key), String.UTF8.encode(value));
}

registerRootContext((context_id: u32) => new HelloRoot(context_id), "hello-filter");
