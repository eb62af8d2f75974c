import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../../assembly/bytes/slice";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { RedisArguments } from "../../../assembly/redis/arguments";
import { RedisClient } from "../../../assembly/redis/client";
import { RedisFault } from "../../../assembly/redis/command";
import { RedisWrites } from "../../../assembly/redis/writes";
import { storeErrors } from "../metrics";
import { LATER, LookupFilter, Store } from "./store";

const args = new RedisArguments();
const name = new ByteBuffer();
const writes = new RedisWrites(storeErrors);

/** Responses in Redis or Valkey, which several Envoys may share. */
export class RedisStore extends Store {
  private readonly prefix: ArrayBuffer;

  /** `prefix` is the beginning of every key. */
  constructor(
    lifetime: i32,
    private readonly client: RedisClient,
    prefix: string,
  ) {
    super(lifetime);
    this.prefix = String.UTF8.encode(prefix);
  }

  override get isLocal(): bool {
    return false;
  }

  override find(key: Slice, question: Slice, limit: i32, filter: LookupFilter): Slice {
    const lookup = filter.lookup;
    lookup.filter = filter;
    lookup.stream = filter.contextId;
    // Not more than an entry can have: a longer value is none, and would break the connection that all requests share.
    args.clear().text("GETRANGE").bytes(this.nameOf(key, question)).integer(0).integer(limit);
    if (this.client.run(lookup, args) == RedisFault.None) return LATER;
    storeErrors.add();
    return ABSENT;
  }

  override put(key: Slice, question: Slice, entry: Slice, seconds: i32): void {
    args.clear().text("SET").bytes(this.nameOf(key, question)).bytes(entry);
    if (seconds) args.text("EX").integer(seconds);
    writes.run(this.client, args);
  }

  private nameOf(key: Slice, question: Slice): Slice {
    name.release(4096);
    return name.append(sliceOfBuffer(this.prefix)).append(sliceSize(question) ? question : key).slice;
  }
}
