import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { RedisArguments } from "../../../assembly/redis/arguments";
import { RedisClient } from "../../../assembly/redis/client";
import { RedisFault } from "../../../assembly/redis/command";
import { RedisScript } from "../../../assembly/redis/script";
import { RedisWrites } from "../../../assembly/redis/writes";
import { storeErrors } from "../metrics";
import { HistoryStore, Outcome, StoreFilter } from "./store";

/** Adds a line: its arguments are the line, the most bytes, and the lifetime in seconds or 0. */
const ADD = new RedisScript(`local value = (redis.call('GET', KEYS[1]) or '') .. ARGV[1]
local most = tonumber(ARGV[2])
if #value > most then
  value = string.sub(value, string.find(value, '\\n', #value - most, true) + 1)
end
if ARGV[3] == '0' then
  redis.call('SET', KEYS[1], value)
else
  redis.call('SET', KEYS[1], value, 'EX', ARGV[3])
end
return 1`);

const args = new RedisArguments();
const name = new ByteBuffer();
const writes = new RedisWrites(storeErrors);

/** Histories in Redis or Valkey, which several Envoys may share: a string each. */
export class RedisStore extends HistoryStore {
  /** `prefix` is the beginning of every key, `lifetime` the seconds after the last exchange; 0 for ever. */
  constructor(
    private readonly client: RedisClient,
    private readonly prefix: ArrayBuffer,
    private readonly lifetime: i32,
  ) {
    super();
  }

  find(key: Slice, limit: i32, filter: StoreFilter): Outcome {
    // Not more than a history can have: a longer value is none, and would break the connection that all requests share.
    args.clear().text("GETRANGE").bytes(this.nameOf(key)).integer(-limit).integer(-1);
    return this.run(filter);
  }

  add(key: Slice, line: Slice, limit: i32): void {
    args.clear().integer(1).bytes(this.nameOf(key)).bytes(line).integer(limit).integer(this.lifetime);
    writes.evaluate(this.client, ADD, args);
  }

  remove(key: Slice, filter: StoreFilter): Outcome {
    args.clear().text("DEL").bytes(this.nameOf(key));
    return this.run(filter);
  }

  private run(filter: StoreFilter): Outcome {
    const command = filter.command;
    command.filter = filter;
    command.stream = filter.contextId;
    if (this.client.run(command, args) == RedisFault.None) return Outcome.Later;
    storeErrors.add();
    return Outcome.Failed;
  }

  private nameOf(key: Slice): Slice {
    name.clear();
    return name.append(sliceOfBuffer(this.prefix)).append(key).slice;
  }
}
