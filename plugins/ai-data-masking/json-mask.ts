import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceBetween, sliceEnd, sliceStart, slicesEqual } from "../../assembly/bytes/slice";
import { jsonContent, JsonKind, jsonKind } from "../../assembly/json/value";
import { MAX_DEPTH } from "../../assembly/json/validate";
import { JsonWalker } from "../../assembly/json/walker";
import { Masker } from "./masker";
import { maskPiece } from "./pieces";
import { isBase64, Member, memberKind } from "./text-members";
import { TextState } from "./text-state";

/** An open container. */
const enum Container {
  Object,
  Array,
  /** An array whose strings are not texts. */
  Others,
}

const open = new StaticArray<Container>(MAX_DEPTH);
const walker = new JsonWalker();
const state = new TextState();
const piece = new ByteBuffer();

/** Masks the texts of whole JSON values. */
export class JsonMask {
  /** How much of the value has been copied. */
  private copied: usize = 0;
  private isRaw: bool = false;
  private dropsLogprobs: bool = false;

  private masker: Masker | null = null;

  /**
   * Appends a validated JSON value with its texts masked. `isRaw`: all strings are texts. `dropsLogprobs`: `logprobs`, which repeat the text
   * in tokens, become `null`. Returns whether anything has changed.
   */
  write(masker: Masker, value: Slice, isRaw: bool, dropsLogprobs: bool, out: ByteBuffer): bool {
    this.masker = masker;
    this.isRaw = isRaw;
    this.dropsLogprobs = dropsLogprobs;
    this.copied = sliceStart(value);
    walker.start(value);
    if (walker.enterObject()) this.readContainer(Container.Object, out);
    else if (walker.enterArray()) this.readContainer(Container.Array, out);
    else this.string(walker.value(), false, out);
    const hasChanged = this.copied != sliceStart(value);
    out.append(sliceBetween(this.copied, sliceEnd(value)));
    return hasChanged;
  }

  private readContainer(outermost: Container, out: ByteBuffer): void {
    let depth = 0;
    unchecked((open[0] = outermost));
    while (depth >= 0) {
      const container = unchecked(open[depth]);
      const isObject = container == Container.Object;
      if (!(isObject ? walker.nextMember() : walker.nextElement())) {
        depth--;
        continue;
      }
      const kind = isObject ? memberKind(walker) : container == Container.Others ? Member.Other : Member.Text;
      const mayBeMedia = isObject && walker.keyIs("data");
      if (isObject && this.dropsLogprobs && walker.keyIs("logprobs")) this.dropLogprobs(walker.value(), out);
      else if (walker.enterObject()) unchecked((open[++depth] = Container.Object));
      else if (walker.enterArray())
        unchecked((open[++depth] = kind == Member.Other ? Container.Others : Container.Array));
      else {
        const value = walker.value();
        const isText = this.isRaw || (kind != Member.Other && !(mayBeMedia && isBase64(value)));
        if (isText) this.string(value, kind == Member.Arguments, out);
      }
    }
  }

  private string(value: Slice, isArguments: bool, out: ByteBuffer): void {
    if (jsonKind(value) != JsonKind.String) return;
    const content = jsonContent(value);
    piece.clear();
    state.begin(isArguments);
    maskPiece(this.masker!, state, content, true, piece);
    if (!slicesEqual(piece.slice, content)) this.splice(content, piece.slice, out);
  }

  private dropLogprobs(value: Slice, out: ByteBuffer): void {
    if (jsonKind(value) == JsonKind.Null) return;
    piece.clear();
    this.splice(value, piece.text("null").slice, out);
  }

  private splice(old: Slice, replacement: Slice, out: ByteBuffer): void {
    out.append(sliceBetween(this.copied, sliceStart(old))).append(replacement);
    this.copied = sliceEnd(old);
  }
}
