// A filter that calls the parts of the API that examples/hello-filter does not, and replies with their results.
export * from "../../../../assembly/compat/proxy";
import {
  add_header_map_value_string,
  BaseContext,
  BufferTypeValues,
  Context,
  dequeue_shared_queue,
  enqueue_shared_queue,
  FilterDataStatusValues,
  FilterHeadersStatusValues,
  Gauge,
  get_buffer_bytes,
  get_current_time_nanoseconds,
  get_header_map_size,
  get_metric,
  get_property,
  get_shared_data,
  GrpcStatusValues,
  HeaderMapTypeValues,
  HeaderPair,
  Headers,
  register_shared_queue,
  registerRootContext,
  resolve_shared_queue,
  RootContext,
  send_local_response,
  set_shared_data,
  set_tick_period_milliseconds,
  stream_context,
  WasmResultValues,
} from "../../../../assembly/compat/index";

class ApiRoot extends RootContext {
  isStarted: bool = false;
  ticks: i32 = 0;

  onStart(vm_configuration_size: usize): bool {
    this.isStarted = true;
    return super.onStart(vm_configuration_size);
  }

  onConfigure(configuration_size: u32): bool {
    set_tick_period_milliseconds(20);
    return super.onConfigure(configuration_size);
  }

  onTick(): void {
    this.ticks++;
  }

  createContext(context_id: u32): Context {
    return new Api(context_id, this);
  }
}

class Api extends Context {
  lines: string[] = [];

  constructor(
    context_id: u32,
    readonly root: ApiRoot,
  ) {
    super(context_id, root);
  }

  onRequestHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    if (stream_context.headers.request.get(":path") == "/ticks") {
      reply(this.root.ticks.toString());
      return FilterHeadersStatusValues.StopIteration;
    }
    const headers = stream_context.headers.request;
    this.lines.push(`configuration: ${this.root.getConfiguration()}`);
    this.lines.push(`started: ${this.root.isStarted}`);
    this.lines.push(`property: ${String.UTF8.decode(get_property("request\0path"))}`);
    this.lines.push(`absent property: ${get_property("no\0such").byteLength} bytes`);
    headers.replace("x-replace", "replaced");
    headers.remove("x-remove");
    add_header_map_value_string(HeaderMapTypeValues.RequestHeaders, "x-add", "added");
    const removed = headers.get("x-remove");
    this.lines.push(
      `headers: ${valueIn(headers.get_headers(), "x-replace")}, ${headers.get("x-add")}, ${removed == "" ? "none" : removed}`,
    );
    this.lines.push(`size: ${get_header_map_size(HeaderMapTypeValues.RequestHeaders) > 30}`);
    return FilterHeadersStatusValues.StopIteration;
  }

  onRequestBody(size: usize, end_of_stream: bool): FilterDataStatusValues {
    if (!end_of_stream) return FilterDataStatusValues.StopIterationAndBuffer;
    const body = get_buffer_bytes(BufferTypeValues.HttpRequestBody, 0, <u32>size);
    this.lines.push(`body: ${String.UTF8.decode(body)} of ${size} bytes`);
    this.lines.push(`shared: ${sharedData()}`);
    this.lines.push(`queue: ${queue()}`);
    const gauge = new Gauge("compat_api_gauge");
    gauge.record(gauge.metric_id, 1);
    gauge.increment(2);
    this.lines.push(`metric: ${get_metric(gauge.metric_id).data}`);
    this.lines.push(`time: ${get_current_time_nanoseconds() > 1_700_000_000_000_000_000}`);
    const none = new ArrayBuffer(0);
    const status = this.root.httpCall("words", request(), none, [], 1000, this, onWord);
    if (status != WasmResultValues.Ok) reply("no call");
    const refused = this.root.httpCall("no-such-cluster", request(), none, [], 1000, this, onWord);
    this.lines.push(`unknown cluster refused: ${refused != WasmResultValues.Ok}`);
    return FilterDataStatusValues.StopIterationAndBuffer;
  }
}

function onWord(origin: BaseContext, count: u32, size: usize, trailers: u32): void {
  if (!(origin instanceof Api)) return;
  const api = origin as Api;
  const body = get_buffer_bytes(BufferTypeValues.HttpCallResponseBody, 0, <u32>size);
  const status = stream_context.headers.http_callback.get(":status");
  const last = api.lines.pop();
  api.lines.push(`call: ${status} ${String.UTF8.decode(body)}`);
  api.lines.push(last);
  api.lines.push(`replied twice: BadArgument`);
  reply(api.lines.join("\n"));
  if (reply("second") != WasmResultValues.BadArgument) unreachable();
}

function sharedData(): string {
  const before = get_shared_data("compat");
  set_shared_data("compat", String.UTF8.encode("first"));
  const first = get_shared_data("compat");
  set_shared_data("compat", String.UTF8.encode("second"), first.cas);
  const late = set_shared_data("compat", String.UTF8.encode("late"), first.cas);
  const found = before.result == WasmResultValues.NotFound ? "NotFound" : "found";
  const written = String.UTF8.decode(first.value) == "first" ? "written" : "lost";
  const mismatch = late == WasmResultValues.CasMismatch ? "CasMismatch" : "overwritten";
  return `${found}, ${written}, ${mismatch}, ${String.UTF8.decode(get_shared_data("compat").value)}`;
}

function queue(): string {
  const unknown = resolve_shared_queue("api", "no-such-queue").result;
  const registered = register_shared_queue("compat");
  enqueue_shared_queue(registered.token, String.UTF8.encode("item"));
  const item = dequeue_shared_queue(registered.token);
  const empty = dequeue_shared_queue(registered.token).result;
  const found = unknown == WasmResultValues.NotFound ? "NotFound" : "found";
  return `${found}, ${String.UTF8.decode(item.data)}, ${empty == WasmResultValues.Empty ? "Empty" : "an item"}`;
}

function reply(text: string): WasmResultValues {
  return send_local_response(200, "compat_api", String.UTF8.encode(text), [], GrpcStatusValues.InvalidCode);
}

function request(): Headers {
  return [pair(":method", "GET"), pair(":path", "/word"), pair(":authority", "words.example")];
}

function valueIn(headers: Headers, name: string): string {
  for (let i = 0; i < headers.length; i++)
    if (String.UTF8.decode(headers[i].key) == name) return String.UTF8.decode(headers[i].value);
  return "none";
}

function pair(key: string, value: string): HeaderPair {
  return new HeaderPair(String.UTF8.encode(key), String.UTF8.encode(value));
}

registerRootContext((context_id: u32) => new ApiRoot(context_id), "compat-api");
