import { enterPlugin, leaveAndCollect } from "../plugin/callback";
import { receiveRedisReply } from "./host-calls";

// For plugins that use `RedisClient`: the callbacks of the transport of this build.

/**
 * The result of a command of Redis arrived. With a `status` other than 0 there is none.
 * https://github.com/higress-group/proxy-wasm-go-sdk/blob/main/proxywasm/internal/abi_callback_l7.go
 */
export function proxy_on_redis_call_response(root: u32, token: u32, status: u32, size: u32): void {
  enterPlugin(root);
  receiveRedisReply(token, status, size);
  leaveAndCollect();
}
