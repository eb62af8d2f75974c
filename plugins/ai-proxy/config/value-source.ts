import { ConfigReader } from "../../../assembly/config/reader";
import { HttpAddress } from "./address";

const REFRESH_SECONDS = 300;
const MOST_SECONDS = 86_400;

/** A text that all workers share, and where it comes from: pure data, of which `value-desk.ts` makes requests. */
export class ValueSource {
  /** The name under which the text is shared, UTF-8. */
  readonly key: ArrayBuffer;
  /** The name under which it is shared how the last try went, UTF-8. */
  readonly stateKey: ArrayBuffer;
  /** The value of `authorization` that the source wants; "" for none. */
  authorization: string = "";
  /** The member of a JSON answer that is the text; "" where the answer is the text. */
  member: string = "";
  /** Whether it is fetched again when it is old, before a request asks for it. */
  isWatched: bool = false;
  /** When a request asked for it last, and when to look at it again, in milliseconds of the monotonic clock. */
  usedAt: u64 = 0;
  dueAt: u64 = 0;

  /** `cluster` is "" where only requests know it: then nothing is fetched before one comes. */
  constructor(
    readonly cluster: string,
    readonly authority: string,
    readonly path: string,
    readonly refreshMilliseconds: u64,
    readonly timeout: i32,
  ) {
    const name = `ai-proxy.text|${cluster}|${authority}|${path}`;
    this.key = String.UTF8.encode(name);
    this.stateKey = String.UTF8.encode(name + "|state");
  }

  /** Whether one answer serves both. */
  isSame(other: ValueSource): bool {
    const isSamePlace = this.cluster == other.cluster && this.authority == other.authority && this.path == other.path;
    return isSamePlace && this.authorization == other.authorization && this.member == other.member;
  }
}

/** Reads `context`: a text that stands in every chat as a system message; `null` if there is none. */
export function readContext(reader: ConfigReader, timeout: i32): ValueSource | null {
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
