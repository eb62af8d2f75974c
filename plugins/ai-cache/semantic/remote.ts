import { asciiLowerCase } from "../../../assembly/bytes/lower-case";
import { SHORTEST_SECRET } from "../../../assembly/bytes/secret-set";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import { monotonic } from "../../../assembly/host/clock";
import { noteFailure } from "./notes";

/** Milliseconds. */
const TIMEOUT: i64 = 2000;
const MOST_TIMEOUT: i64 = 60_000;
/** After so many failures of the service itself in a row it is not called for a while. */
const MOST_FAILURES: i32 = 3;
/** Nanoseconds. */
const REST: u64 = 5_000_000_000;

/** A service of the semantic layer, with its configuration. A worker has one object of it for all streams. */
export abstract class Remote {
  service: HttpService = new HttpService("", "");
  timeoutMilliseconds: i32 = 0;
  protected apiKey: string = "";
  private hasWarned: bool = false;
  private failures: i32 = 0;
  private restsUntil: u64 = 0;

  constructor(
    /** The `type` in the configuration. */
    readonly type: string,
  ) {}

  /** Whether the service has failed so often that it is not called now: then a request does not wait for it. */
  get isResting(): bool {
    return this.restsUntil != 0 && monotonic() < this.restsUntil;
  }

  /** Notes a reply that can be used. */
  succeed(): void {
    this.failures = 0;
    this.restsUntil = 0;
  }

  /** Notes that a call has failed. `status`: of the response, 0 without one. */
  fail(status: i32, reason: string): void {
    noteFailure(this.type, reason, !this.hasWarned);
    this.hasWarned = true;
    // Other statuses are about one request.
    if (status && status != 429 && status < 500) return;
    if (++this.failures >= MOST_FAILURES) this.restsUntil = monotonic() + REST;
  }

  /** Reads where the service is, and how long it may take. `host` is the public one, empty if there is none. */
  protected readService(host: string, reader: ConfigReader): void {
    this.service = HttpService.readNamed(host, reader);
    this.timeoutMilliseconds = <i32>reader.integerOrText("timeout", TIMEOUT, 1, MOST_TIMEOUT);
  }

  /** Reads `apiKey`; "" without one. */
  protected readApiKey(reader: ConfigReader, isRequired: bool): string {
    const key = isRequired ? reader.requiredTextOrNumber("apiKey") : reader.textOrNumber("apiKey");
    this.apiKey = key;
    if (!key.trim().length) return key;
    if (!isVisible(key)) reader.fail("apiKey", "must be printable ASCII without blanks");
    else if (asciiLowerCase(key).startsWith("bearer")) reader.fail("apiKey", "must be the key alone, without Bearer");
    else if (key.length < SHORTEST_SECRET) reader.warn("apiKey", `has fewer than ${SHORTEST_SECRET} bytes`);
    return key;
  }
}
