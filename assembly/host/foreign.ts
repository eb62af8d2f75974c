import { Status } from "../abi/enums";
import { proxy_call_foreign_function } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

/** Calls a function that the host offers beside the ABI; gives its answer, or `ABSENT` where the host has none such. */
export function callForeignFunction(name: string, argument: Slice): Slice {
  const function_ = encoded(name);
  expectBytes();
  const status = proxy_call_foreign_function(
    sliceStart(function_),
    sliceSize(function_),
    sliceStart(argument),
    sliceSize(argument),
    RETURNED,
    RETURNED + 4,
  );
  return status == Status.Ok ? returnedBytes() : ABSENT;
}

/** Makes Envoy choose the route again, by the headers as they are now. */
export function clearRouteCache(): void {
  callForeignFunction("clear_route_cache", ABSENT);
}
