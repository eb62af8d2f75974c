// SPDX-License-Identifier: Apache-2.0
// examples/model-failover with two workers, under many requests at once: every one is answered, by one model.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { APP_KEY, startFailover, type FailoverGateway } from "../harness/failover.ts";
import { repeating } from "../providers/repeat.ts";
import type { Failure, Script } from "../providers/scripted.ts";
import type { HeaderPair } from "../providers/types.ts";

const COUNT = 100;
const ROUNDS = 3;
/** What the requests meet, one after the other. */
const FLAPPING: (Failure | undefined)[] = [
  ...[undefined, { status: 429 }, "reset" as const, undefined, "error-event" as const, { status: 503 }],
  ...[undefined, "silent" as const, { status: 500, headers: [["retry-after-ms", "20"]] as HeaderPair[] }],
];
const flap: Script = (index, { body }) => {
  const failure = FLAPPING[index % FLAPPING.length];
  return failure === "error-event" && !body.includes('"stream":true') ? { status: 502 } : failure;
};

interface Answer {
  status: number;
  from: string | null;
  text: string;
}

for (const cooldown of ["0s", "20ms"]) {
  describe(`${COUNT} requests at once, cooldown ${cooldown}`, () => {
    let gateway: FailoverGateway;
    before(async () => {
      gateway = await startFailover({
        fallback: { cooldown, max_cooldown: "50ms", first_event_timeout: "20s", response_timeout: "20s" },
        servers: { "qwq-32b": repeating, "deepseek-r1": repeating },
      });
    });
    after(() => gateway?.close());

    const ask = async (index: number): Promise<Answer> => {
      const body = JSON.stringify({
        model: "deepseek-r1",
        stream: index % 2 === 0,
        messages: [{ role: "user", content: `question ${index}` }],
      });
      const headers = { "content-type": "application/json", authorization: `Bearer ${APP_KEY}` };
      const response = await fetch(`${gateway.baseUrl}/chat/completions`, { method: "POST", headers, body });
      const from = response.headers.get("x-higress-fallback-from");
      return { status: response.status, from, text: contentOf(await received(response)) };
    };
    const askAll = (): Promise<Answer[]> => Promise.all(Array.from({ length: COUNT }, (_, index) => ask(index)));

    const assertAnswered = (answers: Answer[]): void => {
      answers.forEach(({ status, from, text }, index) => {
        const model = from ? "qwq-32b" : "deepseek-r1";
        assert.deepEqual([index, status, text], [index, 200, `${model}: question ${index}`]);
      });
    };

    it("whose connections are refused are all answered by the next target", async () => {
      await gateway.servers["deepseek-r1"].failWith("refused");
      for (let round = 0; round < ROUNDS; round++) {
        const answers = await askAll();
        assertAnswered(answers);
        assert.ok(answers.every(({ from }) => from === "my-deepseek-r1"));
      }
    });

    it("whose target fails for some of them are all answered", async () => {
      await gateway.servers["deepseek-r1"].failWith(flap);
      for (let round = 0; round < ROUNDS; round++) assertAnswered(await askAll());
    });

    it("whose target goes and comes back are all answered", async () => {
      let isDone = false;
      const goAndCome = async (): Promise<void> => {
        while (!isDone) {
          await gateway.servers["deepseek-r1"].failWith("refused");
          await sleep(10);
          await gateway.servers["deepseek-r1"].failWith(undefined);
          await sleep(10);
        }
      };
      const going = goAndCome();
      try {
        for (let round = 0; round < ROUNDS; round++) assertBegun(await askAll());
      } finally {
        isDone = true;
        await going;
      }
    });
  });
}

/** Of a server that goes away while it streams, the client has a beginning; nothing of another model is behind it. */
function assertBegun(answers: Answer[]): void {
  answers.forEach(({ status, from, text }, index) => {
    const whole = `${from ? "qwq-32b" : "deepseek-r1"}: question ${index}`;
    assert.equal(status, 200);
    assert.equal(text, from ? whole : whole.slice(0, text.length));
  });
}

/** What has come of a body, also if it breaks off. */
async function received(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  try {
    const reader = response.body!.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value);
  } catch {
    // The beginning counts.
  }
  return Buffer.concat(pieces).toString();
}

/** The text of a whole response, or of a stream. */
function contentOf(body: string): string {
  if (!body.startsWith("data: ")) return body.endsWith("}") ? chunkText(body) : "";
  const events = body.split("\n\n").filter((event) => event.startsWith("data: {"));
  return events.map((event) => chunkText(event.slice("data: ".length))).join("");
}

function chunkText(json: string): string {
  const [choice] = (JSON.parse(json) as { choices?: Choice[] }).choices ?? [];
  return choice?.message?.content ?? choice?.delta?.content ?? "";
}

interface Choice {
  message?: { content: string };
  delta?: { content?: string };
}
