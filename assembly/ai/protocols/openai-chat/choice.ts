import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { jsonContent, jsonFirst, jsonGet, jsonInteger, jsonKind, JsonKind, jsonNext } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { escapeJson } from "../../../json/writer";
import { Choice } from "../../hub/choices";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseSink } from "../../hub/response-sink";
import { GEMINI_REASONING } from "../gemini/reasoning-format";
import { readAnnotations } from "./annotation";
import { chatFinish } from "./finish";

/** Holds the content of a message whose content is a list, until the next such message is read. */
const joined = new ByteBuffer();
/** Holds the arguments of a call that are an object, until the next ones are read. */
const objectText = new ByteBuffer();

/** One choice of a chat, whole or an event of a stream, of OpenAI or DashScope. Texts are contents of JSON strings. */
export class ChatChoice {
  /** Its index, or its position where it names none. */
  index: i32 = 0;
  /** The text, or ABSENT. */
  content: Slice = ABSENT;
  /** What the model says in place of what it was asked, or ABSENT. */
  refusal: Slice = ABSENT;
  /** The reasoning, or ABSENT. */
  reasoning: Slice = ABSENT;
  /** A list of sources, or ABSENT. */
  annotations: Slice = ABSENT;
  /** Whether the model speaks. */
  hasSound: bool = false;
  /** A list of tool calls, or ABSENT. */
  toolCalls: Slice = ABSENT;
  /** A `logprobs` object, or ABSENT. */
  logprobs: Slice = ABSENT;
  /** Why it has ended; `None` before. */
  finish: FinishReason = FinishReason.None;

  /** Reads the choice that a walker is at; where it does not say its index, its position counts. */
  read(walker: JsonWalker, position: i32): void {
    this.clear();
    this.index = position;
    if (!walker.enterObject()) {
      walker.value();
      return;
    }
    while (walker.nextMember()) {
      if (walker.keyIs("message") || walker.keyIs("delta")) this.readMessage(walker);
      else if (walker.keyIs("finish_reason")) this.finish = chatFinish(walker.value());
      else if (walker.keyIs("index")) this.index = readIndex(walker.value(), position);
      else {
        const isLogprobs = walker.keyIs("logprobs");
        const value = walker.value();
        if (isLogprobs && jsonKind(value) == JsonKind.Object) this.logprobs = value;
      }
    }
  }

  /** Reads an `output` that has a text in place of choices, as some applications and old models do; whether it has. */
  readText(output: Slice): bool {
    const text = jsonGet(output, "text");
    if (jsonKind(text) != JsonKind.String) return false;
    this.clear();
    this.content = jsonContent(text);
    this.finish = chatFinish(jsonGet(output, "finish_reason"));
    return true;
  }

  /** Gives what the choice says to a sink, without its end. */
  give(target: Choice, isWhole: bool, sink: ResponseSink): void {
    sink.reasoning(target, this.reasoning);
    sink.text(target, this.content);
    sink.text(target, this.refusal);
    if (this.hasSound) sink.lose();
    if (this.annotations != ABSENT) readAnnotations(this.annotations, target, sink);
    const calls = this.toolCalls;
    let position = 0;
    for (let item = jsonFirst(calls); item != ABSENT; item = jsonNext(calls, item)) {
      call.read(item, position++, isWhole);
      if (sliceSize(call.signature)) {
        sink.reasoningFormat = GEMINI_REASONING;
        sink.signature(target, call.signature);
      }
      const known = sink.toolCall(target, call.key, call.id, call.name);
      if (known) sink.toolArguments(target, known, call.argumentsText);
    }
  }

  private clear(): void {
    this.index = 0;
    this.content = ABSENT;
    this.refusal = ABSENT;
    this.reasoning = ABSENT;
    this.annotations = ABSENT;
    this.hasSound = false;
    this.toolCalls = ABSENT;
    this.logprobs = ABSENT;
    this.finish = FinishReason.None;
  }

  private readMessage(walker: JsonWalker): void {
    if (!walker.enterObject()) {
      walker.value();
      return;
    }
    while (walker.nextMember()) {
      if (walker.keyIs("content")) this.readContent(walker.value());
      else if (walker.keyIs("reasoning_content")) this.addReasoning(walker.value());
      else if (walker.keyIs("reasoning")) this.addReasoning(walker.value());
      else if (walker.keyIs("refusal")) this.refusal = jsonContent(walker.value());
      else if (walker.keyIs("tool_calls")) this.toolCalls = filled(walker.value());
      else if (walker.keyIs("annotations")) this.annotations = filled(walker.value());
      else if (walker.keyIs("audio")) this.hasSound = jsonKind(walker.value()) == JsonKind.Object;
      else walker.value();
    }
  }

  private readContent(value: Slice): void {
    const text = contentText(value);
    if (sliceSize(text) || sliceSize(this.content) == 0) this.content = text;
  }

  /** Some servers write the reasoning under two names, and one of them may be `null`. */
  private addReasoning(value: Slice): void {
    if (sliceSize(this.reasoning) == 0) this.reasoning = jsonContent(value);
  }
}

/** One tool call of a choice; texts are contents of JSON strings. */
class ChatCall {
  /** Its index, or its position where it names none. */
  key: i32 = 0;
  /** The id, or ABSENT. */
  id: Slice = ABSENT;
  /** The name of the function, or ABSENT. */
  name: Slice = ABSENT;
  /** The arguments, or a piece of them, or ABSENT. */
  argumentsText: Slice = ABSENT;
  /** What Google signs the reasoning before it with. https://ai.google.dev/gemini-api/docs/thought-signatures#openai */
  signature: Slice = ABSENT;

  /** Reads a call; where it does not say its index, or in a whole response, its position counts. */
  read(call: Slice, position: i32, isWhole: bool): void {
    const called = jsonGet(call, "function");
    this.key = isWhole ? position : readIndex(jsonGet(call, "index"), position);
    this.id = jsonContent(jsonGet(call, "id"));
    this.name = jsonContent(jsonGet(called, "name"));
    this.signature = jsonContent(jsonGet(jsonGet(jsonGet(call, "extra_content"), "google"), "thought_signature"));
    const value = jsonGet(called, "arguments");
    this.argumentsText = jsonKind(value) == JsonKind.Object ? escaped(value) : jsonContent(value);
  }
}

const call = new ChatCall();

/** A list that has something in it; ABSENT for anything else. */
function filled(list: Slice): Slice {
  return jsonFirst(list) == ABSENT ? ABSENT : list;
}

/** The arguments that some servers write as an object, as the content of a JSON string. */
function escaped(object: Slice): Slice {
  objectText.release(4096);
  escapeJson(object, objectText);
  return objectText.slice;
}

/** The text of a content: a string, or the list of parts of a multimodal model's response, whose pictures become Markdown. */
function contentText(content: Slice): Slice {
  if (jsonKind(content) != JsonKind.Array) return jsonContent(content);
  joined.release(4096);
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    const url = jsonContent(jsonGet(part, "image"));
    if (sliceSize(url)) joined.text("![image](").append(url).byte(0x29);
    else joined.append(jsonContent(jsonGet(part, "text")));
  }
  return joined.size ? joined.slice : ABSENT;
}

function readIndex(value: Slice, position: i32): i32 {
  const index = jsonKind(value) == JsonKind.Number ? jsonInteger(value, position) : position;
  return index >= 0 && index <= i32.MAX_VALUE ? <i32>index : position;
}
