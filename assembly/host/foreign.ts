import { Status } from "../abi/enums";
import { proxy_call_foreign_function } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

/** Calls a function that the host offers beside the ABI. Returns its result, or `ABSENT` if the host has no such function or it fails. */
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
