import { Slice, sliceStartsWith, subslice } from "../../../bytes/slice";

const RESOURCE = "models/";

/** The name without the `models/` that Google's lists of models put before it. */
export function plainModel(name: Slice): Slice {
  return sliceStartsWith(name, RESOURCE) ? subslice(name, RESOURCE.length) : name;
}
