import { AI_LOG_STATE } from "../../assembly/ai/contract";
import { log, LogLevel } from "../../assembly/host/log";
import { Histogram } from "../../assembly/host/metric";
import { CounterFamily } from "../../assembly/host/metric-family";
import { Labels } from "../../assembly/host/metric-labels";
import { LogFields } from "../../assembly/plugin/log-fields";
import { Engine } from "./engines/engine";

/** What a search has led to. */
export const enum SearchOutcome {
  /** Results are in the prompt. */
  Served,
  /** No engine has found anything. */
  Empty,
  /** The model says that no search is needed. */
  NotNeeded,
  /** The model or all engines have failed. */
  Failed,
}

const NAMES: StaticArray<string> = ["served", "empty", "not_needed", "failed"];

const requests = new CounterFamily("ai_search_requests_total");
const failures = new CounterFamily("ai_search_failures_total");
const duration = new Histogram("ai_search_duration_ms");
const labels = new Labels();
const fields = new LogFields(AI_LOG_STATE);
let hasWarnedOfRewrite: bool = false;

/** Counts a request that was searched for, and adds to the filter state `ai_log` how long that took and what it gave. */
export function noteSearch(outcome: SearchOutcome, results: i32, milliseconds: i64): void {
  requests.add(labels.clear().addText("result", NAMES[outcome]));
  duration.record(milliseconds);
  fields.open();
  fields.text("search_status", NAMES[outcome]);
  fields.integer("search_results", results);
  fields.integer("search_rt", milliseconds);
  fields.close();
}

/** Counts a call that has failed; the first one of an engine is logged. */
export function noteFailure(engine: Engine, reason: string): void {
  failures.add(labels.clear().addText("engine", engine.type));
  if (engine.hasWarned) return;
  engine.hasWarned = true;
  log(LogLevel.Warn, `ai-search: the engine ${engine.type} has failed (${reason}): its results are missing`);
}

/** Counts a failure of the model that writes the queries; the first one is logged. */
export function noteRewriteFailure(reason: string): void {
  failures.add(labels.clear().addText("engine", "rewrite"));
  if (hasWarnedOfRewrite) return;
  hasWarnedOfRewrite = true;
  log(LogLevel.Warn, `ai-search: the model of searchRewrite has failed (${reason}): nothing is searched`);
}
