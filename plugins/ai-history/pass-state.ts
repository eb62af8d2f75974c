import { HISTORY_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { Form } from "./entry/exchange";
import { KEY_SIZE } from "./store/store";

/** Where the question begins: behind the form and the key. */
const QUESTION: i32 = 1 + KEY_SIZE;
const KEPT_BYTES: i32 = 16 << 10;
/** The state of a request that the plugin leaves alone. */
const ALONE: u32 = 0x2d;

const state = new FilterState(HISTORY_STATE);
const text = new ByteBuffer();

/** Declares the filter state, which outlives an internal redirect. */
export function defineState(): void {
  state.define();
}

/** Whether an earlier pass of the request was seen. What it has noted is in `PassState` until the callback returns. */
export class PassState {
  /** What `notePass` was given; `Form.None` if the request is left alone. */
  form: Form = Form.None;

  /** Reads the state; key and question are appended to the buffers. Returns whether there is one. */
  read(key: ByteBuffer, question: ByteBuffer): bool {
    const value = state.get();
    this.form = Form.None;
    if (!sliceSize(value)) return false;
    if (sliceSize(value) <= QUESTION) return true;
    this.form = <Form>byteAt(value, 0);
    key.append(subslice(value, 1, QUESTION));
    question.append(subslice(value, QUESTION));
    return true;
  }
}

/** Notes that the request is left alone, in all its passes. */
export function noteAlone(): void {
  text.clear();
  state.set(text.byte(ALONE).slice);
}

/** Notes what is stored of the request, for its next pass, whose body has the history already. */
export function notePass(form: Form, key: Slice, question: Slice): void {
  text.release(KEPT_BYTES);
  state.set(text.byte(form).append(key).append(question).slice);
}
