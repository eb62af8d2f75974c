// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { dialects } from "./index.ts";
import { serveScripted, type ScriptedServer } from "./scripted.ts";

describe("a scripted server", () => {
  let server: ScriptedServer;
  before(async () => void (server = await serveScripted(dialects.vllm)));
  after(() => server.close());

  const ask = (signal?: AbortSignal): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "qwq-32b", stream: true, messages: [{ role: "user", content: "Hi" }] }),
      signal,
    });

  it("answers as its dialect", async () => {
    assert.match(await (await ask()).text(), /data: \[DONE\]\n\n$/);
  });

  it("fails with a status and headers", async () => {
    await server.failWith({ status: 429, headers: [["retry-after", "7"]], message: "Slow down." });
    const response = await ask();
    assert.deepEqual([response.status, response.headers.get("retry-after")], [429, "7"]);
    assert.match(await response.text(), /"message":"Slow down\."/);
  });

  it("refuses connections, and accepts them again", async () => {
    await server.failWith("refused");
    const socket = connect(server.port, "127.0.0.1");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    await server.failWith(undefined);
    assert.equal((await ask()).status, 200);
  });

  it("breaks the connection off", async () => {
    await server.failWith("reset");
    await assert.rejects(ask());
  });

  it("sends nothing", async () => {
    await server.failWith("silent");
    await assert.rejects(ask(AbortSignal.timeout(200)), { name: "TimeoutError" });
  });

  it("sends headers and no event", async () => {
    await server.failWith("no-event");
    const response = await ask(AbortSignal.timeout(500));
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), { name: "TimeoutError" });
  });

  it("sends an error event, at once or after two events", async () => {
    const eventsOf = async (): Promise<string[]> => (await (await ask()).text()).split("\n\n").filter(Boolean);
    await server.failWith("error-event");
    assert.match((await eventsOf()).join(), /^data: \{"error":[^\n]+$/);
    await server.failWith("late-error-event");
    const events = await eventsOf();
    assert.equal(events.length, 3);
    assert.match(events[2], /^data: \{"error":/);
  });

  it("fails for the requests that a script chooses", async () => {
    await server.failWith((index) => (index % 2 ? { status: 503 } : undefined));
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await ask()).status);
    assert.deepEqual(statuses, [200, 503, 200, 503]);
  });
});
