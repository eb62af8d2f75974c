import { ConfigReader } from "../../assembly/config/reader";
import { HttpAddress } from "./address";

const REFRESH_SECONDS = 300;
const MOST_SECONDS = 86_400;

/** A text that all workers share, and where it comes from: pure data, of which `shared-text.ts` makes requests. */
export class TextSource {
  /** The name under which the text is shared, UTF-8. */
  readonly key: ArrayBuffer;
  /** The name under which the time of the last try is shared, UTF-8. */
  readonly tryKey: ArrayBuffer;
  /** Milliseconds since 1970 at the last request that wanted it; 0 before the first. */
  usedAt: u64 = 0;
  /** Whether the last try of this VM failed: it is told once. */
  isFailing: bool = false;
  /** The value of `authorization` that the source wants; "" for none. */
  authorization: string = "";
  /** The member of a JSON answer that is the text; "" where the answer is the text. */
  member: string = "";

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
    this.tryKey = String.UTF8.encode(name + "|try");
  }

  /** Whether both mean the same, fetched in the same way. */
  isSame(other: TextSource): bool {
    const isSamePlace = this.cluster == other.cluster && this.authority == other.authority && this.path == other.path;
    const isSameTime = this.refreshMilliseconds == other.refreshMilliseconds && this.timeout == other.timeout;
    return isSamePlace && isSameTime && this.authorization == other.authorization;
  }
}

/** Every source that a configuration of this VM names; one that two name is fetched once. */
export const sources: TextSource[] = [];

/** Reads `context`: a text that stands in every chat as a system message; `null` if there is none. */
export function readContext(reader: ConfigReader, timeout: i32): TextSource | null {
  const context = reader.object("context");
  if (context === null) return null;
  if (!context.has("fileUrl")) context.fail("fileUrl", "is required");
  const url = HttpAddress.read(context, "fileUrl");
  const seconds = <u64>context.integerOrText("refreshSeconds", REFRESH_SECONDS, 1, MOST_SECONDS);
  const cluster = readCluster(context);
  if (context.failed) return null;
  const path = (url.path.length ? url.path : "/") + (url.query.length ? "?" + url.query : "");
  return known(new TextSource(cluster, url.host, path, seconds * 1000, timeout));
}

/** Keeps a text, so that it is fetched before it is asked for; gives the one that serves all who name it. */
export function known(text: TextSource): TextSource {
  for (let i = 0; i < sources.length; i++) if (sources[i].isSame(text)) return sources[i];
  sources.push(text);
  return text;
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
