import { ConfigReader } from "../../assembly/config/reader";
import { setTickPeriod } from "../../assembly/host/callout";
import { withoutScheme } from "./custom-url";
import { SharedText } from "./shared-text";

const REFRESH_SECONDS = 300;
const MOST_SECONDS = 86_400;
/** Milliseconds between two looks at what has become old. */
const TICK = 250;

/** Every text that a configuration of this VM names; one that two name is fetched once. */
const texts: SharedText[] = [];

/** Reads `context`: a text that stands in every chat as a system message; `null` if there is none. */
export function readContext(reader: ConfigReader, timeout: i32): SharedText | null {
  const context = reader.object("context");
  if (context === null) return null;
  const url = withoutScheme(context.requiredText("fileUrl"));
  const seconds = <u64>context.integer("refreshSeconds", REFRESH_SECONDS, 1, MOST_SECONDS);
  const cluster = readCluster(context);
  const slash = url.indexOf("/");
  const host = slash < 0 ? url : url.substring(0, slash);
  if (context.failed) return null;
  if (!host.length) context.fail("fileUrl", "must name a host");
  const path = slash < 0 ? "/" : url.substring(slash);
  return known(new SharedText(cluster, host, path, seconds * 1000, timeout));
}

/** Keeps a text, so that it is fetched before it is asked for; gives the one that serves all who name it. */
export function known(text: SharedText): SharedText {
  for (let i = 0; i < texts.length; i++) {
    if (texts[i].name == text.name && texts[i].authorization == text.authorization) return texts[i];
  }
  texts.push(text);
  return text;
}

/** Begins to fetch what the configuration names; once it was accepted. */
export function watchTexts(): void {
  for (let i = 0; i < texts.length; i++) texts[i].prepare();
  if (texts.length) setTickPeriod(TICK);
}

/** Fetches what is missing or old. */
export function refreshTexts(): void {
  for (let i = 0; i < texts.length; i++) texts[i].refresh();
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
  return `outbound|${context.integer("servicePort", 80, 1, 65535)}||${name}`;
}
