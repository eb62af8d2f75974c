import { BufferType, Status } from "../abi/enums";
import { proxy_redis_call, proxy_redis_init } from "../abi/higress-imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../bytes/slice";
import { BodyBuffer } from "./body";
import { currentRoot, turnBack, turnToRoot } from "./root";

const received = new BodyBuffer(BufferType.RedisReply);
const name = new ByteBuffer();
const user = new ByteBuffer();
const secret = new ByteBuffer();

/**
 * Tells the host how to reach the Redis behind a cluster, whose name may end with `?db=` and a database. Returns `false` if it has no
 * such cluster.
 */
export function initializeRedis(cluster: string, username: string, password: string, milliseconds: u32): bool {
  const target = written(name, cluster);
  const login = written(user, username);
  const key = written(secret, password);
  return (
    proxy_redis_init(
      sliceStart(target),
      sliceSize(target),
      sliceStart(login),
      sliceSize(login),
      sliceStart(key),
      sliceSize(key),
      milliseconds,
    ) == Status.Ok
  );
}

/**
 * Sends a command from the current root context. The host reports its result to `proxy_on_redis_call_response` with the token that is
 * returned; 0 if it was not sent.
 */
export function dispatchRedisCall(cluster: string, command: Slice): u32 {
  const target = written(name, cluster);
  const context = turnToRoot(currentRoot());
  const status = proxy_redis_call(
    sliceStart(target),
    sliceSize(target),
    sliceStart(command),
    sliceSize(command),
    RETURNED,
  );
  turnBack(context);
  return status == Status.Ok ? returnedNumber() : 0;
}

/** The reply that has just arrived, of `size` bytes; valid until the callback returns. */
export function receivedReply(size: i32): Slice {
  return received.part(0, size);
}

function written(out: ByteBuffer, text: string): Slice {
  out.clear();
  return out.text(text).slice;
}
