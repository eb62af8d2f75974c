import { execFile, type ChildProcess } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { dieWithParent } from "../harness/envoy-process.ts";
import { pathOf, workFolder } from "./load.ts";
import { cpuMicros } from "./process-cost.ts";

const SLICE_MS = 100;

/** What senders send: requests in turn, over so many connections. */
export interface Load {
  requests: Buffer[];
  connections: number;
}

/**
 * A wrk with one thread that sends each request as soon as the one before on its connection has its response. It can pause: what has
 * been sent by then is responded to, and read later.
 */
export class Sender {
  private constructor(
    private readonly child: ChildProcess,
    private readonly output: Promise<string>,
  ) {}

  /** Begins to send. Throws if there is no wrk. */
  static start(port: number, { requests, connections }: Load): Sender {
    const program = pathOf("wrk");
    const folder = workFolder("wrk");
    const script = join(folder, "requests.lua");
    writeFileSync(script, scriptOf(requests));
    const args = ["--threads", "1", "--connections", String(connections), "--duration", "1h", "--timeout", "10s"];
    const running = promisify(execFile)(program, [...args, "--script", script, `http://127.0.0.1:${port}/`]);
    const release = dieWithParent(running.child, folder);
    const output = running
      .then(({ stdout }) => stdout)
      .finally(() => {
        release();
        rmSync(folder, { recursive: true, force: true });
      });
    // A sender that fails early is reported by `end`.
    output.catch(() => undefined);
    return new Sender(running.child, output);
  }

  pause(): void {
    this.child.kill("SIGSTOP");
  }

  resume(): void {
    this.child.kill("SIGCONT");
  }

  /** Ends at once, if it has not ended. */
  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Sends for up to 100 ms more, and resolves with how many requests were answered in all. Rejects if one was not, or with an error. */
  async end(): Promise<number> {
    this.resume();
    this.child.kill("SIGINT");
    // The first signal may reach the thread that sends: it stops then, and the main thread sleeps until the next one.
    const again = setInterval(() => this.child.kill("SIGINT"), SLICE_MS);
    const output = await this.output.finally(() => clearInterval(again));
    const [, answered, failed] = /answered=(\d+) failed=(\d+)/.exec(output) ?? [];
    if (!Number(answered) || Number(failed)) throw new Error(`wrk: ${failed} of ${answered} requests failed`);
    return Number(answered);
  }
}

/** Sends for some seconds; resolves as `Sender.end`. */
export async function saturate(port: number, load: Load, seconds: number): Promise<number> {
  const sender = Sender.start(port, load);
  await sleep(seconds * 1000);
  return sender.end();
}

/**
 * Sends the same load to each lane, in `slices` short turns, and resolves with the CPU time of Envoy for one request of each lane, in µs. The
 * speed of a busy machine changes within a second; short turns let it change for all lanes.
 */
export async function microsInTurn<Lane extends string>(
  ports: Record<Lane, number>,
  load: Load,
  envoyPid: number,
  slices: number,
): Promise<Record<Lane, number>> {
  const lanes = Object.keys(ports) as Lane[];
  const micros = Object.fromEntries(lanes.map((lane): [Lane, number] => [lane, 0])) as Record<Lane, number>;
  const senders = new Map<Lane, Sender>();
  let before = await microsWhenIdle(envoyPid);
  const account = async (lane: Lane): Promise<void> => {
    const now = await microsWhenIdle(envoyPid);
    micros[lane] += now - before;
    before = now;
  };
  try {
    for (let slice = 0; slice < slices; slice++)
      // A drift of the machine within a turn is one in the other direction in the next.
      for (const lane of slice % 2 ? lanes.toReversed() : lanes) {
        const sender = senders.get(lane) ?? Sender.start(ports[lane], load);
        if (senders.has(lane)) sender.resume();
        senders.set(lane, sender);
        await sleep(SLICE_MS);
        sender.pause();
        await account(lane);
      }
    for (const lane of lanes) {
      const served = await senders.get(lane)!.end();
      await account(lane);
      micros[lane] /= served;
    }
    return micros;
  } finally {
    for (const sender of senders.values()) sender.kill();
  }
}

const IDLE_STEP_MS = 10;
const IDLE_STEPS = 200;
/** What threads of Envoy that wait use in a step. */
const IDLE_MICROS = 500;

/** The CPU time of Envoy, in µs, when it has responded to all that it has got. */
async function microsWhenIdle(envoyPid: number): Promise<number> {
  let before = cpuMicros(envoyPid);
  for (let step = 0; step < IDLE_STEPS; step++) {
    await sleep(IDLE_STEP_MS);
    const now = cpuMicros(envoyPid);
    if (now - before < IDLE_MICROS) return now;
    before = now;
  }
  throw new Error("Envoy does not become idle");
}

const scriptOf = (requests: Buffer[]): string => `local requests = {${requests.map(luaText).join(",\n")}}
local at = 0
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("\\nanswered=%d failed=%d\\n", summary.requests, failed))
end
`;

const luaText = (bytes: Buffer): string =>
  `"${bytes.toString("latin1").replace(/[\\"\n\r\0]/g, (one) => `\\${String(one.charCodeAt(0)).padStart(3, "0")}`)}"`;
