// SPDX-License-Identifier: Apache-2.0
// Streams whose texts are checked: however a stream is cut into chunks, and however long the checker takes, the client gets the same bytes, and
// nothing of a text that was not checked.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { eventsIn, PROTOCOLS, sseOf } from "./cut-stream-protocols.ts";
import { cut, Guarded, isPiece, streamOf, type Event } from "./guarded-stream.ts";

describe("a checked stream", () => {
  for (const protocol of PROTOCOLS)
    it(`of ${protocol.name} is the same for every cut and delay, and has nothing that was not checked`, () => {
      const random = new Random(seed());
      const guarded = new Guarded();
      let refused = 0;
      for (let stream = 0; stream < 250; stream++) {
        const { events, isBad } = streamOf(protocol, random);
        const text = sseOf(events, "\n");
        const all = Buffer.from(text);
        const whole = guarded.play(protocol, [all], () => true);
        for (let run = 0; run < 9; run++) {
          const slowness = random.below(10);
          const body = guarded.play(protocol, cut(all, random), () => random.below(10) < slowness);
          assert.equal(body, whole);
          const got = eventsIn(body);
          const passed = guarded.passed.join("\n");
          const words = [...body.matchAll(/w\d+ /g)].map(([word]) => word);
          for (const word of words) assert.ok(passed.includes(word), `${word} was not checked`);
          if (!isBad) assert.equal(body, text);
          else {
            // The beginning alone is no reason to refuse.
            assert.ok(!body.includes('"D "'), "the refused text has passed");
            assert.ok(body.includes("No."), "the client is told");
            refused++;
            const kept = got.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(events[i]));
            for (const event of got.slice(kept)) assert.ok(!isPiece(event));
            if (protocol.name !== "Responses") protocol.ending(got.map(withId));
          }
        }
      }
      assert.ok(refused > 500);
    });
});

/** The chunks of a refusal have an id of their own. */
const withId = (event: Event): Event => (typeof event === "string" || !event.choices ? event : { ...event, id: "c" });
