import { Api } from "../../assembly/ai/api";
import { HeaderEdits } from "../../assembly/ai/header-edits";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { ProviderConfig } from "./provider-config";

/** What is known and decided about one request: pure data, filled by the filter and read and edited by the provider. */
export class Exchange {
  /** The API that the client's path names. */
  api: Api = Api.Unknown;
  /** The client's `:path` with its query, without the configured base path. Valid while the request is prepared. */
  path: Slice = ABSENT;
  /** The client's `content-type`. Valid while the request is prepared. */
  contentType: Slice = ABSENT;
  /** Whether the client asked for a stream. */
  streaming: bool = false;
  /** Whether the client asked for the usage chunk of a stream (`stream_options.include_usage`). */
  includeUsage: bool = false;
  /** The model that the provider is asked for, UTF-8 without escapes. Lives as long as the stream. */
  readonly model: ByteBuffer = new ByteBuffer();
  /** Seconds since 1970 at the request: `created` of what is converted. */
  created: i64 = 0;
  /** What to change in the request's headers. */
  readonly headers: HeaderEdits;
  /** Why the request is refused: 0 while it is not, else an HTTP status. */
  refusalStatus: i32 = 0;
  /** The sentence that the client reads when the request is refused. */
  refusalMessage: string = "";
  /** The field at fault (`param` of OpenAI's error), or "". */
  refusalParam: string = "";
  /** The machine-readable reason (`code` of OpenAI's error), or "". */
  refusalCode: string = "";

  constructor(readonly config: ProviderConfig, headers: HeaderEdits) {
    this.headers = headers;
  }

  /** Refuses the request as the client's mistake; gives `false`, so that a provider can return it. */
  refuse(message: string, param: string = "", code: string = "", status: i32 = 400): bool {
    this.refusalStatus = status;
    this.refusalMessage = message;
    this.refusalParam = param;
    this.refusalCode = code;
    return false;
  }

  /** Gives back the memory that lives as long as the stream. */
  free(): void {
    this.model.free();
  }
}
