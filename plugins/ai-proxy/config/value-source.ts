import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { wordHashOf } from "../../../assembly/bytes/hash";
import { ABSENT, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { CONTEXT, notBuilt } from "./built-features";
import { HttpAddress } from "./address";

const REFRESH_SECONDS = 300;
const MOST_SECONDS = 86_400;

/**
 * A text or a token that is fetched by HTTP and shared by all workers, and where it comes from: pure data, and the body of
 * the request for sources that are asked with POST.
 */
export class ValueSource {
  private keyBytes: ArrayBuffer | null = null;
  private stateKeyBytes: ArrayBuffer | null = null;
  /** The value of `authorization` for the source; "" for none. */
  authorization: string = "";
  /** The member of a JSON response that is the value; "" if the whole response is. */
  member: string = "";
  /** The member of a JSON response that is the lifetime of the value in seconds, such as `expires_in`; "" for none. */
  lifetimeMember: string = "";
  /** The `content-type` of the body that `writeBody` writes. */
  contentType: string = "application/x-www-form-urlencoded";
  /** Whether it is fetched again when it is old, before a request asks for it. */
  isWatched: bool = false;
  /** When a request asked for it last, in milliseconds of the monotonic clock. */
  usedAt: u64 = 0;
  /** When it is fetched again, on the same clock. */
  dueAt: u64 = 0;

  /**
   * `cluster` is "" for the cluster of the request: nothing is fetched before one comes. `identity` tells sources apart
   * that have the same address, such as the id of an account.
   */
  constructor(
    readonly cluster: string,
    readonly authority: string,
    readonly path: string,
    /** The value is fetched again after so many milliseconds, or after three quarters of its lifetime. */
    readonly refreshMilliseconds: u64,
    readonly timeout: i32,
    readonly identity: string = "",
  ) {}

  /** The key of the value in the shared data, UTF-8. It tells apart what `isSame` does; it holds a hash of the authorization. */
  get key(): ArrayBuffer {
    const known = this.keyBytes;
    if (known) return known;
    const hash = wordHashOf(sliceOfBuffer(String.UTF8.encode(this.authorization)));
    const place = `${this.cluster}|${this.authority}|${this.path}`;
    const bytes = String.UTF8.encode(`ai-proxy.text|${place}|${this.identity}|${this.member}|${hash.toString(16)}`);
    this.keyBytes = bytes;
    return bytes;
  }

  /** The key of the state of the last attempt, UTF-8. */
  get stateKey(): ArrayBuffer {
    const known = this.stateKeyBytes;
    if (known) return known;
    const bytes = String.UTF8.encode(String.UTF8.decode(this.key) + "|state");
    this.stateKeyBytes = bytes;
    return bytes;
  }

  /** Appends the body of a POST request; nothing for a GET request. `now` is the time in seconds since 1970. */
  writeBody(now: i64, out: ByteBuffer): void {}

  /** Whether one response serves both. */
  isSame(other: ValueSource): bool {
    const isSamePlace = this.cluster == other.cluster && this.authority == other.authority && this.path == other.path;
    const isSameValue = this.member == other.member && this.identity == other.identity;
    return isSamePlace && isSameValue && this.authorization == other.authorization;
  }
}

/** Reads `context`: a text that stands in every chat as a system message; `null` if there is none. */
export function readContext(reader: ConfigReader, timeout: i32): ValueSource | null {
  if (!CONTEXT) {
    if (reader.value("context") != ABSENT) reader.fail("context", notBuilt("context"));
    return null;
  }
  const context = reader.object("context");
  if (context === null) return null;
  if (!context.has("fileUrl")) context.fail("fileUrl", "is required");
  const url = HttpAddress.read(context, "fileUrl");
  const seconds = <u64>context.integerOrText("refreshSeconds", REFRESH_SECONDS, 1, MOST_SECONDS);
  const cluster = readCluster(context);
  if (context.failed) return null;
  const path = (url.path.length ? url.path : "/") + (url.query.length ? "?" + url.query : "");
  return new ValueSource(cluster, url.host, path, seconds * 1000, timeout);
}

/** Envoy's name of the cluster, or the service from which Istio and Higress make one. */
function readCluster(context: ConfigReader): string {
  const cluster = context.text("cluster");
  const hasService = context.has("serviceName") || context.has("servicePort");
  if (cluster.length) {
    if (hasService) context.fail("cluster", "says the same as serviceName and servicePort: remove one of them");
    return cluster;
  }
  if (!hasService) {
    context.fail("cluster", "is required, or serviceName and servicePort");
    return "";
  }
  const name = context.requiredText("serviceName");
  if (!context.has("servicePort")) context.fail("servicePort", "is required");
  return `outbound|${context.integerOrText("servicePort", 80, 1, 65535)}||${name}`;
}
