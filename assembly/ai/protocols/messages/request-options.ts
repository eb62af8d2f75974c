import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceSize, subslice } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { jsonFirstKey, jsonGet, jsonInteger } from "../../../json/value";
import { jsonNumber } from "../../../json/number";
import { ANY_JSON, JSON_OF_SCHEMA } from "../../hub/json-instructions";
import { LEVEL_NAMES, levelOfEffort, nearestLevel } from "../../effort-levels";
import { budgetOfEffort, SMALLEST_BUDGET } from "../../hub/effort";
import { Effort, RequestSink, Sampling, ToolChoice } from "../../hub/request-sink";
import { Feature, ModelTraits, Thinking, UNKNOWN_MODEL } from "../../model-traits";
import { isBlank } from "./blank";

const KEPT_BYTES = 4096;
/** The levels of a model whose levels are not known, from `low` on. https://platform.claude.com/docs/en/build-with-claude/effort */
const ALL_LEVELS: u32 = 0x7c;

/**
 * Writes the options and the tools of a request of Anthropic's Messages. What the model does not take is left out, and noted.
 * https://platform.claude.com/docs/en/api/messages
 */
export abstract class MessagesRequestOptions extends RequestSink {
  /** What the model takes; set before `begin`. One that is not known is taken for one of the newest. */
  traits: ModelTraits = UNKNOWN_MODEL;
  /** What the system says where the client's messages of the system say nothing; "" for nothing. */
  standardSystem: string = "";
  /** The reasoning that is asked for, and its budget, 0 for none. */
  private effort: Effort = Effort.None;
  private isEffortGiven: bool = false;
  private budget: i64 = 0;
  /** The client's limit; 0 for none. */
  private limit: i64 = 0;
  private forcesTool: bool = false;
  private hasTools: bool = false;
  private hasStops: bool = false;
  /** The open list or object, which the next member ends. */
  private closer: string = "";
  private readonly temperature: ByteBuffer = new ByteBuffer();
  private readonly topP: ByteBuffer = new ByteBuffer();
  private readonly topK: ByteBuffer = new ByteBuffer();
  private readonly schema: ByteBuffer = new ByteBuffer();
  /** What the system's messages say, as a list of blocks without its brackets. */
  protected readonly system: ByteBuffer = new ByteBuffer();
  /**
   * Whether the assistant's last message prevents reasoning by a budget: it has a tool call without reasoning before it, or
   * the model is to go on with it.
   */
  protected lacksReasoning: bool = false;
  protected control: Slice = ABSENT;

  begin(model: Slice): bool {
    this.out.text('{"model":"').append(model).byte(0x22);
    return true;
  }

  stream(): bool {
    this.member(',"stream":true');
    return true;
  }

  maxTokens(count: Slice): bool {
    this.limit = max<i64>(jsonInteger(count, 0), 1);
    return true;
  }

  sampling(kind: Sampling, value: Slice): bool {
    switch (kind) {
      case Sampling.Temperature:
        this.temperature.append(value);
        return true;
      case Sampling.TopP:
        this.topP.append(value);
        return true;
      case Sampling.TopK:
        this.topK.append(value);
        return true;
      case Sampling.Seed:
        return this.drop("seed");
      case Sampling.PresencePenalty:
        return this.drop("presence_penalty");
      default:
        return this.drop("frequency_penalty");
    }
  }

  stopSequence(text: Slice): bool {
    if (isBlank(text)) return this.drop("stop");
    if (this.hasStops) this.out.byte(0x2c);
    else this.open(',"stop_sequences":[', "]");
    this.hasStops = true;
    this.out.byte(0x22).append(text).byte(0x22);
    return true;
  }

  reasoning(effort: Effort, budget: Slice): bool {
    this.effort = effort;
    this.isEffortGiven = true;
    this.budget = budget == ABSENT ? 0 : jsonInteger(budget, 0);
    return true;
  }

  /** Messages have no such mode: the model is told. */
  jsonObject(): bool {
    this.instruct(ANY_JSON, ABSENT);
    return true;
  }

