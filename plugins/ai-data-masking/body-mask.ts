import { ByteBuffer } from "../../assembly/bytes/buffer";
import { encodeHex } from "../../assembly/bytes/hex";
import { ABSENT, Slice, sliceIncludes, subslice, trimmed } from "../../assembly/bytes/slice";
import { Sha256 } from "../../assembly/crypto/sha256";
import { jsonValidate } from "../../assembly/json/validate";
import { MaskingConfig } from "./config";
import { JsonMask } from "./json-mask";
import { Masker } from "./masker";
import { RestoreMap } from "./restore-map";
import { TextState } from "./text-state";

const LABEL_BYTES = 6;
const label = new ByteBuffer();
const digest = new Sha256();
const digestBytes = new ByteBuffer();
const state = new TextState();

/** Masks bodies. */
export class BodyMask extends Masker {
  /** The value of the last body, if it was JSON. */
  root: Slice = ABSENT;
  private readonly json: JsonMask = new JsonMask();

  /** Appends the masked form of a request. Returns `false` if it cannot be read. */
  writeRequest(text: Slice, config: MaskingConfig, out: ByteBuffer): bool {
    if (config.restores) this.map!.begin(labelFor(text));
    else this.map!.begin(subslice(text, 0, 0));
    return this.write(text, config.isRaw, false, out);
  }

  /** Appends the masked form of a response, or of what an event has. Returns `false` if it cannot be read. */
  writeResponse(text: Slice, isRaw: bool, out: ByteBuffer): bool {
    return this.write(text, isRaw, true, out);
  }

  /** Appends the masked form of a text that is no JSON. */
  writeText(text: Slice, out: ByteBuffer): void {
    state.begin(false);
    this.run(state, text, true, 0, out);
  }

  private write(text: Slice, isRaw: bool, dropsLogprobs: bool, out: ByteBuffer): bool {
    const isJson = !jsonValidate(text);
    this.root = isJson ? trimmed(text) : ABSENT;
    if (isJson) this.json.write(this, this.root, isRaw, dropsLogprobs, out);
    else if (isRaw) this.writeText(text, out);
    return isJson || isRaw;
  }
}

/** The label of the tokens: none, but where the body may have a token already, a hash of the body, which it cannot contain. */
function labelFor(body: Slice): Slice {
  label.clear();
  if (!sliceIncludes(body, "[T") && !sliceIncludes(body, "005")) return label.slice;
  digest.begin().update(body).finish(digestBytes);
  encodeHex(subslice(digestBytes.slice, 0, LABEL_BYTES), label);
  digestBytes.clear();
  return label.byte(0x2d).slice;
}
