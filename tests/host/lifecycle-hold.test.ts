// SPDX-License-Identifier: Apache-2.0
// A filter pauses a body for a callout: what arrives meanwhile is added, all of it is replaced, and the stream goes on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { onNode, RealHost, type Run, type Seen } from "./lifecycle/both-hosts.ts";
import { playOnNode, Stage, type Play, type Played, type Step } from "./lifecycle/steps.ts";

const steps = (...texts: string[]): Step[] =>
  texts.map((text) => (/^(end|trailers|200|500|fail|leave)$/.test(text) ? (text as Step) : { piece: text }));

const plays: [play: Play, wanted: Partial<Played>][] = [
  [
    { mode: "hold response", steps: steps("a", "b?", "c", "200", "d", "e", "end") },
    {
      bodies: ["a", "a", "a", "a<b?c>", "a<b?c>d", "a<b?c>de", "a<b?c>de"],
      lines: ['piece "a"', 'piece "b?"', 'held "b?c"', 'piece "d"', 'piece "e"', 'piece "", the last'],
    },
  ],
  [
    { mode: "hold response again", steps: steps("a?", "200", "b?", "200", "c?", "d", "200", "e", "end") },
    {
      bodies: [
        "",
        "<a?>",
        "<a?>",
        "<a?><b?>",
        "<a?><b?>",
        "<a?><b?>",
        "<a?><b?><c?d>",
        "<a?><b?><c?d>e",
        "<a?><b?><c?d>e",
      ],
      lines: [
        ...['piece "a?"', 'held "a?"', 'piece "b?"', 'held "b?"', 'piece "c?"', 'held "c?d"'],
        ...['piece "e"', 'piece "", the last'],
      ],
    },
  ],
  [
    { mode: "hold response, unchanged", steps: steps("a?", "500", "b", "c?", "fail", "d", "end") },
    {
      bodies: ["", "a?", "a?b", "a?b", "a?bc?", "a?bc?d", "a?bc?d"],
      lines: ['piece "a?"', 'held "a?"', 'piece "b"', 'piece "c?"', 'held "c?"', 'piece "d"', 'piece "", the last'],
    },
  ],
  [
    { mode: "hold response, changed later", steps: steps("a?", "200", "b!", "c", "hold", "d", "e", "end") },
    {
      bodies: [
        "",
        "<a?>",
        "<a?>[b!]",
        "<a?>[b!]c",
        "<a?>[b!]c",
        "<a?>[b!]choldd",
        "<a?>[b!]choldde",
        "<a?>[b!]choldde",
      ],
      lines: [
        'piece "a?"',
        'held "a?"',
        'piece "b!"',
        'piece "c"',
        'piece "hold"',
        'piece "d"',
        'piece "e"',
        'piece "", the last',
      ],
    },
  ],
  [
    { mode: "hold response that ends", steps: steps("a", "b?", "end", "200") },
    { bodies: ["a", "a", "a", "a<b?>"], lines: ['piece "a"', 'piece "b?"', 'held "b?", complete'] },
  ],
  [
    { mode: "hold response with trailers", steps: steps("a", "b?", "trailers", "200") },
    {
      ...{ bodies: ["a", "a", "a", "a<b?>"], trailer: "yes" },
      lines: ['piece "a"', 'piece "b?"', 'held "b?", complete', "trailers yes"],
    },
  ],
  [
    { mode: "hold response with trailers later", steps: steps("b?", "200", "trailers") },
    { ...{ bodies: ["", "<b?>", "<b?>"], trailer: "yes" }, lines: ['piece "b?"', 'held "b?"', "trailers yes"] },
  ],
  [
    { mode: "hold response of a client that leaves", steps: steps("a", "b?", "leave", "200") },
    { bodies: ["a", "a", "a", "a"], end: "reset", lines: ['piece "a"', 'piece "b?"'] },
  ],
  [
    { mode: "hold some of a response", steps: steps("a", "b?c", "200", "200", "d", "200", "200", "e", "end") },
    {
      bodies: ["a", "a", "ab", "ab?", "ab?", "ab?c", "ab?cd", "ab?cde", "ab?cde"],
      lines: [
        ...['piece "a"', 'piece "b?c"', "forwards 1 of 3, held 3", 'piece "?"', "forwards 1 of 2, held 0", 'piece "?"'],
        ...['piece "d"', "forwards 1 of 2, held 1", 'piece "?"', "forwards 1 of 1, held 0"],
        ...['piece "e"', 'piece "", the last'],
      ],
    },
  ],
  [
    { mode: "hold some of a response that ends", steps: steps("b?c", "200", "end", "200") },
    {
      bodies: ["", "b", "b", "b?c"],
      lines: ['piece "b?c"', "forwards 1 of 3, held 3", 'piece "?"', 'piece "", the last', "forwards 2 of 2, held 0"],
    },
  ],
  [
    { mode: "hold some of a response with trailers", steps: steps("b?c", "200", "trailers", "200") },
    {
      ...{ bodies: ["", "b", "b", "b?c"], trailer: "yes" },
      lines: ['piece "b?c"', "forwards 1 of 3, held 3", 'piece "?"', "forwards 2 of 2, held 0"],
    },
  ],
  [
    { mode: "hold whole response", steps: steps("a", "b?", "end", "200") },
    { bodies: ["", "", "", "<ab?>"], lines: ['piece "ab?", the last', 'held "ab?", complete'] },
  ],
  [
    { mode: "hold whole response with trailers", steps: steps("a", "b?", "trailers", "200") },
    {
      ...{ bodies: ["", "", "", "<ab?>"], trailer: "yes" },
      lines: ['piece "ab?", the last', 'held "ab?", complete', "trailers yes"],
    },
  ],
  [
    { mode: "hold request", steps: steps("a", "b?", "c", "200", "d", "end") },
    {
      bodies: ["a", "a", "a", "a<b?c>", "a<b?c>d", "a<b?c>d"],
      lines: ['piece "a"', 'piece "b?"', 'held "b?c"', 'piece "d"', 'piece "", the last'],
      ...{ status: 0 },
    },
  ],
  [
    { mode: "hold request at once", steps: steps("b?", "c", "200", "d", "end") },
    {
      bodies: ["", "", "<b?c>", "<b?c>d", "<b?c>d"],
      lines: ['piece "b?"', 'held "b?c"', 'piece "d"', 'piece "", the last'],
      ...{ status: 0 },
    },
  ],
  [
    { mode: "hold request that ends", steps: steps("b?", "end", "fail") },
    { bodies: ["", "", "b?"], lines: ['piece "b?"', 'held "b?", complete'], status: 0 },
  ],
  [
    { mode: "hold request with trailers", steps: steps("a", "b?", "trailers", "200") },
    {
      ...{ bodies: ["a", "a", "a", "a<b?>"], trailer: "yes", status: 0 },
      lines: ['piece "a"', 'piece "b?"', 'held "b?", complete', "trailers yes"],
    },
  ],
  [
    { mode: "hold whole request with trailers", steps: steps("a", "b?", "trailers", "200") },
    {
      ...{ bodies: ["", "", "", "<ab?>"], trailer: "yes", status: 0 },
      lines: ['piece "ab?", the last', 'held "ab?", complete', "trailers yes"],
    },
  ],
];

