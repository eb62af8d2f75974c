import { monotonic } from "../host/clock";
import { log, LogLevel } from "../host/log";
import { IS_HIGRESS } from "../host/target";
import { pluginHost } from "../plugin/register";
import { ErrorMeaning } from "./error-meaning";

/** What an operator has to look at. */
export const enum Trouble {
  None,
  MissingCluster,
  WrongPassword,
  RefusedDatabase,
  Down,
  Silent,
  Loading,
  Cluster,
  Refused,
  Full,
  Protocol,
}

/** Nanoseconds between two lines about the same trouble that comes and goes. */
const REPEATED: u64 = 60_000_000_000;

/** Logs what is wrong with a connection: one line when it begins, at most one in a minute, and one when
 * Redis replies again. No line contains a value of Redis. */
export class TroubleLog {
  private current: Trouble = Trouble.None;
  /** Whether the last line names a trouble. */
  private isTold: bool = false;
  /** When each was logged; 0 for never. */
  private readonly loggedAt: StaticArray<u64> = new StaticArray<u64>(Trouble.Protocol + 1);

  constructor(private readonly cluster: string) {}

  /** Notes a trouble. */
  report(trouble: Trouble): void {
    if (trouble == this.current) return;
    this.current = trouble;
    const now = monotonic();
    const before = this.loggedAt[trouble];
    if (before && now - before < REPEATED) return;
    this.loggedAt[trouble] = now;
    this.isTold = true;
    const severity = trouble == Trouble.Full || trouble == Trouble.Loading ? LogLevel.Warn : LogLevel.Error;
    log(severity, `${pluginHost().name()}: redis: ${this.sentence(trouble)}`);
  }

  /** Notes that Redis has run a command. */
  clear(): void {
    if (this.current == Trouble.None) return;
    this.current = Trouble.None;
    if (!this.isTold) return;
    this.isTold = false;
    log(LogLevel.Info, `${pluginHost().name()}: redis: the store behind cluster "${this.cluster}" replies again`);
  }

  private sentence(trouble: Trouble): string {
    const cluster = this.cluster;
    if (trouble == Trouble.MissingCluster)
      return IS_HIGRESS
        ? `the gateway has no cluster "${cluster}": check service_name and service_port`
        : `Envoy has no cluster "${cluster}": add the clusters and the listener of envoy/redis.yaml`;
    if (trouble == Trouble.Full) return `too many commands wait for the store behind cluster "${cluster}"`;
    if (trouble == Trouble.Protocol)
      return `what is behind cluster "${cluster}" does not speak Redis's protocol: does the cluster lead to redis-bridge?`;
    return `the store behind cluster "${cluster}" ${whatItDoes(trouble)}`;
  }
}

function whatItDoes(trouble: Trouble): string {
  if (trouble == Trouble.WrongPassword) return "refuses the username or password, or lacks one";
  if (trouble == Trouble.RefusedDatabase) return "refuses the database: a Redis Cluster has only database 0";
  if (trouble == Trouble.Silent) return "does not reply in time";
  if (trouble == Trouble.Cluster)
    return "is a node of a Redis Cluster: put redis_proxy between, as in envoy/redis.yaml";
  if (trouble == Trouble.Refused) return "replies with an error to a command: is a key used by something else?";
  return trouble == Trouble.Loading ? "is not ready, or cannot write" : "cannot be reached";
}

/** Whether an error means that Redis runs no command now. */
export function isDown(meaning: ErrorMeaning): bool {
  return meaning == ErrorMeaning.Unavailable || meaning == ErrorMeaning.Unreachable;
}

/** What an operator has to look at after an error. */
export function troubleOf(meaning: ErrorMeaning): Trouble {
  if (meaning == ErrorMeaning.Other) return Trouble.Refused;
  if (meaning == ErrorMeaning.OtherNode) return Trouble.Cluster;
  if (meaning == ErrorMeaning.Unreachable) return Trouble.Down;
  if (meaning == ErrorMeaning.Unavailable) return Trouble.Loading;
  return meaning == ErrorMeaning.Denied ? Trouble.WrongPassword : Trouble.None;
}
