// SPDX-License-Identifier: Apache-2.0
// Every API, by every form in which clients write its path, to every provider in every form of its address.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runExchange } from "./exchange.ts";
import { ADDRESSES, APIS, DEPLOYED, type Address, type ApiPath } from "./path-table.ts";
import { ProxyHost } from "./proxy-host.ts";

const FORM = '--B\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n--B--\r\n';
const BODIES = {
  chat: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] }),
  embeddings: JSON.stringify({ model: "m", input: "hi" }),
  json: JSON.stringify({ model: "m", input: "hi" }),
  form: FORM,
};
const answer = { status: 200, headers: [], chunks: [] };
const QUERY = "limit=2&b";
/** The version that Azure's clients send: it means something to nobody but the resource that they know. */
const DATED = "api-version=2024-10-21";

/** The paths by which clients ask for the API; those of Azure's have a dated version. */
function clientPaths({ tail }: ApiPath): { path: string; isDated: boolean }[] {
  const plain = [`/v1${tail}`, `/v1${tail}/`, `/openai/v1${tail}`].map((path) => ({ path, isDated: false }));
  // An API that nobody knows by name is one only at the beginning of a path.
  if (tail.startsWith("/new_things")) return plain;
  const behind = { path: `/tenant/a/v1${tail}`, isDated: false };
  const azures = DEPLOYED.includes(tail) ? `/openai/deployments/m${tail}` : `/openai${tail}`;
  return [...plain, behind, { path: azures, isDated: true }];
}

/** What the provider's pages say; null where it lacks the API. */
function expectedPath(address: Address, { tail }: ApiPath, client: string, isDated: boolean): string | null {
  const own = address.own && tail in address.own ? address.own[tail] : undefined;
  if (own === null) return null;
  const base = address.deployments && DEPLOYED.includes(tail) ? address.deployments : address.base;
  const keepsPath = address.base === null && !address.always;
  const path = keepsPath ? client : (address.always ?? own ?? `${base}${tail}`);
  const dated = isDated && keepsPath ? `&${DATED}` : "";
  return `${path}?${QUERY}${dated}${address.query ? `&${address.query}` : ""}`;
}

/** The types of providers without Anthropic's API: its messages become chats there. */
const CHATS_ONLY = ["openai", "azure", "ollama"];
const CHAT: ApiPath = APIS.find(({ tail }) => tail === "/chat/completions")!;

/** How the API is asked of the provider, which may translate it; "estimated" where the gateway replies itself. */
function askedAs(address: Address, api: ApiPath): ApiPath | "estimated" {
  const isOwn = address.own && typeof address.own[api.tail] === "string";
  const { type, protocol } = address.provider as { type: string; protocol?: string };
  if (type === "generic" || protocol === "original") return api;
  if (api.tail === "/messages" && !isOwn && CHATS_ONLY.includes(type)) return CHAT;
  // Responses become chats wherever there are none.
  if (api.tail === "/responses" && address.own?.[api.tail] === null) return CHAT;
  if (api.tail === "/messages/count_tokens" && !isOwn && type !== "vllm") return "estimated";
  return api;
}

for (const address of ADDRESSES) {
  describe(`${address.name} gets each API where it serves it`, () => {
    const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "warn" });
    const context = host.configure("ai-proxy", JSON.stringify({ provider: address.provider }));
    for (const api of APIS) {
      it(`${api.method} ${api.tail}`, () => {
        assert.ok(context, host.vm.logs.map(({ text }) => text).join());
        for (const { path, isDated } of clientPaths(api)) {
          const asked = askedAs(address, api);
          const body = asked === api || api.tail === "/responses" ? api.body : "chat";
          const type = api.body === "form" ? "multipart/form-data; boundary=B" : "application/json";
          const sent = runExchange(
            host,
            context,
            {
              method: api.method,
              path: `${address.prefix ?? ""}${path}?${QUERY}${isDated ? `&${DATED}` : ""}`,
              authority: "gateway.example",
              headers: api.body ? [["content-type", type]] : [],
              chunks: body ? [Buffer.from(BODIES[body])] : [],
            },
            { answer: () => answer },
          );
          const what = `${path}: ${sent.response.body.toString()}`;
          if (asked === "estimated") {
            assert.equal(sent.details, "ai-proxy.token_estimate", what);
            continue;
          }
          const same = expectedPath(address, asked, path.replace(api.tail, asked.tail), isDated);
          // The query of another API means nothing in a chat.
          const expected = asked === api ? same : same!.replace(`?${QUERY}&`, "?").replace(`?${QUERY}`, "");
          if (expected === null) {
            assert.equal(sent.details, "ai-proxy.unsupported_api", what);
            continue;
          }
          assert.equal(sent.received?.path, expected, what);
          assert.equal(sent.received.authority, address.authority, what);
        }
      });
    }
  });
}
