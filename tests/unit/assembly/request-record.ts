import { Effort, RequestSink, Role, Sampling, ToolChoice } from "../../../assembly/ai/hub/request-sink";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";

/** Writes what a reader says of a request as lines of text, one call per line; `-` stands for what is absent. */
export class RequestRecord extends RequestSink {
  begin(model: Slice): bool {
    return this.line("begin", model);
  }

  stream(): bool {
    return this.line("stream");
  }

  maxTokens(count: Slice): bool {
    return this.line("maxTokens", count);
  }

  sampling(kind: Sampling, value: Slice): bool {
    this.name("sampling").integer(kind);
    return this.rest(value);
  }

  stopSequence(text: Slice): bool {
    return this.line("stop", text);
  }

  reasoning(effort: Effort, budget: Slice): bool {
    this.name("reasoning").integer(effort);
    return this.rest(budget);
  }

  jsonObject(): bool {
    return this.line("jsonObject");
  }

  jsonSchema(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    return this.line(isStrict ? "strictSchema" : "jsonSchema", name, description, schema);
  }

  user(id: Slice): bool {
    return this.line("user", id);
  }

  tool(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    return this.line(isStrict ? "strictTool" : "tool", name, description, schema);
  }

  toolChoice(choice: ToolChoice, name: Slice): bool {
    this.name("toolChoice").integer(choice);
    return this.rest(name);
  }

  parallelToolCalls(isAllowed: bool): bool {
    return this.line(isAllowed ? "parallel" : "noParallel");
  }

  beginMessage(role: Role): bool {
    return this.line(role == Role.System ? "system" : role == Role.User ? "user" : "assistant");
  }

  text(text: Slice): bool {
    return this.line("text", text);
  }

  imageData(mediaType: Slice, data: Slice, detail: Slice): bool {
    return this.line("imageData", mediaType, data, detail);
  }

  imageUrl(url: Slice, detail: Slice): bool {
    return this.line("imageUrl", url, detail);
  }

  documentData(mediaType: Slice, data: Slice, name: Slice): bool {
    return this.line("documentData", mediaType, data, name);
  }

  documentUrl(url: Slice, name: Slice): bool {
    return this.line("documentUrl", url, name);
  }

  override audioData(format: Slice, data: Slice): bool {
    return this.line("audioData", format, data);
  }

  reasoningText(text: Slice, signature: Slice): bool {
    return this.line("reasoningText", text, signature);
  }

  redactedReasoning(data: Slice): bool {
    return this.line("redactedReasoning", data);
  }

  toolCall(id: Slice, name: Slice, argumentsJson: Slice): bool {
    return this.line("toolCall", id, name, argumentsJson);
  }

  beginToolResult(callId: Slice, isError: bool): bool {
    return this.line(isError ? "failedResult" : "result", callId);
  }

  endToolResult(): bool {
    return this.line("endResult");
  }

  endMessage(): bool {
    return this.line("endMessage");
  }

  override cacheControl(control: Slice): void {
    this.line("cacheControl", control);
  }

  end(): bool {
    return this.line("end");
  }

  private name(call: string): ByteBuffer {
    if (this.out.size) this.out.byte(0x0a);
    return this.out.text(call).byte(0x20);
  }

  private rest(value: Slice): bool {
    if (value != ABSENT) this.out.byte(0x20).append(value);
    return true;
  }

  private line(call: string, first: Slice = ABSENT, second: Slice = ABSENT, third: Slice = ABSENT): bool {
    const out = this.name(call);
    out.size--;
    const values: Slice[] = [first, second, third];
    let count = 3;
    while (count && values[count - 1] == ABSENT) count--;
    for (let i = 0; i < count; i++) {
      out.byte(0x20);
      if (values[i] == ABSENT) out.byte(0x2d);
      else out.append(values[i]);
    }
    return true;
  }
}
