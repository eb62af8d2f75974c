import { LONGEST_MODEL } from "../../../assembly/ai/body-model";
import { FormFault, FormModel, readBoundary } from "../../../assembly/ai/form-model";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, byteAt, Slice, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../assembly/host/body";
import { HeaderMap } from "../../../assembly/host/headers";
import { ResponseModel } from "../config/chat-options";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";

const part = new ByteBuffer();

/**
 * A form that uploads a file. It is held up to the part that names the model, which is edited in place. The rest is passed
 * on, and read only to refuse a second such part.
 */
export class FormUpload {
  private readonly form: FormModel = new FormModel();
  private readonly boundary: ByteBuffer = new ByteBuffer();
  /** The `content-length` of the client's request; 0 if it has none. */
  readonly length: i32;
  /** By how many bytes the form becomes longer. */
  growth: i32 = 0;
  /** Whether it was passed on, and what follows is too. */
  isForwarded: bool = false;

  constructor(
    private readonly exchange: Exchange,
    headers: HeaderMap,
  ) {
    this.length = readLength(headers.get("content-length"));
    if (!readBoundary(headers.get("content-type"), this.boundary)) this.boundary.clear();
    this.form.begin(this.boundary.slice, LONGEST_MODEL);
  }

  /** Reads a chunk; `false` if the request is refused, as `exchange` says. */
  push(chunk: Slice, isLastChunk: bool): bool {
    const exchange = this.exchange;
    if (!this.boundary.size) return exchange.refuse("The form's content-type names no boundary.");
    this.form.push(chunk);
    if (isLastChunk) this.form.end();
    switch (this.form.fault) {
      case FormFault.ModelTwice:
        return exchange.refuse("The request's form names 'model' twice.", "model", "duplicate_parameter");
      case FormFault.ModelTooLong:
        return exchange.refuse("'model' is too long.", "model", "invalid_value");
      case FormFault.HeadersTooLong:
        return exchange.refuse("The headers of a part of the request's form are too long.");
      default:
        return true;
    }
  }

  /** Whether the model is known. */
  get isFound(): bool {
    return this.form.found;
  }

  /** Maps the model into `exchange.model`; `false` if a model is required and missing. */
  mapModel(): bool {
    const exchange = this.exchange;
    const named = this.form.model.slice;
    if (this.form.found && !sliceSize(named)) {
      return exchange.refuse("'model' must be a string that is not empty.", "model", "invalid_type");
    }
    // The deployment in the path takes precedence over the form.
    if (exchange.deployment == ABSENT) {
      exchange.model.clear();
      exchange.model.append(exchange.config.models.map(this.form.found ? named : ABSENT));
      const wantsName = exchange.config.chat.responseModel == ResponseModel.Requested;
      if (this.form.found && wantsName) exchange.keepRequestedModel(named);
    }
    if (exchange.model.size || !providerOf(exchange).putsModelInPath(exchange)) return true;
    return exchange.refuse("You must provide a model parameter.", "model", "missing_required_parameter");
  }

  /** Writes the mapped model into what the host holds of the form: in place of the client's, or before all parts. */
  edit(body: BodyBuffer): void {
    const model = this.exchange.model.slice;
    const named = this.form.model.slice;
    if (this.form.found) {
      if (slicesEqual(named, model)) return;
      body.splice(this.form.modelStart, sliceSize(named), model);
      this.growth = sliceSize(model) - sliceSize(named);
    } else if (sliceSize(model) && this.form.hasParts) {
      part.clear();
      part.text("--").append(this.boundary.slice);
      part.text('\r\nContent-Disposition: form-data; name="model"\r\n\r\n').append(model).text("\r\n");
      const bytes = body.bytes();
      body.replace(part.slice);
      body.append(bytes);
      this.growth = part.size;
    }
  }

  /** Gives the memory back. */
  free(): void {
    this.form.dispose();
    this.boundary.dispose();
  }
}

function readLength(value: Slice): i32 {
  let length = 0;
  for (let i = 0; i < min(sliceSize(value), 9); i++) length = length * 10 + <i32>byteAt(value, i) - 0x30;
  return length;
}
