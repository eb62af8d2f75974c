import { Callout, CalloutResponse } from "../../assembly/host/callout";
import { Engine } from "./engines/engine";
import { ServiceCall } from "../../assembly/service/call";
import { ResultDraft } from "./engines/result-draft";
import { SearchQuery } from "./engines/search-query";
import { noteFailure } from "./notes";
import { ResultList } from "./results";

/** A larger response is none: no engine sends so much text. */
export const MOST_REPLY_BYTES: i32 = 4 << 20;

const call = new ServiceCall();
const draft = new ResultDraft();

/** Receives the end of a call. */
export abstract class TaskOwner {
  /** A call of an engine has ended. */
  abstract onTask(): void;
}

/** One call of an engine, and its results. */
export class EngineTask extends Callout {
  readonly results: ResultList = new ResultList();
  /** Whether there was no response, or a wrong one. */
  hasFailed: bool = false;
  private search: TaskOwner | null = null;
  private engine: Engine | null = null;

  /** Sends the query. Returns `false`, and has failed, if that is not possible: then the owner is not told. */
  send(
    owner: TaskOwner,
    stream: u32,
    engine: Engine,
    query: SearchQuery,
    maxPageBytes: i32,
    timeoutMilliseconds: i32,
  ): bool {
    this.search = owner;
    this.stream = stream;
    this.engine = engine;
    this.results.begin(engine.count, maxPageBytes, engine.needsLink);
    engine.writeCall(query, call);
    this.hasFailed = !call.send(engine.service, timeoutMilliseconds, this);
    if (this.hasFailed) noteFailure(engine, "the call could not be sent");
    return !this.hasFailed;
  }

  onResponse(response: CalloutResponse): void {
    const fault = this.read(response);
    this.hasFailed = fault.length > 0;
    if (this.hasFailed) noteFailure(this.engine!, fault);
    draft.clear();
    this.search!.onTask();
  }

  /** Ends the call, and forgets its results. */
  reset(): void {
    if (this.isPending) this.drop();
    this.results.clear();
    this.hasFailed = false;
    this.search = null;
    this.engine = null;
    this.stream = 0;
  }

  /** Frees the memory; the task is not used again. */
  dispose(): void {
    this.results.dispose();
  }

  private read(response: CalloutResponse): string {
    if (!response.hasArrived) return "no response";
    const status = response.headers.status;
    if (status != 200) return `status ${status}`;
    if (response.body.size > MOST_REPLY_BYTES) return "the response is too large";
    const isReply = this.engine!.readReply(response.body.bytes(), draft, this.results);
    return isReply ? "" : "the response is not the engine's";
  }
}
