import { ConfigReader } from "../config/reader";
import { clusterOf, MOST_PORT, RedisSettings } from "./settings";

/** The options without which commands would go elsewhere, or run without the password. */
const GUARDS: string[] = ["serviceName", "servicePort", "username", "password", "database", "cluster", "timeout"];

/** Reads a section with the keys of those of Higress's plugins that write `serviceName`. */
export function readRedisService(section: ConfigReader): RedisSettings {
  section.guards(GUARDS);
  const named = section.has("cluster");
  const service = named ? section.text("serviceName") : section.requiredText("serviceName");
  const port = section.integerOrText("servicePort", 0, 0, MOST_PORT);
  const cluster = named ? section.requiredText("cluster") : clusterOf(service, <i32>port);
  // The host of an HTTP service: of Redis it says nothing.
  section.textOrNumber("serviceHost");
  return RedisSettings.read(section, cluster);
}
