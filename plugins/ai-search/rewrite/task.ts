import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { Callout, CalloutResponse } from "../../../assembly/host/callout";
import { jsonAt, jsonGet, JsonKind, jsonKind, jsonUnescape } from "../../../assembly/json/value";
import { MOST_REPLY_BYTES } from "../engine-task";
import { objectOf } from "../engines/engine";
import { ServiceCall } from "../../../assembly/service/call";
import { noteRewriteFailure } from "../notes";
import { RewriteSettings } from "./settings";

const KEPT_BYTES: i32 = 16 << 10;

const prompt = new ByteBuffer();
const number = new ByteBuffer();
const call = new ServiceCall();
const reply = new ByteBuffer();

/** Receives the reply of the model. */
export abstract class RewriteOwner {
  /** The model has replied with this text; `ABSENT` if it has failed. The text is valid during the call. */
  abstract onQueries(reply: Slice): void;
}

/** The call of the model that writes the queries. */
export class RewriteTask extends Callout {
  private search: RewriteOwner | null = null;

  /** Asks the model for at most `most` queries. Returns `false` if that is not possible: then the owner is not told. */
  send(
    owner: RewriteOwner,
    stream: u32,
    settings: RewriteSettings,
    question: Slice,
    most: i32,
    timeoutMilliseconds: i32,
  ): bool {
    this.search = owner;
    this.stream = stream;
    prompt.clear();
    number.clear();
    settings.prompt.write(question, number.integer(most).slice, ABSENT, prompt);
    settings.writeCall(prompt.slice, call);
    prompt.release(KEPT_BYTES);
    if (call.send(settings.service, timeoutMilliseconds, this)) return true;
    noteRewriteFailure("the call could not be sent");
    return false;
  }

  onResponse(response: CalloutResponse): void {
    const fault = read(response);
    if (fault.length) noteRewriteFailure(fault);
    this.search!.onQueries(fault.length ? ABSENT : reply.slice);
  }

  /** Ends the call. */
  reset(): void {
    if (this.isPending) this.drop();
    this.search = null;
    this.stream = 0;
  }
}

/** Reads the text of a chat completion into `reply`. Returns what is wrong with it, "" if nothing is. */
function read(response: CalloutResponse): string {
  reply.release(KEPT_BYTES);
  if (!response.hasArrived) return "no response";
  const status = response.headers.status;
  if (status != 200) return `status ${status}`;
  if (response.body.size > MOST_REPLY_BYTES) return "the response is too large";
  const root = objectOf(response.body.bytes());
  const content = jsonGet(jsonGet(jsonAt(jsonGet(root, "choices"), 0), "message"), "content");
  if (jsonKind(content) != JsonKind.String) return "the response is not a chat completion";
  jsonUnescape(content, reply);
  return "";
}
