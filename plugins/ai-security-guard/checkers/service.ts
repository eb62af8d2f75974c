import { isHost } from "../../../assembly/config/host";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";

const MOST_PORT: i64 = 65_535;

/** Where the calls of a checker go. */
export class CheckService {
  constructor(
    /** The cluster of Envoy. */
    readonly cluster: string,
    /** The `:authority` of the calls. */
    readonly authority: string,
  ) {}

  /**
   * Reads `serviceName` and `servicePort`, which Higress names a cluster by, or `cluster`, the name of any other one; and
   * `serviceHost`, which is required if there is no `host` to fall back to.
   */
  static read(host: string, reader: ConfigReader): CheckService {
    const isNamed = reader.has("cluster");
    const name = isNamed ? reader.text("serviceName") : reader.requiredTextOrNumber("serviceName");
    const port = reader.integerOrText("servicePort", 0, isNamed ? 0 : 1, MOST_PORT);
    if (!isNamed && !reader.has("servicePort")) reader.fail("servicePort", "is required with serviceName");
    const cluster = isNamed ? reader.requiredText("cluster") : `outbound|${port}||${name}`;
    const authority = host.length ? reader.text("serviceHost", host) : reader.requiredText("serviceHost");
    if (authority.length && !isHost(authority))
      reader.fail("serviceHost", "must be a host, as a.example or a.example:80");
    if (cluster.length && !isVisible(cluster))
      reader.fail(isNamed ? "cluster" : "serviceName", "must be printable ASCII without blanks");
    return new CheckService(cluster, authority);
  }
}
