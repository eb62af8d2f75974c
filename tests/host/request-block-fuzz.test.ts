// SPDX-License-Identifier: Apache-2.0
// Whatever URLs, headers and bodies a client sends, request-block decides as these few lines do, and never traps.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 10_000;
const config = {
  case_sensitive: false,
  normalize_path: true,
  block_exact_urls: ["/a/b", "/a?b=c d", "/x", "/b/"],
  block_regexp_urls: ["/(ab|ba)+", "/x[^/]{2,3}\\?[0-9]*"],
  block_urls: ["abba", "/c/", "%zz", "c++"],
  block_headers: ["zzy", "x-b\ny"],
  block_bodies: ["abcab", "bb", "caac"],
};
const reply = { answer: () => ({ status: 200, headers: [], chunks: [Buffer.from("answer")] }) };
const pathPieces = [
  "a",
  "b",
  "A",
  "B",
  "/",
  "/",
  "..",
  ".",
  "%61",
  "%2e",
  "%2F",
  "%42",
  "c",
  "x",
  "?",
  "b=c+d",
  "+",
  ";",
  ";a",
  "%3b",
  "\\",
  "%5C",
  "%zz",
  "%",
  "1",
];
const letters = ["a", "b", "c", "A", "B"];
// Not those of a request id, which Envoy adds.
const headerLetters = ["x", "y", "z", "Y", "Z"];

const decode = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** The URL as a server understands it; `asForm` as servlets and forms do. */
function normalized(url: string, asForm: boolean): string {
  const question = url.indexOf("?");
  const path = decode(question < 0 ? url : url.slice(0, question)).replaceAll("\\", "/");
  const text = question < 0 ? "" : url.slice(question + 1);
  const query = question < 0 ? "" : `?${decode(asForm ? text.replaceAll("+", " ") : text)}`;
  const kept: string[] = [];
  const segments = path
    .split("/")
    .slice(1)
    .map((segment) => (asForm ? segment.replace(/;.*/s, "") : segment));
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const last = segments.at(-1) ?? "";
  const end = ["", ".", ".."].includes(last) ? "/" : "";
  return `${kept.map((segment) => `/${segment}`).join("")}${end}${query}`;
}

function reasonOfUrl(url: string): string | null {
  const lower = url.toLowerCase();
  if (config.block_exact_urls.includes(lower)) return "url_blocked.exact";
  if (config.block_regexp_urls.some((text) => new RegExp(`^(?:${text})$`, "i").test(url))) return "url_blocked.regexp";
  return config.block_urls.some((text) => lower.includes(text)) ? "url_blocked.keyword" : null;
}

function reasonOf(url: string, headers: HeaderPair[], body: string): string | null {
  const ofUrl = reasonOfUrl(url) ?? reasonOfUrl(normalized(url, false)) ?? reasonOfUrl(normalized(url, true));
  if (ofUrl) return ofUrl;
  const lines = [[":path", url], ...headers].map(([name, value]) => `${name}\n${value}\n`.toLowerCase());
  if (config.block_headers.some((text) => lines.some((line) => line.includes(text)))) return "header_blocked.keyword";
  return config.block_bodies.some((text) => body.toLowerCase().includes(text)) ? "body_blocked.keyword" : null;
}

describe("request-block", () => {
  it(`decides as it should, ${ROUNDS} times`, () => {
    const random = new Random(seed());
    const text = (pieces: string[], most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(pieces)).join("");
    const host = new ProxyHost("build/request-block.wasm", { logLevel: "warn" });
    const context = host.configure("request-block", JSON.stringify(config));
    assert.ok(context);
    const seen = new Map<string | null, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const path = `/${text(pathPieces, 9)}`;
      const headers: HeaderPair[] = Array.from({ length: random.below(3) }, () => [
        random.pick(["x-a", "x-b"]),
        text(headerLetters, 6),
      ]);
      const body = text(letters, 12);
      const chunks = body === "" ? [] : body.split(/(?<=c)/).map((chunk) => Buffer.from(chunk));
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
      const { received, details } = runExchange(host, context, request, reply);
      const reason = reasonOf(path, headers, body);
      const what = JSON.stringify({ seed: seed(), round, path, headers, body });
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
      if (reason) assert.equal(details, `request-block.${reason}`, what);
      else assert.deepEqual([received?.path, received?.body.toString()], [path, body], `${what}: ${details}`);
      if (reason) assert.equal(received, null, what);
    }
    for (const way of ["exact", "regexp", "keyword"]) assert.ok((seen.get(`url_blocked.${way}`) ?? 0) > 20, way);
    for (const way of ["header", "body"]) assert.ok((seen.get(`${way}_blocked.keyword`) ?? 0) > 20, way);
    assert.ok((seen.get(null) ?? 0) > 20);
  });
});
