// The host functions for Redis of Higress's Envoy. A module that imports them loads nowhere else: only the Higress build has them.
// https://github.com/higress-group/proxy-wasm-go-sdk/blob/main/proxywasm/internal/abi_hostcalls.go

// @ts-ignore: decorator
@external("env", "proxy_redis_init")
export declare function proxy_redis_init(
  cluster: usize,
  clusterSize: usize,
  username: usize,
  usernameSize: usize,
  password: usize,
  passwordSize: usize,
  timeout: u32,
): u32;

// @ts-ignore: decorator
@external("env", "proxy_redis_call")
export declare function proxy_redis_call(
  cluster: usize,
  clusterSize: usize,
  query: usize,
  querySize: usize,
  token: usize,
): u32;
