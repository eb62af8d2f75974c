import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { setProperty } from "../../assembly/host/property";
import { ValueKind } from "../../assembly/json/path-sink";
import { jsonGet } from "../../assembly/json/value";
import { mayBeJson } from "../../assembly/limit/request-state";
import { Account } from "./account";
import { Attribute, Source } from "./attributes/attribute";
import { Attributes } from "./attributes/attributes";
import { BodyReader } from "./attributes/body-reader";
import { isOfUsage, TOOL_CALLS } from "./attributes/built-in";
import { BodyPlan } from "./attributes/probe";
import { ValueSlots } from "./attributes/value-slots";
import { AiStatisticsConfig } from "./config";
import { EventListener } from "./event-listener";

const KEPT_BYTES = 16 << 10;
/** The longest id of a session that is kept. */
const LONGEST_ID = 256;

const scratch = new ByteBuffer();
const usageText = new ByteBuffer();

/** What the attributes of a configuration have found in one stream. */
export class Observations extends EventListener {
  private attributes: Attributes | null = null;
  private slots: ValueSlots | null = null;
  private request: BodyReader | null = null;
  private response: BodyReader | null = null;

  constructor(private readonly account: Account) {
    super();
  }

  /** The request headers have arrived. Returns whether the body is wanted, in chunks. */
  begin(config: AiStatisticsConfig, headers: HeaderMap): bool {
    const attributes = config.attributes;
    const session = config.session.idOf(headers);
    if (sliceSize(session) <= LONGEST_ID) this.account.sessionId.append(session);
    if (attributes.isEmpty) return false;
    const count = attributes.list.length;
    this.attributes = attributes;
    this.slots = new ValueSlots(2 * count, attributes.limit);
    this.takeHeaders(headers, Source.RequestHeader);
    const plan = attributes.requestBody;
    if (!plan || !mayBeJson(headers)) return false;
    this.request = new BodyReader(plan, this.account, this.slots);
    return true;
  }

  /** A chunk of the request. */
  pushRequest(chunk: Slice): void {
    const request = this.request;
    if (request) request.push(chunk);
  }

  /** The response headers have arrived. */
  respond(headers: HeaderMap): void {
    const attributes = this.attributes;
    if (!attributes) return;
    this.account.listener = this;
    this.takeHeaders(headers, Source.ResponseHeader);
    const plan: BodyPlan | null = this.account.isStream ? attributes.stream : attributes.responseBody;
    if (plan) this.response = new BodyReader(plan, this.account, this.slots);
  }

  /** A chunk of a response that is no stream. */
  pushResponse(chunk: Slice): void {
    const response = this.response;
    if (response) response.push(chunk);
  }

  override onEvent(data: Slice): void {
    const response = this.response;
    if (response) response.readEvent(data);
    const slots = this.slots;
    if (slots && this.wantsCalls) slots.toolCalls.readEvent(data);
  }

  /** The attributes; `null` for none. */
  get list(): Attribute[] | null {
    const attributes = this.attributes;
    return attributes ? attributes.list : null;
  }

  /** Appends the value of an attribute to `out`, in UTF-8; `Nothing` if it has none. */
  read(i: i32, out: ByteBuffer): ValueKind {
    const attribute = this.attributes!.list[i];
    const source = attribute.source;
    if (source == Source.FixedValue) {
      out.append(sliceOfBuffer(attribute.value));
      return ValueKind.Text;
    }
    if (!this.hasComeTo(source)) return ValueKind.Nothing;
    const slots = this.slots!;
    for (let slot = 2 * i; slot < 2 * i + 2; slot++) {
      const text = slots.find(slot);
      if (!text || text.isEmpty) continue;
      text.write(out);
      return text.isCut ? ValueKind.Text : text.kind;
    }
    if (attribute.key == TOOL_CALLS && !slots.toolCalls.isEmpty) {
      slots.toolCalls.write(out);
      return ValueKind.Json;
    }
    if (isOfUsage(attribute.key) && this.readUsage(attribute.key, out)) return ValueKind.Scalar;
    if (!attribute.fallback.byteLength) return ValueKind.Nothing;
    out.append(sliceOfBuffer(attribute.fallback));
    return ValueKind.Text;
  }

  /** Sets the tags of the span for attributes whose source is from `first` to `last`: Envoy closes a span before `onLog`. */
  tagSpan(first: Source, last: Source): void {
    const attributes = this.attributes;
    if (!attributes || !attributes.hasSpan) return;
    for (let i = 0; i < attributes.list.length; i++) {
      const attribute = attributes.list[i];
      if (!attribute.spanProperty.length || attribute.source < first || attribute.source > last) continue;
      scratch.clear();
      if (this.read(i, scratch) != ValueKind.Nothing) setProperty(attribute.spanProperty, scratch.slice);
    }
    scratch.release(KEPT_BYTES);
  }

  /** Forgets the stream. */
  reset(): void {
    const request = this.request;
    const response = this.response;
    const slots = this.slots;
    if (request) request.dispose();
    if (response) response.dispose();
    if (slots) slots.dispose();
    this.attributes = null;
    this.slots = null;
    this.request = null;
    this.response = null;
  }

  private get wantsCalls(): bool {
    const attributes = this.attributes;
    return attributes !== null && attributes.readsStreamedCalls;
  }

  private hasComeTo(source: Source): bool {
    const account = this.account;
    if (source == Source.ResponseHeader) return account.status > 0;
    if (source == Source.ResponseBody) return account.status > 0 && !account.isStream;
    return source != Source.ResponseStreamingBody || account.isStream;
  }

  private takeHeaders(headers: HeaderMap, source: Source): void {
    const list = this.attributes!.list;
    for (let i = 0; i < list.length; i++) {
      if (list[i].source != source) continue;
      const value = headers.get(list[i].header);
      if (value == ABSENT || !sliceSize(value)) continue;
      const text = this.slots!.at(2 * i);
      text.kind = ValueKind.Text;
      text.append(value);
    }
  }

  /** Appends a count, or the details of one side. Returns `false` if the provider has reported none. */
  private readUsage(key: string, out: ByteBuffer): bool {
    const usage = this.account.usage;
    if (!usage) return false;
    usageText.clear();
    usage.write(usageText);
    const isInput = key == "cached_tokens" || key == "input_token_details";
    const details = jsonGet(usageText.slice, isInput ? "prompt_tokens_details" : "completion_tokens_details");
    const value = key.endsWith("_details") ? details : jsonGet(details, key);
    if (value != ABSENT) out.append(value);
    return value != ABSENT;
  }
}
