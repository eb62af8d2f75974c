import { Connection } from "./client.ts";

const WARM_UP = 50;

/** Sends one request at a time to the port of each lane in turn, `count` times. Resolves with the times of each lane, in ms. */
export async function timesInTurn<Lane extends string>(
  ports: Record<Lane, number>,
  request: Buffer,
  count: number,
): Promise<Record<Lane, number[]>> {
  const lanes = Object.keys(ports) as Lane[];
  const times = Object.fromEntries(lanes.map((lane): [Lane, number[]] => [lane, []])) as Record<Lane, number[]>;
  const connections = await Promise.all(lanes.map((lane) => Connection.open(ports[lane])));
  for (let i = -WARM_UP; i < count; i++)
    for (const [at, lane] of lanes.entries()) {
      const begun = performance.now();
      await connections[at].exchange(request);
      if (i >= 0) times[lane].push(performance.now() - begun);
    }
  for (const connection of connections) connection.close();
  return times;
}