  jsonSchema(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    if (sliceSize(description)) this.drop("json_schema.description");
    if (this.traits.has(Feature.JsonSchema)) {
      this.schema.append(schema);
      return true;
    }
    this.instruct(JSON_OF_SCHEMA, schema);
    return this.drop("response_format");
  }

  user(id: Slice): bool {
    this.member(',"metadata":{"user_id":"').append(id).text('"}');
    return true;
  }

  tool(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    if (this.hasTools) this.out.byte(0x2c);
    else this.open(',"tools":[', "]");
    this.hasTools = true;
    const out = this.out.text('{"name":"').append(name).byte(0x22);
    if (description != ABSENT) out.text(',"description":"').append(description).byte(0x22);
    out.text(',"input_schema":');
    if (schema == ABSENT || jsonFirstKey(schema) == ABSENT) out.text('{"type":"object"}');
    else if (jsonGet(schema, "type") != ABSENT) out.append(schema);
    else out.text('{"type":"object",').append(membersOf(schema));
    if (isStrict && this.traits.has(Feature.JsonSchema)) out.text(',"strict":true');
    else if (isStrict) this.drop("tools.strict");
    this.writeControl(out).byte(0x7d);
    return true;
  }

  toolChoice(choice: ToolChoice, name: Slice): bool {
    const isForced = choice == ToolChoice.Any || choice == ToolChoice.Named;
    if (isForced && !this.traits.has(Feature.ForcedTools)) {
      this.drop("tool_choice");
      choice = ToolChoice.Auto;
    }
    this.forcesTool = choice == ToolChoice.Any || choice == ToolChoice.Named;
    this.open(',"tool_choice":{"type":"', "}");
    const out = this.out;
    if (choice == ToolChoice.Named) out.text('tool","name":"').append(name).byte(0x22);
    else out.text(choice == ToolChoice.Any ? 'any"' : choice == ToolChoice.None ? 'none"' : 'auto"');
    if (choice == ToolChoice.None) this.member("");
    return true;
  }

  parallelToolCalls(isAllowed: bool): bool {
    if (isAllowed) return true;
    // Behind the choice, if there is one that calls tools.
    if (this.closer == "}") this.out.text(',"disable_parallel_tool_use":true');
    else if (this.hasTools) this.member(',"tool_choice":{"type":"auto","disable_parallel_tool_use":true}');
    return true;
  }

  override cacheControl(control: Slice): void {
    this.control = control;
  }

  override reset(): void {
    super.reset();
    this.traits = UNKNOWN_MODEL;
    this.standardSystem = "";
    this.effort = Effort.None;
    this.isEffortGiven = false;
    this.budget = 0;
    this.limit = 0;
    this.forcesTool = false;
    this.hasTools = false;
    this.hasStops = false;
    this.closer = "";
    this.temperature.release(64);
    this.topP.release(64);
    this.topK.release(64);
    this.schema.release(KEPT_BYTES);
    this.system.release(KEPT_BYTES);
    this.lacksReasoning = false;
    this.control = ABSENT;
  }

  /** Writes the mark for the provider's cache of the block that ends, if it has one. */
  protected writeControl(out: ByteBuffer): ByteBuffer {
    if (this.control != ABSENT) out.text(',"cache_control":').append(this.control);
    this.control = ABSENT;
    return out;
  }

  /** Ends the list or object that is open and writes the beginning of a member, or all of it. */
  protected member(text: string): ByteBuffer {
    const closer = this.closer;
    this.closer = "";
    return this.out.text(closer).text(text);
  }

  /** Writes what depends on several options. */
  protected writeOptions(): void {
    this.member("");
    const thinks = this.writeThinking();
    this.writeSampling(thinks);
    if (!this.system.size && this.standardSystem.length) this.instruct(this.standardSystem, ABSENT);
    if (this.system.size) this.out.text(',"system":[').append(this.system.slice).byte(0x5d);
  }

  private open(start: string, closer: string): void {
    this.member(start);
    this.closer = closer;
  }

