import { ConfigReader } from "../../../assembly/config/reader";
import { Attribute, Rule, Source } from "./attribute";
import { BuiltIn, builtInOf, CALLS, isOfUsage, TOOL_CALLS } from "./built-in";
import { BodyPlan, OwnSlot, Probe } from "./probe";
import { defaultAttributes, lightAttributes, readAttribute } from "./read-attribute";

const LIMIT: i64 = 32_000;
const LIGHT_LIMIT: i64 = 4_000;
const LONGEST_LIMIT: i64 = 10 << 20;
const MOST_ATTRIBUTES = 64;

/** The attributes of a configuration, and what must be read for them. Attribute `i` has the slots `2 * i` and, for built-in values, `2 * i + 1`. */
export class Attributes {
  /** What is read of requests; `null` if nothing is. */
  requestBody: BodyPlan | null = null;
  /** What is read of responses that are no streams; `null` if nothing is. */
  responseBody: BodyPlan | null = null;
  /** What is read of each event of a stream; `null` if nothing is. */
  stream: BodyPlan | null = null;
  /** Whether the calls of tools in streams are an attribute. */
  readsStreamedCalls: bool = false;
  /** Whether an attribute is a tag of the span. */
  hasSpan: bool = false;
  /** Whether there are none. */
  readonly isEmpty: bool;

  private constructor(
    readonly list: Attribute[],
    /** The most bytes of a value. */
    readonly limit: i32,
    /** Whether they are a default set. */
    readonly isDefaultSet: bool,
  ) {
    this.isEmpty = !list.length;
    for (let i = 0; i < list.length; i++) this.plan(list[i], i);
    const request = this.requestBody;
    if (request) {
      request.addAll("model", OwnSlot.Model, Rule.Replace);
      request.addAll("messages.*.role input.messages.*.role contents.*.role", OwnSlot.Role, Rule.Replace);
    }
  }

  /** Reads `attributes`, the two default sets and `value_length_limit`. */
  static read(reader: ConfigReader): Attributes {
    const isFull = reader.booleanOrText("use_default_attributes", false);
    const isLight = reader.booleanOrText("use_default_response_attributes", false) && !isFull;
    const items = reader.objects("attributes");
    const limit = reader.integerOrText("value_length_limit", isLight ? LIGHT_LIMIT : LIMIT, 1, LONGEST_LIMIT);
    const list = isFull ? defaultAttributes() : isLight ? lightAttributes() : [];
    if (items.length > MOST_ATTRIBUTES) reader.fail("attributes", `must have at most ${MOST_ATTRIBUTES} items`);
    if (items.length && (isFull || isLight)) reader.warn("attributes", "has no effect with a default set");
    for (let i = 0; i < min(items.length, MOST_ATTRIBUTES); i++) {
      const attribute = readAttribute(items[i]);
      if (!isFull && !isLight) list.push(attribute);
    }
    return new Attributes(list, <i32>limit, isFull || isLight);
  }

  /** Whether something is read of the bodies of responses. */
  get readsResponses(): bool {
    return this.responseBody !== null || this.stream !== null || this.readsStreamedCalls;
  }

  /** The key of the first attribute that is written and may have a text of a body; empty if none is. */
  get firstText(): string {
    for (let i = 0; i < this.list.length; i++) {
      const attribute = this.list[i];
      const source = attribute.source;
      const isWritten = attribute.isInLog || attribute.isSeparate || attribute.spanProperty.length > 0;
      const isOfBody = source >= Source.RequestBody && source != Source.ResponseHeader;
      const isCount = attribute.path === null && isOfUsage(attribute.key);
      if (isWritten && isOfBody && !isCount) return attribute.key;
    }
    return "";
  }

  private plan(attribute: Attribute, i: i32): void {
    const source = attribute.source;
    if (attribute.spanProperty.length) this.hasSpan = true;
    const path = attribute.path;
    if (source < Source.RequestBody || source == Source.ResponseHeader) return;
    const builtIn = builtInOf(attribute.key);
    if (path && source != Source.BuiltIn) this.planOf(source).add(new Probe(path, 2 * i, attribute.rule, "", false));
    if (builtIn) this.planBuiltIn(builtIn, source, 2 * i + 1, attribute.rule);
    if (attribute.key != TOOL_CALLS) return;
    if (source == Source.BuiltIn || source == Source.ResponseStreamingBody) this.readsStreamedCalls = true;
    if (source == Source.BuiltIn || source == Source.ResponseBody)
      this.planOf(Source.ResponseBody).addAll(CALLS, OwnSlot.Call, Rule.Replace);
  }

  private planBuiltIn(builtIn: BuiltIn, source: Source, slot: i32, rule: Rule): void {
    const isAll = source == Source.BuiltIn;
    if ((isAll || source == Source.RequestBody) && builtIn.request.length)
      this.planOf(Source.RequestBody).addAll(builtIn.request, slot, Rule.Replace);
    if ((isAll || source == Source.ResponseBody) && builtIn.response.length)
      this.planOf(Source.ResponseBody).addAll(builtIn.response, slot, Rule.Replace);
    if ((isAll || source == Source.ResponseStreamingBody) && builtIn.stream.length)
      this.planOf(Source.ResponseStreamingBody).addAll(builtIn.stream, slot, rule);
  }

  private planOf(source: Source): BodyPlan {
    const plan =
      source == Source.RequestBody ? this.requestBody : source == Source.ResponseBody ? this.responseBody : this.stream;
    if (plan) return plan;
    const created = new BodyPlan();
    if (source == Source.RequestBody) this.requestBody = created;
    else if (source == Source.ResponseBody) this.responseBody = created;
    else this.stream = created;
    return created;
  }
}
