import { hasFinished } from "../../assembly/ai/choice-end";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { wordHashOf } from "../../assembly/bytes/hash";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart, slicesEqual } from "../../assembly/bytes/slice";
import { jsonContent, jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind, jsonNext } from "../../assembly/json/value";
import { JsonWalker } from "../../assembly/json/walker";
import { BodyMask } from "./body-mask";
import { EventFrame } from "./event-frame";
import { OpenTexts } from "./open-texts";
import { Member, memberKind } from "./text-members";

/** How deep a text may lie in a choice, in objects and lists: `delta`, `tool_calls`, a call, `function`. */
const DEEPEST = 6;

/** A level that the walk is in. */
const enum Level {
  Object,
  Array,
}

const walker = new JsonWalker();
const levels = new StaticArray<Level>(DEEPEST + 1);
const hashes = new StaticArray<u64>(DEEPEST + 1);
const positions = new StaticArray<i32>(DEEPEST + 1);
const pathSizes = new StaticArray<i32>(DEEPEST + 1);
const path = new ByteBuffer();
const piece = new ByteBuffer();

/** Masks chunks of chat completions and completions. */
export class ChoiceMask {
  private mask: BodyMask | null = null;
  private texts: OpenTexts | null = null;
  private frame: EventFrame | null = null;
  private data: Slice = ABSENT;
  private copied: usize = 0;
  private choice: i32 = 0;
  private isEnd: bool = false;

  /**
   * Writes a chunk with masked texts to `edited`, and to `out` what is held of the texts of choices that end with it. Returns the highest
   * choice. https://platform.openai.com/docs/api-reference/chat/streaming
   */
  write(
    mask: BodyMask,
    texts: OpenTexts,
    frame: EventFrame,
    data: Slice,
    choices: Slice,
    edited: ByteBuffer,
    out: ByteBuffer,
  ): i32 {
    this.mask = mask;
    this.texts = texts;
    this.frame = frame;
    this.data = data;
    this.copied = sliceStart(data);
    let highest = 0;
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      this.choice = <i32>jsonInteger(jsonGet(choice, "index"));
      this.isEnd = hasFinished(choice);
      highest = max(highest, this.choice);
      walker.start(choice);
      this.readChoice(edited);
      if (!this.isEnd) continue;
      frame.spoil();
      texts.flush(mask, this.choice, out);
    }
    edited.append(sliceBetween(this.copied, sliceEnd(data)));
    this.mask = null;
    this.texts = null;
    this.frame = null;
    return highest;
  }

  private readChoice(edited: ByteBuffer): void {
    if (!walker.enterObject()) return;
    let depth = 0;
    path.clear();
    unchecked((levels[0] = Level.Object));
    unchecked((hashes[0] = <u64>this.choice));
    unchecked((pathSizes[0] = 0));
    while (depth >= 0) {
      const isObject = unchecked(levels[depth]) == Level.Object;
      if (!(isObject ? walker.nextMember() : walker.nextElement())) {
        depth--;
        continue;
      }
      path.size = unchecked(pathSizes[depth]);
      let hash = unchecked(hashes[depth]);
      const kind = isObject ? memberKind(walker) : Member.Text;
      const isLogprobs = isObject && depth == 0 && walker.keyIs("logprobs");
      if (isObject) {
        hash = wordHashOf(walker.key, hash);
        path.append(walker.key).byte(0x3a);
      }
      if (isLogprobs) this.dropLogprobs(walker.value(), edited);
      else if (depth == DEEPEST) walker.value();
      else if (walker.isAtObject) {
        let index = 0;
        if (!isObject) {
          index = this.indexOfElement(depth);
          hash = wordHashOf(path.slice, hash + <u64>index);
        }
        walker.enterObject();
        path.byte(0x7b);
        if (!isObject) path.text('"index":').integer(index).byte(0x2c);
        depth = this.descend(depth, Level.Object, hash);
      } else if (walker.enterArray()) {
        path.byte(0x5b);
        depth = this.descend(depth, Level.Array, hash);
      } else {
        const value = walker.value();
        if (kind != Member.Other && jsonKind(value) == JsonKind.String)
          this.text(jsonContent(value), hash, kind == Member.Arguments, depth, edited);
      }
    }
  }

  private descend(depth: i32, level: Level, hash: u64): i32 {
    depth++;
    unchecked((levels[depth] = level));
    unchecked((hashes[depth] = hash));
    unchecked((positions[depth] = 0));
    unchecked((pathSizes[depth] = path.size));
    return depth;
  }

  /** The number of the list's element to which the walker has come: its `index`, or its position. */
  private indexOfElement(depth: i32): i32 {
    const position = unchecked(positions[depth]);
    unchecked((positions[depth] = position + 1));
    return <i32>jsonInteger(jsonGet(walker.peek(), "index"), position);
  }

  private text(content: Slice, hash: u64, isArguments: bool, depth: i32, edited: ByteBuffer): void {
    const texts = this.texts!;
    const state = texts.of(hash, this.choice, isArguments);
    piece.clear();
    texts.write(this.mask!, state, content, this.isEnd, piece);
    if (!slicesEqual(piece.slice, content)) {
      edited.append(sliceBetween(this.copied, sliceStart(content))).append(piece.slice);
      this.copied = sliceEnd(content);
    }
    this.frame!.note(state, content);
    if (state.prefix.size || this.isEnd) return;
    const prefix = state.prefix.text("data: {");
    copyMember(this.data, "id", prefix);
    copyMember(this.data, "object", prefix);
    copyMember(this.data, "created", prefix);
    copyMember(this.data, "model", prefix);
    prefix
      .text('"choices":[{"index":')
      .integer(this.choice)
      .text(',"finish_reason":null,')
      .append(path.slice)
      .byte(0x22);
    state.suffix.byte(0x22);
    for (let level = depth; level >= 0; level--) {
      state.suffix.byte(unchecked(levels[level]) == Level.Object ? 0x7d : 0x5d);
    }
    state.suffix.text("]}\n\n");
  }

  private dropLogprobs(value: Slice, edited: ByteBuffer): void {
    if (jsonKind(value) == JsonKind.Null) return;
    this.frame!.spoil();
    edited.append(sliceBetween(this.copied, sliceStart(value))).text("null");
    this.copied = sliceEnd(value);
  }
}

function copyMember(data: Slice, key: string, out: ByteBuffer): void {
  const value = jsonGet(data, key);
  if (value != ABSENT) out.byte(0x22).text(key).text('":').append(value).byte(0x2c);
}