  private instruct(text: string, schema: Slice): void {
    const system = this.system;
    system.text('{"type":"text","text":"').text(text);
    if (schema != ABSENT) escapeJson(schema, system);
    system.text('"}');
  }

  /** Writes the limit, `thinking` and `output_config`; whether the model reasons as it is asked to. */
  private writeThinking(): bool {
    const out = this.out;
    const mode = this.mode;
    const asks = this.isEffortGiven && this.effort != Effort.None;
    const forbids = this.isEffortGiven && this.effort == Effort.None;
    const most = this.traits.mostTokens;
    const standard = most ? min(this.traits.defaultTokens, most) : this.traits.defaultTokens;
    const limit = this.limit ? this.limit : standard;
    out.text(',"max_tokens":').integer(limit);
    let thinks = asks && mode != Thinking.None && !this.forcesTool;
    if (mode == Thinking.Budget && thinks) {
      const wanted = this.budget ? max(this.budget, SMALLEST_BUDGET) : budgetOfEffort(this.effort);
      const budget = min(wanted, this.limit ? limit - 1 : standard >> 1);
      // https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
      if (budget < SMALLEST_BUDGET || this.lacksReasoning) thinks = false;
      else out.text(',"thinking":{"type":"enabled","budget_tokens":').integer(budget).byte(0x7d);
    } else if (thinks) {
      out.text(',"thinking":{"type":"adaptive"');
      out.text(this.traits.has(Feature.HiddenThinking) ? ',"display":"summarized"}' : "}");
    } else if (mode == Thinking.AdaptiveByDefault && (forbids || this.forcesTool)) {
      out.text(',"thinking":{"type":"disabled"}');
    } else if (mode == Thinking.AdaptiveAlways && forbids) this.drop("reasoning_effort");
    if (asks && !thinks) this.drop("reasoning_effort");
    const hasEffort = thinks && mode != Thinking.Budget && this.effort != Effort.Adaptive;
    if (!hasEffort && !this.schema.size) return thinks;
    out.text(',"output_config":{');
    if (hasEffort) out.text('"effort":"').text(this.level).byte(0x22);
    if (this.schema.size) {
      out.text(hasEffort ? ',"format":' : '"format":');
      out.text('{"type":"json_schema","schema":').append(this.schema.slice).byte(0x7d);
    }
    out.byte(0x7d);
    return thinks;
  }

  /** How the model is told to reason. */
  private get mode(): Thinking {
    const mode = this.traits.thinking;
    return mode == Thinking.None || mode == Thinking.Budget || mode >= Thinking.Adaptive
      ? mode
      : Thinking.AdaptiveAlways;
  }

  private get level(): string {
    const levels = this.traits.levels;
    return LEVEL_NAMES[nearestLevel(levels ? levels : ALL_LEVELS, levelOfEffort(this.effort))];
  }

  /**
   * Models that reason take none of these numbers, nor do the newest; no model takes both temperature and top_p. A temperature is
   * at most 1.
   * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
   */
  private writeSampling(thinks: bool): void {
    const out = this.out;
    const takes = this.traits !== UNKNOWN_MODEL && !thinks;
    const temperature = this.temperature;
    if (temperature.size && takes) {
      const isTooHigh = jsonNumber(temperature.slice, 1) > 1;
      out.text(',"temperature":');
      if (isTooHigh) out.byte(0x31);
      else out.append(temperature.slice);
      if (isTooHigh) this.drop("temperature");
    } else if (temperature.size && !sliceEquals(temperature.slice, "1")) this.drop("temperature");
    if (this.topP.size && takes && !temperature.size) out.text(',"top_p":').append(this.topP.slice);
    else if (this.topP.size && !sliceEquals(this.topP.slice, "1")) this.drop("top_p");
    if (this.topK.size && takes) out.text(',"top_k":').append(this.topK.slice);
    else if (this.topK.size) this.drop("top_k");
  }
}

/** An object that has members, without its first bracket. */
function membersOf(object: Slice): Slice {
  return subslice(object, 1);
}
