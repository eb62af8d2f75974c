// SPDX-License-Identifier: Apache-2.0
// A plugin that runs the command in the path of a request and responds with its result: `/GET/key` is GET key, `/eval/key/5` is a script
// that adds 5 to a key. For a path that begins with `/settle/` it adds 1 to that key when the stream ends, by a patient command.
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import {
  ABSENT,
  indexOfByte,
  Slice,
  sliceEquals,
  sliceSize,
  sliceStartsWith,
  subslice,
} from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { HeaderMap } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";
import { RedisArguments } from "../../../../assembly/redis/arguments";
import { RedisClient } from "../../../../assembly/redis/client";
import { RedisCommand, RedisFault } from "../../../../assembly/redis/command";
import { ReplyReader } from "../../../../assembly/redis/reply";
import { RedisScript } from "../../../../assembly/redis/script";
import { readRedisSection } from "../../../../assembly/redis/section";

const SLASH = 0x2f;

const args = new RedisArguments();
const reader = new ReplyReader();
const body = new ByteBuffer();
const add = new RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])");

/** A command whose result is the response. */
class Query extends RedisCommand {
  onResult(fault: RedisFault, reply: Slice): void {
    body.clear();
    body.text("fault ").integer(fault);
    reader.begin(reply);
    while (reply != ABSENT && reader.next()) {
      body.byte(0x20).byte(reader.kind);
      if (reader.text == ABSENT) body.integer(reader.integer);
      else body.append(reader.text);
    }
    sendLocalReply(fault == RedisFault.None ? 200 : 503, "redis.result", "text/plain", body.slice);
  }
}

class Settlement extends RedisCommand {
  onResult(fault: RedisFault, reply: Slice): void {
    if (fault != RedisFault.None) log(LogLevel.Warn, `redis-probe: settlement failed ${fault}`);
  }
}

class RedisProbeFilter extends HttpFilter {
  private readonly query: Query = new Query();
  private settled: string = "";

  constructor(private readonly client: RedisClient) {
    super();
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const path = headers.get(":path");
    args.clear();
    if (sliceStartsWith(path, "/settle/")) {
      this.settled = "settled";
      return HeadersAction.Continue;
    }
    const isScript = sliceStartsWith(path, "/eval/");
    if (isScript) args.integer(1);
    let at = 1;
    while (at <= sliceSize(path)) {
      const slash = indexOfByte(path, SLASH, at);
      const end = slash < 0 ? sliceSize(path) : slash;
      const part = subslice(path, at, end);
      if (!isScript || !sliceEquals(part, "eval")) args.bytes(part);
      at = end + 1;
    }
    this.query.stream = this.contextId;
    const client = this.client;
    const fault = isScript ? client.evaluate(this.query, add, args) : client.run(this.query, args);
    if (fault == RedisFault.None) return HeadersAction.Pause;
    this.query.onResult(fault, ABSENT);
    return HeadersAction.Pause;
  }

  override onStreamDone(): void {
    if (!this.settled.length) return;
    const command = new Settlement();
    command.isPatient = true;
    args.clear().integer(1).text(this.settled).integer(1);
    const fault = this.client.evaluate(command, add, args);
    if (fault != RedisFault.None) log(LogLevel.Warn, `redis-probe: settlement lost ${fault}`);
  }
}

class Config {
  constructor(readonly client: RedisClient) {}
}

class RedisProbe extends Plugin<Config> {
  name(): string {
    return "redis-probe";
  }

  readConfig(reader: ConfigReader, inherited: Config | null): Config {
    return new Config(RedisClient.of(readRedisSection(reader)));
  }

  createFilter(config: Config): HttpFilter | null {
    return new RedisProbeFilter(config.client);
  }
}

registerPlugin<Config>(new RedisProbe());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/redis/entry";
