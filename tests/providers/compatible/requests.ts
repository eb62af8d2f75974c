// SPDX-License-Identifier: Apache-2.0
import type { Exchange } from "../../harness/case.ts";
import type { JsonObject } from "../wire.ts";
import { type ApiName, CLIENT_PATHS, type Facts } from "./facts.ts";

/** The gateway's API key for the provider. */
export const KEY = "sk-gateway-for-tests";
const CLIENT_KEY = "sk-client-for-tests";
/** The client's name of the model. */
export const MODEL = "models-of-the-client";
/** A conversation. */
export const messages = [{ role: "user", content: "Hello!" }];
/** What a response costs. */
export const usage = { prompt_tokens: 11, completion_tokens: 22, total_tokens: 33 };

/** The requests of a client, and where they must arrive. */
export class Requests {
  protected readonly authority: string;
  protected readonly base: string;

  constructor(protected readonly facts: Facts) {
    const { host, pathname } = new URL(facts.base);
    this.authority = host;
    this.base = pathname;
  }

  protected chunk(choices: JsonObject[], usage?: JsonObject): JsonObject {
    const head = { id: "c", object: "chat.completion.chunk", created: 1, model: this.facts.model };
    return { ...head, choices, ...(usage ? { usage } : {}) };
  }

  protected request(name: ApiName, json: JsonObject, prefix = ""): Exchange["request"] {
    const path = (prefix ? `/${prefix}` : "") + CLIENT_PATHS[name];
    const headers = { authorization: `Bearer ${CLIENT_KEY}`, "x-api-key": CLIENT_KEY };
    return name === "models" || name === "model" ? { method: "GET", path, headers } : { path, headers, json };
  }

  /** Where the request must arrive, and with which key. */
  protected place(name: ApiName): NonNullable<Exclude<Exchange["expectUpstream"], false>> {
    const { host, pathname } = new URL(this.facts.apis[name]!);
    const { key, messagesKey } = this.facts;
    const isOwn = messagesKey !== undefined && name !== "chat";
    const headers = isOwn
      ? { [messagesKey]: KEY, authorization: null }
      : { authorization: `Bearer ${KEY}`, "x-api-key": null };
    return { authority: host, path: pathname, ...(key === "none" ? {} : { headers }) };
  }
}
