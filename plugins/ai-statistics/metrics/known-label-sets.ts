import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { TextTable } from "../../../assembly/bytes/text-table";
import { MetricSet } from "../../../assembly/host/metric-table";
import { Account } from "../account";
import { folded, isServed, routeLabel } from "./label-values";
import { labelSetOf } from "./generative-ai";
import { LabelSets, NO_SET } from "./label-sets";

/** The passes whose label sets are kept. */
const MOST: i32 = 4096;

const keys = new TextTable();
const key = new ByteBuffer();
const all: LabelSets[] = [];
/** The number of the one that was used last, -1 for none: most passes have the same. */
let latest: i32 = -1;

const other = new LabelSets();

/**
 * The label sets for a pass: one look-up in place of one for each label and table. They are kept for passes that were served and of which
 * no label is `other`: the label of a failed request may change, and each folded one is counted. `set` is the one of the observations,
 * if it is known. What is returned for other passes is valid until the next call.
 */
export function labelSetsOf(account: Account, set: MetricSet, limit: i32): LabelSets {
  const mayKeep = isServed(account);
  if (mayKeep) {
    writeKey(account);
    if (latest < 0 || !slicesEqual(keys.at(latest), key.slice)) latest = keys.find(key.slice);
    if (latest >= 0) {
      const known = unchecked(all[latest]);
      if (set == NO_SET || known.observations == set) return known;
    }
  }
  const before = folded.times;
  const sets = other;
  sets.observations = set == NO_SET ? labelSetOf(account, limit) : set;
  sets.duration = NO_SET;
  sets.request = NO_SET;
  sets.reference = NO_SET;
  return mayKeep && set == NO_SET && folded.times == before && all.length < MOST ? kept(sets.observations) : sets;
}

function kept(set: MetricSet): LabelSets {
  const sets = new LabelSets();
  sets.observations = set;
  keys.add(key.slice);
  all.push(sets);
  return sets;
}

/** What the labels of a pass that was served depend on. */
function writeKey(account: Account): void {
  key.clear();
  key.byte(account.operation);
  part(account.provider.slice);
  part(account.mappedModel.size ? account.mappedModel.slice : account.requestModel.slice);
  part(account.responseModel);
  part(account.consumer);
  part(routeLabel(account));
  part(account.cluster);
}

function part(value: Slice): void {
  key.u32(sliceSize(value)).append(value);
}
