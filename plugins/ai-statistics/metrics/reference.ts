import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { indexOfByte, Slice, subslice } from "../../../assembly/bytes/slice";
import { Labels } from "../../../assembly/host/metric-labels";
import { counterKind, MetricSet, MetricTable } from "../../../assembly/host/metric-table";
import { Account } from "../account";
import { EndReason, Fault } from "../end-reason";
import { LabelSets, NO_SET } from "./label-sets";
import { clusterLabel, consumerLabel, folded, modelLabel, routeLabel } from "./label-values";

const EQUALS = 0x3d;
const CLOSE = 0x5d;

const enum Kind {
  InputToken,
  OutputToken,
  TotalToken,
  ServiceDuration,
  DurationCount,
  FirstTokenDuration,
  StreamDurationCount,
  FailureCount,
}

/** What stands in front of the values of the labels. */
const PARTS: StaticArray<string> = ["route.", ".upstream.", ".model.", ".consumer."];

/** Counters whose labels are parts of their names, as Higress has them: `route.‹›.upstream.‹›.model.‹›.consumer.‹›.metric.‹›`. */
class ReferenceTable extends MetricTable {
  protected override appendName(labels: Slice, name: string, out: ByteBuffer): void {
    for (let i = 0, at = 0; i < PARTS.length; i++) {
      const value = indexOfByte(labels, EQUALS, at) + 1;
      at = indexOfByte(labels, CLOSE, value) + 1;
      out.text(PARTS[i]).append(subslice(labels, value, at - 1));
    }
    out.text(".metric.").text(name);
  }
}

const table = new ReferenceTable(
  [
    counterKind("input_token"),
    counterKind("output_token"),
    counterKind("total_token"),
    counterKind("llm_service_duration"),
    counterKind("llm_duration_count"),
    counterKind("llm_first_token_duration"),
    counterKind("llm_stream_duration_count"),
    counterKind("llm_failure_count"),
  ],
  folded,
);
const labels = new Labels();

/**
 * Counts a request in the metrics of Higress. A failed one without usage counts as a failure alone. Of a pass that is sent again only
 * the usage counts.
 */
export function countReference(account: Account, sets: LabelSets, limit: i32): void {
  const usage = account.usage;
  const isSentAgain = account.endReason == EndReason.Redirected;
  if (isSentAgain && usage === null) return;
  const hasFailed = account.fault != Fault.None;
  const set = sets.reference != NO_SET ? sets.reference : findSet(account, sets, limit);
  if (usage) countTokens(set, usage);
  if (isSentAgain) return;
  if (hasFailed) table.count(set, Kind.FailureCount, 1);
  if (hasFailed && usage === null) return;
  table.count(set, Kind.ServiceDuration, account.duration);
  table.count(set, Kind.DurationCount, 1);
  if (account.firstContent < 0) return;
  table.count(set, Kind.FirstTokenDuration, account.firstContent);
  table.count(set, Kind.StreamDurationCount, 1);
}

function findSet(account: Account, sets: LabelSets, limit: i32): MetricSet {
  const before = folded.times;
  labels.clear().add("route", routeLabel(account)).add("upstream", clusterLabel(account));
  labels.add("model", modelLabel(account)).add("consumer", consumerLabel(account));
  const set = table.setOf(labels.slice, limit);
  if (folded.times == before) sets.reference = set;
  return set;
}

function countTokens(set: MetricSet, usage: TokenUsage): void {
  table.count(set, Kind.InputToken, usage.prompt);
  table.count(set, Kind.OutputToken, usage.completion);
  table.count(set, Kind.TotalToken, usage.total);
}
