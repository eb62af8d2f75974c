import { Status } from "../abi/enums";
import { proxy_get_property, proxy_set_property } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { constant } from "../bytes/constant";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

/** An attribute of Envoy or of a filter; the parts of its path are separated by NUL. `ABSENT` if there is none. */
export function property(path: Slice): Slice {
  expectBytes();
  const status = proxy_get_property(sliceStart(path), sliceSize(path), RETURNED, RETURNED + 4);
  return status == Status.Ok ? returnedBytes() : ABSENT;
}

/** `property` for a path in a string. */
export function namedProperty(path: string): Slice {
  return property(encoded(path));
}

/** Sets a property of the stream, which other filters read by the same name. Returns whether the host accepted it. */
export function setProperty(name: string, value: Slice): bool {
  return setPropertyAt(encoded(name), value);
}

/** `setProperty` for a path in bytes. */
export function setPropertyAt(path: Slice, value: Slice): bool {
  return proxy_set_property(sliceStart(path), sliceSize(path), sliceStart(value), sliceSize(value)) == Status.Ok;
}

const CODE_DETAILS = constant("response\0code_details");

/** Why the response is what it is: Envoy's response code details. Before there is a response, `ABSENT`. */
export function codeDetails(): Slice {
  return property(CODE_DETAILS);
}

// Of each the property of Envoy, and that of Higress.
const ROUTE_NAME = constant("xds\0route_name");
const OTHER_ROUTE_NAME = constant("route_name");
const CLUSTER_NAME = constant("xds\0cluster_name");
const OTHER_CLUSTER_NAME = constant("cluster_name");

/** The name of the route; empty if it has none or no route was selected. Reads Envoy's property first, then Higress's. */
export function routeName(): Slice {
  return nameAt(ROUTE_NAME, OTHER_ROUTE_NAME);
}

/** The name of the cluster of the route; empty if there is none. */
export function clusterName(): Slice {
  return nameAt(CLUSTER_NAME, OTHER_CLUSTER_NAME);
}

function nameAt(path: Slice, other: Slice): Slice {
  const name = property(path);
  return sliceSize(name) ? name : property(other);
}
