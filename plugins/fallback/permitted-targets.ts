import { ALLOWED_MODELS_STATE } from "../../assembly/ai/contract";
import { isListed } from "../../assembly/ai/model-list";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { sliceSize } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { Attempts, ORIGIN } from "./attempts";

const allowedModels = new FilterState(ALLOWED_MODELS_STATE);
const model = new ByteBuffer();

/**
 * Whether the consumer may use the target's model, as far as it is known: key-auth, which would refuse it, stands behind `fallback` and
 * publishes the models on the first pass.
 */
export function isPermitted(attempts: Attempts, target: i32): bool {
  if (target == ORIGIN) return true;
  const name = attempts.config.targets[target - 1].model;
  if (!name.length) return true;
  const models = allowedModels.get();
  if (!sliceSize(models)) return true;
  model.clear();
  return isListed(model.text(name).slice, models);
}
