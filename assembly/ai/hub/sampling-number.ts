import { Slice } from "../../bytes/slice";
import { JsonKind, jsonKind } from "../../json/value";
import { RequestSink, Sampling } from "./request-sink";

/** Gives the value of the field `name`, which must be a number, to a sink; `false` if it refused. */
export function readNumber(kind: Sampling, name: string, value: Slice, sink: RequestSink): bool {
  if (jsonKind(value) != JsonKind.Number) return sink.refuse(`${name} must be a number.`, name);
  return sink.sampling(kind, value);
}
