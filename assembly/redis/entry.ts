// For plugins that use `RedisClient`: the callbacks of the transport of this build.
export * from "../plugin/entry/grpc";
