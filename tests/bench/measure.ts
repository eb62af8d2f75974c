import { Connection } from "./client.ts";
import { cpuMicros } from "./process-cost.ts";
import { spreadOf, type Cost } from "./results.ts";
import { microsInTurn } from "./sender.ts";
import type { Job } from "./job.ts";

/** The cost of one round of one job. */
export interface Round {
  /** Envoy's CPU time per request, or per event. */
  micros: number;
  /** The median time from an event's departure to its arrival, in ms; 0 if nothing streams. */
  delayMs: number;
}

/** Turns of a round without streams: two seconds, about twenty thousand requests. */
const SLICES = 20;
/** Turns before the first round. */
const WARMING_SLICES = 4;

/** What is measured of a job. */
export type Measured = Pick<Job, "id" | "request" | "turns" | "connections" | "requests" | "events">;

/**
 * Measures a job in rounds. `once` starts an Envoy and measures one round: what a lane costs depends on where in memory its Envoy has put it, so each
 * round has an Envoy of its own.
 */
export async function measureRounds<Lane extends string>(
  lanes: readonly Lane[],
  count: number,
  once: () => Promise<Record<Lane, Round>>,
): Promise<Record<Lane, Round[]>> {
  const rounds = Object.fromEntries(lanes.map((lane): [Lane, Round[]] => [lane, []])) as Record<Lane, Round[]>;
  for (let round = 0; round < count; round++) {
    const measured = await once();
    for (const lane of lanes) rounds[lane].push(measured[lane]);
  }
  return rounds;
}

/**
 * Runs a job against the port of each lane, and measures the Envoy behind it. The round has every lane, so that a disturbance of the machine affects all
 * of them. A short one is before it: it warms connections, V8 and this client, and does not count.
 */
export async function measureOnce<Lane extends string>(
  job: Measured,
  ports: Record<Lane, number>,
  envoyPid: number,
): Promise<Record<Lane, Round>> {
  await measureRound(job, ports, envoyPid, true);
  return measureRound(job, ports, envoyPid, false);
}

/** The cost of a lane, and its factor of a lane without a filter, round by round. */
export function costOf(rounds: Round[], none: Round[]): Cost {
  return {
    micros: spreadOf(rounds.map(({ micros }) => micros)),
    ratio: spreadOf(rounds.map(({ micros }, index) => micros / none[index].micros)),
    ...(rounds[0].delayMs > 0 ? { delayMs: spreadOf(rounds.map(({ delayMs }) => delayMs)) } : {}),
  };
}

async function measureRound<Lane extends string>(
  job: Measured,
  ports: Record<Lane, number>,
  envoyPid: number,
  isShort: boolean,
): Promise<Record<Lane, Round>> {
  const lanes = Object.keys(ports) as Lane[];
  if (job.events > 0) {
    const requests = isShort ? Math.ceil(job.requests / 4) : job.requests;
    const rounds: [Lane, Round][] = [];
    for (const lane of lanes) rounds.push([lane, await measureStreams(job, ports[lane], envoyPid, requests)]);
    return Object.fromEntries(rounds) as Record<Lane, Round>;
  }
  const load = { requests: job.turns ?? [job.request], connections: job.connections };
  const micros = await microsInTurn(ports, load, envoyPid, isShort ? WARMING_SLICES : SLICES);
  return Object.fromEntries(lanes.map((lane) => [lane, { micros: micros[lane], delayMs: 0 }])) as Record<Lane, Round>;
}

async function measureStreams(job: Measured, port: number, envoyPid: number, requests: number): Promise<Round> {
  const connections = await Promise.all(Array.from({ length: job.connections }, () => Connection.open(port)));
  const delays: number[] = [];
  let left = requests;
  let served = 0;
  const before = cpuMicros(envoyPid);
  try {
    await Promise.all(
      connections.map(async (connection) => {
        while (left > 0) {
          left--;
          const events = await exchange(connection, job.request, delays);
          if (events !== job.events) throw new Error(`${job.id}: ${events} of ${job.events} events arrived`);
          served++;
        }
      }),
    );
    const micros = (cpuMicros(envoyPid) - before) / (served * job.events);
    delays.sort((a, b) => a - b);
    return { micros, delayMs: delays[Math.floor(delays.length / 2)] ?? 0 };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Sends a request once, and counts the events of the response. */
async function exchange(connection: Connection, request: Buffer, delays: number[]): Promise<number> {
  // Events at the end of a response of Responses have the whole text again.
  const seen = new Set<string>();
  let rest = "";
  await connection.exchange(request, (data) => {
    const now = performance.now();
    // The time of an event may be split across two reads.
    const text = rest + data.toString("latin1");
    let end = 0;
    for (const match of text.matchAll(/@([\d.]+)@/g)) {
      end = match.index + match[0].length;
      if (seen.has(match[1])) continue;
      seen.add(match[1]);
      delays.push(now - Number(match[1]));
    }
    const open = text.lastIndexOf("@");
    rest = open >= end ? text.slice(open) : "";
  });
  return seen.size;
}
