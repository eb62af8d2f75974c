// SPDX-License-Identifier: Apache-2.0
// Forms of any shape, cut anywhere: the one part that is called `model` is mapped, and every other byte stays.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 5_000;
const configuration = {
  provider: { type: "openai", apiToken: "sk-test-openai", modelMapping: { asked: "the model that serves", "": "" } },
};
const boundaries = ["B", "----WebKitFormBoundary7MA4", "a'()+_,-./:=?b", "--"];
/** https://www.rfc-editor.org/rfc/rfc7578#section-4.2, and what clients make of it. */
const ofModel = [
  'name="model"',
  "name=model",
  'NAME = "mo\\del"',
  'filename="x"; name="model"',
  'name="model"; filename=f',
];
const ofOthers = ['name="Model"', 'name="models"', "name=file", 'filename="name=\\"model\\""; name=f', 'xname="model"'];
const spellings = [
  "Content-Disposition: form-data; ",
  "content-disposition:form-data;\r\n\t",
  "CONTENT-DISPOSITION : x;",
];
const before = ["", "Content-Type: text/plain\r\n", "X-Name: model\r\n"];

/** A form, and what becomes of it: null where it names two models. */
function makeForm(random: Random, boundary: string): { sent: string; mapped: string | null } {
  const pieces = ["\r\n", "\r", "\n", "--", `--${boundary}`, `\r\n--${boundary}`, "x", "\0", "model", "asked", ": "];
  const text = (): string => {
    const content = Array.from({ length: random.below(8) }, () => random.pick(pieces)).join("");
    // What would end the part is no content of it.
    return content.replaceAll(`\r\n--${boundary}`, `\r\n--${boundary}y`).replace(new RegExp("^--"), "y--");
  };
  let [sent, mapped, models] = ["", "", 0];
  const add = (bytes: string, instead = bytes): void => {
    sent += bytes;
    mapped += instead;
  };
  if (!random.below(4)) add(`${text()}\r\n`);
  for (let count = random.below(6); count >= 0; count--) {
    const isModel = random.below(4) === 0;
    const name = random.pick(isModel ? ofModel : ofOthers);
    add(
      `--${boundary}${random.pick(["", "", " \t"])}\r\n${random.pick(before)}${random.pick(spellings)}${name}\r\n\r\n`,
    );
    if (isModel) add("asked", "the model that serves");
    else add(text());
    add("\r\n");
    if (isModel) models++;
  }
  add(random.below(4) ? `--${boundary}--\r\nepilogue` : `--${boundary}`);
  return { sent, mapped: models > 1 ? null : mapped };
}

it(`a form's model is mapped wherever it stands, ${ROUNDS} times (seed ${seed()})`, () => {
  const random = new Random(seed());
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "warn" });
  const context = host.configure("ai-proxy", JSON.stringify(configuration));
  assert.ok(context);
  const seen = { mapped: 0, kept: 0, twice: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const boundary = random.pick(boundaries);
    const { sent, mapped } = makeForm(random, boundary);
    const bytes = Buffer.from(sent, "latin1");
    const chunks: Buffer[] = [];
    for (let from = 0; from < bytes.length;) {
      const size = 1 + random.below(random.below(2) ? 8 : bytes.length);
      chunks.push(bytes.subarray(from, from + size));
      from += size;
    }
    const { received, response } = runExchange(
      host,
      context,
      {
        method: "POST",
        path: "/v1/audio/transcriptions",
        authority: "gateway.example",
        headers: [
          ["content-type", `multipart/form-data; boundary="${boundary}"`],
          ["content-length", String(bytes.length)],
        ],
        chunks,
      },
      { answer: () => ({ status: 200, headers: [], chunks: [] }) },
    );
    const what = JSON.stringify({ seed: seed(), round, boundary, sent, chunks: chunks.map(({ length }) => length) });
    if (mapped === null) {
      assert.equal(response.status, 400, what);
      assert.match(response.body.toString(), /duplicate_parameter/, what);
    } else {
      assert.equal(received?.body.toString("latin1"), mapped, what);
      const length = received.headers.find(([name]) => name === "content-length")?.[1];
      assert.equal(length, String(Buffer.byteLength(mapped, "latin1")), what);
    }
    seen[mapped === null ? "twice" : mapped === sent ? "kept" : "mapped"]++;
  }
  for (const [kind, count] of Object.entries(seen)) assert.ok(count > ROUNDS / 20, `${kind}: ${count}`);
});
