import { ABSENT, Slice } from "../../bytes/slice";
import { JsonDocument } from "../../json/document";
import { jsonContent, JsonKind, jsonKind } from "../../json/value";
import { RequestSink, Role } from "./request-sink";

/** Reads a client's request for a chat into a sink. Its fields are set before each `read`; texts are contents of JSON strings. */
export abstract class RequestReader {
  /** The model that the provider is asked for; ABSENT for the one that the request names. */
  model: Slice = ABSENT;
  /** A text that is added to the instructions of the conversation, or ABSENT. */
  context: Slice = ABSENT;
  /** Whether tools that only the protocol's own provider can run are left out; else the request is refused. */
  dropsServerTools: bool = false;

  /** Reads a request, whose text stays valid meanwhile; `false` if the sink refused. */
  abstract read(request: JsonDocument, sink: RequestSink): bool;

  /** Begins the request for the model. */
  protected begin(request: JsonDocument, sink: RequestSink): bool {
    sink.source = request.text;
    return sink.begin(this.model == ABSENT ? jsonContent(request.get("model")) : this.model);
  }

  /** Reads the members of the request that are not null as options; `false` if the sink refused. */
  protected readOptions(request: JsonDocument, sink: RequestSink): bool {
    for (let i = 0; i < request.count; i++) {
      const value = request.valueAt(i);
      if (jsonKind(value) != JsonKind.Null && !this.readOption(request.keyAt(i), value, sink)) return false;
    }
    return true;
  }

  /** Reads one member of the request, if it is an option; `false` if the sink refused. */
  protected abstract readOption(key: Slice, value: Slice, sink: RequestSink): bool;

  /** Gives the context, which belongs behind the instructions that the request begins with. */
  protected giveContext(sink: RequestSink): bool {
    if (this.context == ABSENT) return true;
    return sink.beginMessage(Role.System) && sink.text(this.context) && sink.endMessage();
  }
}
