import { APP_KEY, startFailover, type FailoverGateway } from "../../tests/harness/failover.ts";
import type { Failure } from "../../tests/providers/scripted.ts";
import { streamChat, type Chat } from "../chat.ts";
import { faultsOfStream } from "./one-stream.ts";

const QUESTION = "解释量子计算";
const ASKED = "deepseek-r1";
const STANDBY = "qwq-32b";

/** The failures of deepseek-r1, in the order of the table, each with the reason that the gateway must name. */
const FAILURES: [title: string, failure: Failure, reason: RegExp][] = [
  ["answers 429", { status: 429, message: "Rate limit reached." }, /^429$/],
  ["answers 503", { status: 503 }, /^503$/],
  ["refuses the connection", "refused", /^connect-failure$/],
  ["hangs before the first event", "silent", /^timeout$/],
  ["sends an error event in a 200 stream", "error-event", /^stream-error$/],
];

/** One line of the table. */
interface Row {
  title: string;
  answeredBy: string;
  reason: string;
  firstMs: number;
  faults: string[];
}

/** Plays every failure through examples/model-failover, prints a table, and returns whether qwq-32b has answered all of them. */
export async function playFailures(): Promise<boolean> {
  console.log(
    `OpenAI's client streams a chat with "${ASKED}" through examples/model-failover/envoy.yaml, while its server fails.\n`,
  );
  print(["deepseek-r1", "answered by", "because", "first token", "stream"]);
  let isGood = true;
  for (const failure of FAILURES) {
    // A target that failed is left out for a while: each failure gets a new Envoy.
    const gateway = await startFailover();
    try {
      for (const row of await play(gateway, ...failure)) {
        isGood &&= row.faults.length === 0;
        const { title, answeredBy, reason, firstMs, faults } = row;
        print([title, answeredBy, reason, `${firstMs.toFixed(0)} ms`, faults.join("; ") || "one, well-formed"]);
      }
    } finally {
      await gateway.close();
    }
  }
  return isGood;
}

/** The chat that meets the failure, and the next one. */
async function play(gateway: FailoverGateway, title: string, failure: Failure, reason: RegExp): Promise<Row[]> {
  const direct = await ask(gateway, STANDBY);
  await gateway.servers[ASKED].failWith(failure);
  const first = await rowOf(gateway, direct, title, reason);
  return [first, await rowOf(gateway, direct, "  the next chat", /^cooldown$/)];
}

const ask = (gateway: FailoverGateway, model: string): Promise<Chat> =>
  streamChat(gateway.baseUrl, model, QUESTION, () => {}, APP_KEY);

async function rowOf(gateway: FailoverGateway, direct: Chat, title: string, expected: RegExp): Promise<Row> {
  try {
    const before = await reasonsOf(gateway);
    const chat = await ask(gateway, ASKED);
    const counted = [...(await reasonsOf(gateway))].filter(([name, count]) => count !== (before.get(name) ?? 0));
    const reason = counted.map(([name]) => name).join(", ") || "none";
    const answeredBy = chat.response.headers.get("x-ai-model") ?? "nobody";
    const faults = faultsOfStream(chat.events, STANDBY);
    if (answeredBy !== STANDBY) faults.push(`${answeredBy} has answered`);
    if (!expected.test(reason)) faults.push(`the reason is ${reason}`);
    if (chat.events.join("\n") !== direct.events.join("\n")) faults.push(`it is not the stream of ${STANDBY}`);
    if (!chat.response.headers.has("x-higress-fallback-from")) faults.push("x-higress-fallback-from is missing");
    return { title, answeredBy, reason, firstMs: chat.firstMs, faults };
  } catch (error) {
    return { title, answeredBy: "nobody", reason: "–", firstMs: 0, faults: [(error as Error).message] };
  }
}

/** The reasons of the fallbacks so far, from the metrics of the plugin, by how often each one was counted. */
async function reasonsOf({ envoy }: FailoverGateway): Promise<Map<string, number>> {
  const stats = Object.entries(await envoy.stats("fallback_fallbacks_total"));
  return new Map(stats.map(([name, count]) => [/\[reason=([^\]]*)\]/.exec(name)?.[1] ?? name, count]));
}

const WIDTHS = [38, 13, 17, 13];

function print(cells: string[]): void {
  console.log(cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(""));
}
