import { ABSENT, indexOfByte, Slice, sliceOfBuffer, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { LabelValues, otherValue } from "../../../assembly/host/label-values";
import { Counter } from "../../../assembly/host/metric";
import { Account } from "../account";
import { EndReason, Fault } from "../end-reason";

/** The most values that a VM names. */
const MOST_CONSUMERS: i32 = 500;
const MOST_MODELS: i32 = 100;
const MOST_PROVIDERS: i32 = 50;

const AT: u32 = 0x40;
const UNKNOWN = String.UTF8.encode("unknown");

/** A counter that knows what it was told in this VM. */
class FoldedCounter extends Counter {
  /** How often `add` was called. */
  times: u32 = 0;

  override add(amount: i64 = 1): void {
    this.times++;
    super.add(amount);
  }
}

/** The observations in which `other` stands in the place of a value, since there were too many. */
export const folded = new FoldedCounter("ai_statistics_folded_total");

const consumers = new LabelValues(MOST_CONSUMERS);
const models = new LabelValues(MOST_MODELS);
const providers = new LabelValues(MOST_PROVIDERS);

/** The consumer; `none` without one. */
export function consumerLabel(account: Account): Slice {
  return named(consumers, account.consumer);
}

/** The provider: its id, as ai-proxy names it; `unknown` without one. */
export function providerLabel(account: Account): Slice {
  return known(named(providers, account.provider.slice));
}

/** The model that the provider was asked for, see `confirmed`. */
export function requestModelLabel(account: Account): Slice {
  const mapped = account.mappedModel.slice;
  return confirmed(account, sliceSize(mapped) ? mapped : account.requestModel.slice);
}

/** The model that the response names; `none` if it names none. That of a direct response is the operator's. */
export function responseModelLabel(account: Account): Slice {
  const model = account.responseModel;
  return account.endReason == EndReason.LocalReply && account.fault == Fault.None
    ? named(models, model)
    : confirmed(account, model);
}

/** The model that the response names, else the one that the provider was asked for; `unknown` without either. */
export function modelLabel(account: Account): Slice {
  return sliceSize(account.responseModel) ? responseModelLabel(account) : known(requestModelLabel(account));
}

/** The route. Of the names that Higress gives to routes of models, `a@b@c@…`, only the first three parts count. */
export function routeLabel(account: Account): Slice {
  const route = account.route;
  let end = -1;
  for (let i = 0; i < 3; i++) {
    end = indexOfByte(route, AT, end + 1);
    if (end < 0) return route;
  }
  return subslice(route, 0, end);
}

/** The cluster of the route. */
export function clusterLabel(account: Account): Slice {
  return account.cluster;
}

/** Whether a provider has served the pass: its response, below 400, is not that of a plugin, of Envoy or of the cache for a model it does not name. */
export function isServed(account: Account): bool {
  const reason = account.endReason;
  if (reason == EndReason.Refused || reason == EndReason.LocalReply) return false;
  if (reason == EndReason.Cached && !account.mappedModel.size) return false;
  return account.status > 0 && account.status < 400;
}

/**
 * A model that a provider has served: its response names it, or had it. That of another request is named only if it was served before, so
 * that no client can make up a label.
 */
function confirmed(account: Account, model: Slice): Slice {
  if (!sliceSize(model)) return model;
  return isServed(account) ? named(models, model) : models.known(model);
}

function named(values: LabelValues, value: Slice): Slice {
  if (!sliceSize(value)) return ABSENT;
  const shown = values.of(value);
  if (shown == otherValue()) folded.add();
  return shown;
}

function known(value: Slice): Slice {
  return sliceSize(value) ? value : sliceOfBuffer(UNKNOWN);
}
