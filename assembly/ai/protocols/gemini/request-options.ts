import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { Effort, RequestSink, Sampling, ToolChoice } from "../../hub/request-sink";
import { ModelTraits, Thinking, UNKNOWN_MODEL } from "../../model-traits";
import { plainModel } from "./model";
import { allowedBudget, NO_BUDGET, writeThinking } from "./thinking";

/** What is open in the request. */
const enum Open {
  Config,
  Stops,
  Tools,
  Nothing,
}

/** Writes the options and the tools of Gemini's `generateContent`. https://ai.google.dev/api/generate-content */
export abstract class GeminiRequestOptions extends RequestSink {
  /** What the model takes to which the request goes; set before `begin`. */
  traits: ModelTraits = UNKNOWN_MODEL;
  /** Whether a `countTokens` for the request is written, in place of the request; set before `begin`. */
  countsTokens: bool = false;
  /** The tokens of reasoning where the request does not say, -1 for the model's own choice; `NO_BUDGET` for none. */
  thinkingBudget: i64 = NO_BUDGET;
  /** The value of `safetySettings`, as JSON; "" for none. */
  safetySettings: string = "";
  private open: Open = Open.Nothing;
  private isFirst: bool = true;
  private hasReasoning: bool = false;

  /** The name of the model stands in the path of the request, and in what is counted. https://ai.google.dev/api/tokens */
  begin(model: Slice): bool {
    this.open = Open.Config;
    this.isFirst = true;
    this.hasReasoning = false;
    if (this.countsTokens) {
      this.out.text('{"generateContentRequest":{"model":"models/').append(plainModel(model));
      this.out.text('","generationConfig":{');
    } else this.out.text('{"generationConfig":{');
    return true;
  }

  /** The path says whether the response is a stream. */
  stream(): bool {
    return true;
  }

  maxTokens(count: Slice): bool {
    this.option('"maxOutputTokens":').append(count);
    return true;
  }

  sampling(kind: Sampling, value: Slice): bool {
    this.option(samplingName(kind)).append(value);
    return true;
  }

  stopSequence(text: Slice): bool {
    if (this.open == Open.Stops) this.out.byte(0x2c);
    else this.option('"stopSequences":[');
    this.open = Open.Stops;
    this.out.byte(0x22).append(text).byte(0x22);
    return true;
  }

  reasoning(effort: Effort, budget: Slice): bool {
    this.hasReasoning = true;
    const mode = this.traits.thinking;
    if (mode == Thinking.Budget || mode == Thinking.Level) {
      writeThinking(this.traits, effort, budget, this.option('"thinkingConfig":'));
      return true;
    }
    return effort == Effort.None ? true : this.drop("reasoning");
  }

  jsonObject(): bool {
    this.option('"responseMimeType":"application/json"');
    return true;
  }

  jsonSchema(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    if (sliceSize(description)) this.drop("json_schema.description");
    this.option('"responseMimeType":"application/json","responseJsonSchema":').append(schema);
    return true;
  }

  user(id: Slice): bool {
    return this.drop(this.userField);
  }

  tool(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    const out = this.out;
    if (this.open == Open.Tools) out.byte(0x2c);
    else this.enter().text(',"tools":[{"functionDeclarations":[');
    this.open = Open.Tools;
    out.text('{"name":"').append(name).byte(0x22);
    if (description != ABSENT) out.text(',"description":"').append(description).byte(0x22);
    if (schema != ABSENT) out.text(',"parametersJsonSchema":').append(schema);
    out.byte(0x7d);
    return isStrict ? this.drop("tools.strict") : true;
  }

  toolChoice(choice: ToolChoice, name: Slice): bool {
    const out = this.enter().text(',"toolConfig":{"functionCallingConfig":{"mode":"');
    if (choice == ToolChoice.Named) out.text('ANY","allowedFunctionNames":["').append(name).text('"]}}');
    else if (choice == ToolChoice.Any) out.text('ANY"}}');
    else out.text(choice == ToolChoice.None ? 'NONE"}}' : 'AUTO"}}');
    return true;
  }

  /** Gemini has no such option: a model that may call several tools is not kept from it. */
  parallelToolCalls(isAllowed: bool): bool {
    return isAllowed ? true : this.drop("parallel_tool_calls");
  }

  override reset(): void {
    super.reset();
    this.traits = UNKNOWN_MODEL;
    this.countsTokens = false;
    this.thinkingBudget = NO_BUDGET;
    this.safetySettings = "";
  }

  /** Ends what is open in the request, so that its next member can be written. */
  protected enter(): ByteBuffer {
    const out = this.out;
    if (this.open == Open.Tools) out.text("]}]");
    if (this.open == Open.Config || this.open == Open.Stops) {
      this.writeDefault();
      if (this.open == Open.Stops) out.byte(0x5d);
      out.byte(0x7d);
    }
    this.open = Open.Nothing;
    return out;
  }

  /** Appends the configured budget where the request says nothing about reasoning. */
  private writeDefault(): void {
    const budget = this.thinkingBudget;
    if (this.hasReasoning || budget == NO_BUDGET || this.traits.thinking != Thinking.Budget) return;
    const out = this.option('"thinkingConfig":{"includeThoughts":').text(budget == 0 ? "false" : "true");
    out.text(',"thinkingBudget":').integer(allowedBudget(this.traits, budget)).byte(0x7d);
  }

  /** Begins a member of `generationConfig`. */
  private option(text: string): ByteBuffer {
    const out = this.out;
    if (this.open == Open.Stops) out.byte(0x5d);
    this.open = Open.Config;
    if (!this.isFirst) out.byte(0x2c);
    this.isFirst = false;
    return out.text(text);
  }
}

function samplingName(kind: Sampling): string {
  switch (kind) {
    case Sampling.Temperature:
      return '"temperature":';
    case Sampling.TopP:
      return '"topP":';
    case Sampling.TopK:
      return '"topK":';
    case Sampling.Seed:
      return '"seed":';
    case Sampling.PresencePenalty:
      return '"presencePenalty":';
    default:
      return '"frequencyPenalty":';
  }
}
