import { RequestSink } from "../../../assembly/ai/hub/request-sink";
import { ChatRequestReader } from "../../../assembly/ai/protocols/openai-chat/request-reader";
import { ABSENT, sliceOf } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { out } from "./output";
import { RequestRecord } from "./request-record";

export { memoryBytes, outSize, outStart } from "./output";

const request = new JsonDocument();
const reader = new ChatRequestReader();
const record = new RequestRecord();

/** Writes what the reader says of a chat: 1, 0 with the refusal (`param message`), or -1 if it is no JSON object. */
export function read(start: usize, size: i32, dropsServerTools: bool): i32 {
  reader.dropsServerTools = dropsServerTools;
  return readInto(record, start, size);
}

function readInto(sink: RequestSink, start: usize, size: i32): i32 {
  out.clear();
  if (request.parse(sliceOf(start, size)) != JsonError.None || !request.isObject) return -1;
  sink.reset();
  sink.out = out;
  reader.model = ABSENT;
  if (!reader.read(request, sink)) {
    out.clear();
    out.text(sink.refusalParam).text(" ").text(sink.refusal);
    return 0;
  }
  if (sink.dropped.size) out.text("\ndropped ").append(sink.dropped.slice);
  return 1;
}
