import { Slice } from "../bytes/slice";
import { Counter } from "../host/metric";
import { RedisArguments } from "./arguments";
import { RedisClient } from "./client";
import { RedisCommand, RedisFault } from "./command";
import { RedisScript } from "./script";

const MOST_SPARE = 64;

/** Writes for whose replies no stream waits: the client may have left. Those that fail, or take too long, are counted alone. */
export class RedisWrites {
  private readonly spare: Write[] = [];

  constructor(private readonly failures: Counter) {}

  /** Sends a command. */
  run(client: RedisClient, args: RedisArguments): void {
    const write = this.take();
    if (client.run(write, args) != RedisFault.None) this.end(write, RedisFault.Down);
  }

  /** Runs a script. */
  evaluate(client: RedisClient, script: RedisScript, args: RedisArguments): void {
    const write = this.take();
    if (client.evaluate(write, script, args) != RedisFault.None) this.end(write, RedisFault.Down);
  }

  /** A write has ended. */
  end(write: Write, fault: RedisFault): void {
    if (fault != RedisFault.None) this.failures.add();
    if (this.spare.length < MOST_SPARE) this.spare.push(write);
  }

  private take(): Write {
    return this.spare.length ? this.spare.pop() : new Write(this);
  }
}

/** One write. It belongs to the root context. */
class Write extends RedisCommand {
  constructor(private readonly writes: RedisWrites) {
    super();
  }

  onResult(fault: RedisFault, reply: Slice): void {
    this.writes.end(this, fault);
  }
}
