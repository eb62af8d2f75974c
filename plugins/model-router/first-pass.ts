import { MAPPED_MODEL_STATE, ROUTED_MODEL_STATE } from "../../assembly/ai/contract";
import { MappedModel } from "../../assembly/ai/mapped-model";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { mayBeLaterPass } from "../../assembly/limit/request-state";

const routed = new FilterState(ROUTED_MODEL_STATE);
const mappedState = new FilterState(MAPPED_MODEL_STATE);
const mapped = new MappedModel();

/** Keeps the model for later filters and for the next passes of the request, whose body no longer names it. */
export function keepModel(model: Slice): void {
  routed.set(model);
}

/** The model that the request names, if no header can hold it: its route has been chosen without. */
export function unroutedModel(): Slice {
  const model: Slice = routed.get();
  return model != ABSENT && sliceSize(model) ? model : ABSENT;
}

/**
 * After an internal redirect, the model that the client's body named, if the body names another one since: empty if it named
 * none. Else `ABSENT`: the body is read. Whoever changes the model in a body has left the client's in filter state.
 */
export function modelOfFirstPass(headers: HeaderMap): Slice {
  if (!mayBeLaterPass(headers)) return ABSENT;
  const model = routed.get();
  if (model != ABSENT) return model;
  return mapped.read(mappedState.get()) ? mapped.original : ABSENT;
}
