// SPDX-License-Identifier: Apache-2.0
import type { Case, Exchange } from "../../harness/case.ts";
import type { JsonObject } from "../wire.ts";
import { Chats } from "./chats.ts";
import { type ApiName, CLIENT_PATHS, FACTS, type Facts } from "./facts.ts";
import { MODES, wholeResponse } from "./reasoning.ts";
import { KEY, messages, MODEL } from "./requests.ts";

/** The cases that the environment selects, as `selectedCases` does. */
export function selectedCompatibleCases(): Case[] {
  const { P, T } = process.env;
  const pattern = T ? new RegExp(T) : undefined;
  const cases = P && P !== "ai-proxy" ? [] : FACTS.map(compatibleCase);
  return cases.filter(({ name }) => !pattern || pattern.test(`ai-proxy: ${name}`));
}

/** The conformance of one provider, as a case for both hosts. */
export function compatibleCase(facts: Facts): Case {
  const suite = new Suite(facts);
  return {
    ...{ plugin: "ai-proxy", name: `compatible ${facts.type}`, description: `${facts.type} as its pages describe it.` },
    configuration: JSON.stringify(suite.configuration),
    routes: suite.routes,
    ...{ dialect: facts.type, upstreamHttp2: false, downstreamHttp2: false, stateful: false },
    exchanges: suite.exchanges(),
    logs: { contains: [], once: [], excludes: [] },
  };
}

class Suite extends Chats {
  /** A provider for each thing that a configuration can change. */
  private get variants(): Record<string, JsonObject> {
    const modes = MODES.map((mode) => [mode, { reasoningContentMode: mode }] as const);
    return {
      ...Object.fromEntries(modes),
      beside: { basePath: "/team" },
      below: { basePath: "/v1/team" },
      proxied: { providerBasePath: "/proxy", providerDomain: "proxy.example:8443" },
      refused: { apiTokens: ["sk-invalid-for-tests"] },
    };
  }

  get configuration(): JsonObject {
    const { type, options, key, model } = this.facts;
    const own = {
      ...{ type, ...options, modelMapping: { [MODEL]: model } },
      ...(key === "none" ? {} : { apiTokens: [KEY] }),
    };
    const variants = Object.entries(this.variants).map(([id, options]) => ({ id, ...own, ...options }));
    return { providers: [{ id: "plain", ...own }, ...variants], activeProviderId: "plain" };
  }

  get routes(): Case["routes"] {
    const prefixes = Object.keys(this.variants).map((id) => {
      const prefix = id === "beside" ? "/team/" : id === "below" ? "/v1/team/" : `/${id}/`;
      return { name: id, match: { prefix }, metadata: { activeProviderId: id } };
    });
    return [...prefixes, { name: "default" }];
  }

  exchanges(): Exchange[] {
    const chats = this.facts.apis.chat
      ? [
          ...[this.chat(), this.stream(), this.usage(), this.tools(), this.limits(), this.developer()],
          ...[...this.fields(), ...this.reasoning(), ...this.switches(), ...this.failures()],
          ...[...this.errors(), ...this.places()],
        ]
      : [];
    return [...chats, ...this.apis(), ...this.key(), this.unknownPath()];
  }

  private errors(): Exchange[] {
    return ["rate-limited", "server-error"].map((fault) => ({
      name: `an error: ${fault}`,
      request: this.request("chat", { model: `m-${fault}`, messages }),
      expectUpstream: this.place("chat"),
      expect: {
        status: fault === "rate-limited" ? 429 : 500,
        headers: { "content-type": { matches: "^application/json" } },
        json: {
          error: { $includes: { message: { $match: fault === "rate-limited" ? "Rate limit" : "had an error" } } },
        },
      },
    }));
  }

  /** The paths below and beside `/v1`, and a proxy in front of the provider. */
  private places(): Exchange[] {
    const asked = { model: MODEL, messages };
    const exchange = (name: string, prefix: string, path: string, authority = this.authority): Exchange => ({
      name: `a base path ${name}`,
      request: { ...this.request("chat", asked), path: prefix + CLIENT_PATHS.chat },
      reply: { json: wholeResponse("ignore") },
      expectUpstream: { authority, path },
      expect: { status: 200, json: wholeResponse("ignore") },
    });
    const path = `${this.base}/chat/completions`;
    return [
      exchange("beside /v1", "/team", path),
      exchange("below /v1", "/v1/team", path),
      exchange("of a proxy", "/proxied", `/proxy${path}`, "proxy.example:8443"),
    ];
  }

  /** Every other API: at its URL, or refused by name. */
  private apis(): Exchange[] {
    const names = (Object.keys(CLIENT_PATHS) as ApiName[]).filter((name) => name !== "chat" || !this.facts.apis.chat);
    return names.map((name): Exchange => {
      const isServed = this.facts.apis[name] !== undefined;
      const request = this.request(name, { model: MODEL, input: "x", messages, max_tokens: 9 });
      if (isServed) {
        const reply = { json: { object: "list", data: [] } };
        return {
          name,
          request,
          reply,
          expectUpstream: this.place(name),
          expect: { status: 200, bodySameAsUpstream: true },
        };
      }
      if (this.facts.apis.chat && (name === "messages" || name === "responses")) return this.translated(name, request);
      if (name === "countTokens") {
        const json = { input_tokens: { $any: "number" } };
        return {
          name,
          request,
          expectUpstream: false,
          expect: { status: 200, json, headers: { "x-ai-estimated": "input_tokens" } },
        };
      }
      const message = { $match: "plain" };
      const json =
        name === "messages"
          ? { type: "error", error: { type: "not_found_error", message } }
          : { error: { $includes: { code: "unsupported_api", message } } };
      return { name, request, expectUpstream: false, expect: { status: 404, json } };
    });
  }

  /** A request of Anthropic's Messages or OpenAI's Responses, which the gateway translates into a chat. */
  private translated(name: "messages" | "responses", request: Exchange["request"]): Exchange {
    const fields =
      name === "messages" ? { type: "message", role: "assistant" } : { object: "response", status: "completed" };
    return {
      name,
      request,
      reply: { json: wholeResponse("ignore") },
      expectUpstream: this.place("chat"),
      expect: {
        status: 200,
        headers: { "x-ai-translated": `${name}-to-chat` },
        json: { $includes: fields },
      },
    };
  }

  private key(): Exchange[] {
    if (this.facts.key === "none" || !this.facts.apis.chat) return [];
    return [
      {
        name: "an API key that the provider refuses",
        request: this.request("chat", { model: MODEL, messages }, "refused"),
        expectUpstream: { headers: { authorization: "Bearer sk-invalid-for-tests" } },
        expect: { status: 401, json: { error: { $includes: { message: { $match: "Incorrect API key" } } } } },
      },
    ];
  }

  private unknownPath(): Exchange {
    return {
      name: "a path that the gateway does not know",
      request: { ...this.request("models", {}), path: "/v1/batches_of_the_future?x=1" },
      expectUpstream: { authority: this.authority, path: `${this.base}/batches_of_the_future?x=1` },
      expect: { status: 404, json: { error: { $includes: { message: { $match: "Invalid URL" } } } } },
    };
  }
}