describe("a body that is paused for a callout", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(plays.map(([play]) => play));
  });
  after(() => stage?.close());

  for (const [play, wanted] of plays) {
    const lines = [...(wanted.lines ?? []), "done"];
    const expected = { end: "clean", status: 200, trailer: "", ...wanted, lines };
    for (const position of ["downstream", "upstream"] as const)
      it(`${play.mode}, ${position}`, async () => {
        assert.deepEqual(playOnNode(play, position, [1, 40]), expected, "Node host");
        assert.deepEqual(playOnNode(play, position, [1, 36]), expected, "Node host, Envoy before 1.40");
        assert.deepEqual(await stage.play(play, position), expected, "Envoy");
      });
  }
});

// On HTTP/2 Envoy's window is the limit, on HTTP/1.1 the listener's buffer is.
describe("a body that is paused and grows above the buffer limit", () => {
  const large = Buffer.from(`b?${"x".repeat(200_000)}`);
  const limited = { bufferLimitBytes: 32_768, silentSide: true };
  const runs: [run: Run, wanted: Partial<Seen>][] = [
    [
      { mode: "hold response", ...limited, reply: { chunks: [Buffer.from("a"), large] } },
      { status: 200, body: "a", end: "reset", details: "response_payload_too_large" },
    ],
    [
      { mode: "hold request", ...limited, request: { chunks: [large] } },
      { status: 413, body: "Payload Too Large", end: "clean", details: "request_payload_too_large" },
    ],
  ];
  let envoy: RealHost;
  before(async () => {
    envoy = await RealHost.start(runs.map(([run]) => run));
  });
  after(() => envoy?.close());

  for (const [run, wanted] of runs)
    it(run.mode, async () => {
      const withoutLines = ({ status, body, end, details }: Seen): Partial<Seen> => ({ status, body, end, details });
      assert.deepEqual(withoutLines(onNode(run)), wanted, "Node host");
      const real = await envoy.run(run);
      assert.deepEqual(withoutLines(real), wanted, "Envoy");
      assert.equal(real.lines.at(-1), "done");
      assert.ok(!real.lines.some((line) => line.startsWith("held")));
    });
});
