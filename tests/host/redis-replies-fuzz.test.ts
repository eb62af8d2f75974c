// SPDX-License-Identifier: Apache-2.0
// What the plugins that use Redis make of replies that are well-formed and not the expected ones, or not well-formed: no request hangs,
// nothing traps, and no reply opens what the configuration closes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { ProxyHost } from "./proxy-host.ts";
import { RedisPeer } from "./redis-peer.ts";

const ITEMS = (rate: string) => [{ limit_by_per_param: "user", limit_keys: [{ key: "*", [rate]: 1000 }] }];
const REDIS = { service_name: "redis.static", timeout: 300 };
/** The plugins, with `on_store_down: deny` where they have it. */
const PLUGINS: Record<string, Record<string, unknown>> = {
  "ai-quota": { admin_consumer: "root", redis: REDIS },
  "ai-token-ratelimit": {
    rule_name: "fuzz",
    rule_items: ITEMS("token_per_hour"),
    redis: REDIS,
    on_store_down: "deny",
  },
  "cluster-key-rate-limit": {
    rule_name: "fuzz",
    rule_items: ITEMS("query_per_hour"),
    redis: REDIS,
    on_store_down: "deny",
  },
};

/** Replies that let no request pass: none of them says that there are tokens or requests left. */
const NEVER = [
  "+OK\r\n",
  "-ERR x\r\n",
  "-LOADING x\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "$0\r\n\r\n",
  "$3\r\nabc\r\n",
  "*1\r\n*1\r\n*1\r\n:1\r\n",
  "*3\r\n+a\r\n+b\r\n+c\r\n",
  "*3\r\n:1000\r\n-ERR x\r\n:9\r\n",
  `*65536\r\n${"$-1\r\n".repeat(65_536)}`,
  "$99999999999\r\n",
  "*9223372036854775807\r\n",
  "*1\r\n".repeat(20),
  `+${"x".repeat(70_000)}`,
  ":99999999999999999999\r\n",
  "HTTP/1.1 200 OK\r\n",
];
const NUMBERS = [
  "0",
  "1",
  "-1",
  "999",
  "1000",
  "1001",
  "9223372036854775807",
  "-9223372036854775808",
  "999999999999999999",
];

for (const [name, configuration] of Object.entries(PLUGINS))
  describe(`${name} and hostile replies of Redis`, () => {
    const host = new ProxyHost(`build/${name}.wasm`, { logLevel: "error", clusters: ["upstream", "redis"] });
    const context = host.configure(name, JSON.stringify(configuration));
    assert.ok(context);
    const redis = new RedisPeer(host, () => ":1\r\n");
    const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"hi"}]}');

    /** Sends a request, answers each command with these bytes, and returns the status of the response; 0 if it was passed on. */
    function statusWith(bytes: string): number {
      const stream = begin();
      for (let turn = 0; turn < 4 && redis.grpc.streams.length && redis.take().length; turn++) redis.send(bytes);
      // Longer than the timeout of a command that got no whole reply.
      host.advance(1500);
      const status = Number(stream.client.headers?.get(":status") ?? 0);
      const isPassed = stream.attempt !== null;
      assert.ok(stream.isOver || isPassed, `a request hangs after ${JSON.stringify(bytes.slice(0, 60))}`);
      if (!stream.isOver) stream.clientReset();
      recover();
      return isPassed ? 0 : status;
    }

    /** Lets Redis reply to everything, until no back-off is left. */
    function recover(): void {
      for (let step = 0; step < 60; step++) {
        redis.answer();
        host.advance(100);
      }
    }

    function begin() {
      const stream = host.stream(context as NonNullable<typeof context>);
      stream.requestHeaders(
        [
          [":method", "POST"],
          [":path", "/v1/chat/completions?user=ann"],
          [":authority", "gateway.example"],
          ["content-type", "application/json"],
          ["content-length", String(body.length)],
          ["x-mse-consumer", "ann"],
        ],
        false,
      );
      if (!stream.isOver) stream.requestBody(body, true);
      return stream;
    }

    it("refuses a request about which they say nothing", () => {
      for (const bytes of NEVER) {
        const status = statusWith(bytes);
        assert.ok([403, 429, 503].includes(status), `${status} after ${JSON.stringify(bytes.slice(0, 60))}`);
      }
    });

    it("does not trap, hang or grow with any numbers", (t) => {
      const random = new Random(seed());
      t.diagnostic(`SEED=${seed()}`);
      const any = (): string => {
        const number = random.pick(NUMBERS);
        return random.below(4) ? `:${number}\r\n` : `$${number.length}\r\n${number}\r\n`;
      };
      const round = (): void => {
        // Three numbers are what the limiters expect.
        const count = random.below(3) ? 3 : random.below(12);
        statusWith(random.below(4) ? `*${count}\r\n${Array.from({ length: count }, any).join("")}` : any());
      };
      for (let i = 0; i < 100; i++) round();
      const before = host.vm.memory.byteLength;
      for (let i = 0; i < 600; i++) round();
      assert.equal(host.vm.memory.byteLength, before);
    });
  });
