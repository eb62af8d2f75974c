import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { cutText } from "../../assembly/bytes/well-formed";
import { monotonic } from "../../assembly/host/clock";
import { SearchConfig } from "./config";
import { EngineTask, TaskOwner } from "./engine-task";
import { ANY_KIND, SearchQuery } from "./engines/search-query";
import { noteSearch, SearchOutcome } from "./notes";
import { ResultList } from "./results";
import { QueryList, saysNone } from "./rewrite/queries";
import { RewriteOwner, RewriteTask } from "./rewrite/task";

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
/** The most calls of a request: ten queries for three engines. */
const MOST_CALLS: i32 = 32;
/** The tasks whose memory is kept for the next stream. */
const KEPT_TASKS: i32 = 4;
/** A result with less room for its content is left out. */
const LEAST_BYTES: i32 = 100;

const query = new SearchQuery();

/** Tells the run about the calls of engines. */
class Engines extends TaskOwner {
  run: SearchRun | null = null;

  override onTask(): void {
    this.run!.onTask();
  }
}

/** Searches for one request: a model writes the queries if one is configured, then all engines are asked at once. */
export abstract class SearchRun extends RewriteOwner {
  /** What was found, in the order of the engines: the first result of each, then the second, without the same link twice. */
  readonly results: ResultList = new ResultList();
  /** What the search has led to. */
  outcome: SearchOutcome = SearchOutcome.Failed;
  private config: SearchConfig | null = null;
  private readonly engines: Engines = new Engines();
  private readonly queries: QueryList = new QueryList();
  private readonly rewrite: RewriteTask = new RewriteTask();
  private readonly tasks: EngineTask[] = [];
  private count: i32 = 0;
  private pending: i32 = 0;
  private stream: u32 = 0;
  private most: i32 = 0;
  private since: u64 = 0;
  private isStarting: bool = false;

  /** The search has ended: `outcome` says how. Host calls act on the stream. */
  abstract onSearched(): void;

  /** Starts a search for a question. `most` is the most queries of a model. Returns whether `onSearched` is called later. */
  start(config: SearchConfig, stream: u32, question: Slice, most: i32): bool {
    this.config = config;
    this.stream = stream;
    this.most = most;
    this.since = monotonic();
    this.engines.run = this;
    const rewrite = config.rewrite;
    if (rewrite) {
      const timeout = this.timeLeft(rewrite.timeoutMilliseconds);
      if (this.rewrite.send(this, stream, rewrite, question, most, timeout)) return true;
      this.finish(SearchOutcome.Failed);
      return false;
    }
    this.queries.add(ANY_KIND, ABSENT, question);
    return this.ask();
  }

  override onQueries(reply: Slice): void {
    if (reply == ABSENT) this.finish(SearchOutcome.Failed);
    else {
      this.queries.addReply(reply, this.most);
      if (!this.queries.count) this.finish(saysNone(reply) ? SearchOutcome.NotNeeded : SearchOutcome.Failed);
      else if (this.ask()) return;
    }
    this.onSearched();
  }

  /** A call of an engine has ended. */
  onTask(): void {
    if (--this.pending > 0 || this.isStarting) return;
    this.merge();
    this.onSearched();
  }

  /** Ends the calls, and forgets the stream. */
  reset(): void {
    for (let i = 0; i < this.count; i++) this.tasks[i].reset();
    while (this.tasks.length > KEPT_TASKS) this.tasks.pop().dispose();
    this.rewrite.reset();
    this.results.clear();
    this.queries.clear();
    this.config = null;
    this.engines.run = null;
    this.outcome = SearchOutcome.Failed;
    this.count = 0;
    this.pending = 0;
    this.stream = 0;
    this.most = 0;
    this.since = 0;
    this.isStarting = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.reset();
    while (this.tasks.length) this.tasks.pop().dispose();
    this.results.dispose();
    this.queries.dispose();
  }

  /** Asks all engines all queries of their kind. Returns whether a call is pending; otherwise the search has ended. */
  private ask(): bool {
    const config = this.config!;
    this.isStarting = true;
    this.queries.rewind();
    while (this.queries.next(query)) {
      for (let i = 0; i < config.engines.length; i++) {
        const engine = config.engines[i];
        if (!engine.serves(query.kind) || this.count == MOST_CALLS) continue;
        if (this.count == this.tasks.length) this.tasks.push(new EngineTask());
        const task = this.tasks[this.count++];
        const timeout = this.timeLeft(engine.timeoutMilliseconds);
        if (task.send(this.engines, this.stream, engine, query, config.maxPageBytes, timeout)) this.pending++;
      }
    }
    this.isStarting = false;
    if (this.pending > 0) return true;
    this.finish(SearchOutcome.Failed);
    return false;
  }

  /** The time of a call, which ends at the deadline of the request. */
  private timeLeft(milliseconds: i32): i32 {
    const deadline = this.config!.deadlineMilliseconds;
    if (!deadline) return milliseconds;
    const spent = <i32>((monotonic() - this.since) / NANOSECONDS_PER_MILLISECOND);
    return max(min(milliseconds, deadline - spent), 1);
  }

  private merge(): void {
    const config = this.config!;
    const links = new TextTable();
    let left = config.maxTotalBytes;
    let hasMore = true;
    let hasReply = false;
    this.results.begin(config.maxResults, 0, false);
    for (let i = 0; i < this.count; i++) {
      this.tasks[i].results.rewind();
      if (!this.tasks[i].hasFailed) hasReply = true;
    }
    while (hasMore) {
      hasMore = false;
      for (let i = 0; i < this.count; i++) {
        const found = this.tasks[i].results;
        if (left < LEAST_BYTES || this.results.count == config.maxResults || !found.next()) continue;
        hasMore = true;
        if (sliceSize(found.link) && !isNew(links, found.link)) continue;
        const content = cutText(found.content, left);
        this.results.add(found.title, found.link, content);
        left -= sliceSize(content);
      }
    }
    const isEmpty = this.results.count == 0;
    this.finish(isEmpty ? (hasReply ? SearchOutcome.Empty : SearchOutcome.Failed) : SearchOutcome.Served);
  }

  private finish(outcome: SearchOutcome): void {
    this.outcome = outcome;
    const spent = <i64>((monotonic() - this.since) / NANOSECONDS_PER_MILLISECOND);
    noteSearch(outcome, this.results.count, spent);
  }
}

function isNew(links: TextTable, link: Slice): bool {
  const count = links.count;
  return links.add(link) == count;
}
