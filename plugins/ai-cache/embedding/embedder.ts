import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { ServiceCall } from "../../../assembly/service/call";
import { Remote } from "../semantic/remote";
import { copyVector } from "../semantic/vector-text";

/** The tokens that most models take. A text has at least as many bytes as tokens. */
const MOST_BYTES: i32 = 8191;

/** A service that turns texts into vectors. It writes the HTTP request for a text and reads the response, and keeps nothing between calls. */
export abstract class Embedder extends Remote {
  /** The model that is asked for. */
  model: string = "";

  /** The most bytes of a text: a longer one may be too long for the model, which would compare its beginning alone. */
  get maxBytes(): i32 {
    return MOST_BYTES;
  }

  /** What vectors must have in common to be compared. */
  get identity(): string {
    return `${this.type} ${this.model}`;
  }

  /** Writes the call for a text, which is UTF-8. */
  abstract writeCall(text: Slice, call: ServiceCall): void;

  /** Appends the vector that is in a response, a valid JSON value, as a JSON array. Returns `false` if there is none. */
  readReply(root: Slice, out: ByteBuffer): bool {
    return copyVector(this.vectorIn(root), out);
  }

  /** The array of numbers in a response; any other value if there is none. */
  protected vectorIn(root: Slice): Slice {
    return ABSENT;
  }

  /** Reads the options that all have: `host` is the public one, `model` the one without the option. */
  protected readCommon(host: string, model: string, reader: ConfigReader): void {
    this.readService(host, reader);
    this.model = reader.text("model", model);
    if (!this.model.length) reader.fail("model", "must not be empty");
  }
}
