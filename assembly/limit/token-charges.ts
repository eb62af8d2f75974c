import { Slice } from "../bytes/slice";
import { log, LogLevel, logs } from "../host/log";
import { RedisCommand, RedisFault } from "../redis/command";

const MOST_SPARE: i32 = 128;

/** Charges tokens in Redis. It belongs to the root context, so that it outlives the stream, and is sent later if Redis is away. */
class TokenCharge extends RedisCommand {
  tokens: i64 = 0;

  constructor(private readonly charges: TokenCharges) {
    super();
    this.isPatient = true;
  }

  onResult(fault: RedisFault, reply: Slice): void {
    this.charges.end(this, fault);
  }
}

/** The charges of a plugin, whose commands are used again. */
export class TokenCharges {
  private readonly spare: TokenCharge[] = [];

  constructor(private readonly plugin: string) {}

  /** The command that charges tokens; call `sent` with what `RedisClient.run` or `evaluate` returns for it. */
  take(tokens: i64): TokenCharge {
    const spare = this.spare;
    const charge = spare.length ? spare.pop() : new TokenCharge(this);
    charge.tokens = tokens;
    return charge;
  }

  /** Notes whether the command waits for its reply. */
  sent(charge: TokenCharge, fault: RedisFault): void {
    if (fault != RedisFault.None) this.end(charge, fault);
  }

  /** Ends a charge. The connection's own trouble is logged by the client. */
  end(charge: TokenCharge, fault: RedisFault): void {
    const isLost = fault != RedisFault.None && logs(LogLevel.Debug);
    if (isLost) log(LogLevel.Debug, `${this.plugin}: ${charge.tokens} tokens were not charged, or it is unknown`);
    if (this.spare.length < MOST_SPARE) this.spare.push(charge);
  }
}
