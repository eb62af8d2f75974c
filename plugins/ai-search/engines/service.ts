import { isHost } from "../../../assembly/config/host";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";

/** The highest number of a port. */
export const MOST_PORT: i64 = 65_535;

/** Where the calls of an engine go. */
export class SearchService {
  constructor(
    /** The cluster of Envoy. */
    readonly cluster: string,
    /** The `:authority` of the calls. */
    readonly authority: string,
  ) {}

  /**
   * Reads `serviceName` and `servicePort`, by which Higress names a cluster, or `cluster`, the name of any other one; and `serviceHost`,
   * instead of the engine's public `host`. Without a public host it is the name of the service or cluster.
   */
  static read(host: string, reader: ConfigReader): SearchService {
    const isNamed = reader.has("cluster");
    const name = isNamed ? reader.text("serviceName") : reader.requiredTextOrNumber("serviceName");
    const port = <i32>reader.integerOrText("servicePort", 0, 1, MOST_PORT);
    const cluster = isNamed ? reader.requiredText("cluster") : higressCluster(name, port);
    if (!isNamed && !cluster.length) reader.fail("servicePort", "is required with serviceName");
    if (cluster.length && !isVisible(cluster))
      reader.fail(isNamed ? "cluster" : "serviceName", "must be printable ASCII without blanks");
    const authority = reader.text("serviceHost", host.length ? host : isNamed ? cluster : name);
    if (authority.length && !isHost(authority)) {
      const fault = reader.has("serviceHost") ? "must be" : "is required here:";
      reader.fail("serviceHost", `${fault} a host, as search.example or search.example:8080`);
    }
    return new SearchService(cluster, authority);
  }
}

/** The cluster of a service in Higress; "" if its port is needed and missing. Services with addresses have port 80, those with a name 443. */
export function higressCluster(name: string, port: i32): string {
  const usual = name.endsWith(".static") ? 80 : name.endsWith(".dns") ? 443 : 0;
  const number = port ? port : usual;
  return number ? `outbound|${number}||${name}` : "";
}
