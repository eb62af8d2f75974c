import { Connection } from "./client.ts";
import { cpuMicros } from "./process-cost.ts";
import type { Job } from "./work.ts";

/** The cost of one round of one job. */
export interface Round {
  /** Envoy's CPU time per request, or per event. */
  micros: number;
  /** The median time from an event's departure to its arrival, in ms; 0 if nothing streams. */
  delayMs: number;
}

/** Runs a job once against a port and measures the Envoy behind it. */
export async function measure(job: Job, port: number, envoyPid: number, requests: number): Promise<Round> {
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
          const events = await exchange(connection, job, job.turns?.[left % job.turns.length] ?? job.request, delays);
          if (events !== job.events) throw new Error(`${job.id}: ${events} of ${job.events} events arrived`);
          served++;
        }
      }),
    );
    const micros = (cpuMicros(envoyPid) - before) / (served * Math.max(1, job.events));
    delays.sort((a, b) => a - b);
    return { micros, delayMs: delays[Math.floor(delays.length / 2)] ?? 0 };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Sends a request once, and counts the events of the response. */
async function exchange(connection: Connection, job: Job, request: Buffer, delays: number[]): Promise<number> {
  if (job.events === 0) {
    await connection.exchange(request);
    return 0;
  }
  let events = 0;
  let rest = "";
  await connection.exchange(request, (data) => {
    const now = performance.now();
    // The time of an event may be split across two reads.
    const text = rest + data.toString("latin1");
    let end = 0;
    for (const match of text.matchAll(/@([\d.]+)@/g)) {
      events++;
      end = match.index + match[0].length;
      delays.push(now - Number(match[1]));
    }
    const open = text.lastIndexOf("@");
    rest = open >= end ? text.slice(open) : "";
  });
  return events;
}
