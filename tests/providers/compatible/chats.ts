// SPDX-License-Identifier: Apache-2.0
import type { Exchange } from "../../harness/case.ts";
import type { JsonObject } from "../wire.ts";
import { MODES, streamReply, streamResponse, wholeReply, wholeResponse } from "./reasoning.ts";
import { messages, MODEL, Requests, usage } from "./requests.ts";

const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
};

/** The chats that every provider must serve. */
export class Chats extends Requests {
  protected chat(): Exchange {
    return {
      name: "a chat",
      request: this.request("chat", { model: MODEL, messages }),
      expectUpstream: { ...this.place("chat"), json: { model: this.facts.model, messages } },
      expect: {
        status: 200,
        headers: { "x-ai-provider": "plain", "x-ai-model": this.facts.model, "x-ai-dropped-params": null },
        json: { $includes: { object: "chat.completion", model: this.facts.model } },
      },
    };
  }

  protected stream(): Exchange {
    const asked = this.facts.usage === "asked" ? { stream_options: { include_usage: true } } : {};
    const content = [{ role: "assistant", content: "" }, { content: "Hello" }, {}];
    const events = content.map((delta, i) => this.chunk([{ index: 0, delta, finish_reason: i === 2 ? "stop" : null }]));
    const comment = this.facts.comment ? [`${this.facts.comment}\n\n`] : [];
    const last = this.facts.usage === "asked" ? [this.chunk([], usage)] : [];
    return {
      name: "a stream, whose usage only the gateway wants",
      request: this.request("chat", { model: MODEL, messages, stream: true }),
      reply: { sse: [...comment, events[0], ...comment, events[1], events[2], ...last, "[DONE]"] },
      expectUpstream: { ...this.place("chat"), json: { model: this.facts.model, messages, stream: true, ...asked } },
      expect: { status: 200, sse: [...events, "[DONE]"] },
    };
  }

  protected usage(): Exchange {
    const events = [this.chunk([{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }]), this.chunk([], usage)];
    const body = { messages, stream: true, stream_options: { include_usage: true } };
    const { stream_options, ...rest } = body;
    const isRefused = this.facts.refuses.fields.includes("stream_options");
    return {
      name: "usage that the client wants",
      request: this.request("chat", { model: MODEL, ...body }),
      reply: { sse: [...events, "[DONE]"] },
      expectUpstream: { json: { model: this.facts.model, ...rest, ...(isRefused ? {} : { stream_options }) } },
      expect: { status: 200, sse: [...events, "[DONE]"] },
    };
  }

  protected tools(): Exchange {
    const body = { messages: [{ role: "user", content: "The weather?" }], tools: [weather], tool_choice: "required" };
    return {
      name: "a tool",
      request: this.request("chat", { model: MODEL, ...body }),
      expectUpstream: { ...this.place("chat"), json: { model: this.facts.model, ...body } },
      expect: { status: 200, json: { $includes: { choices: { $any: "array" } } }, bodySameAsUpstream: true },
    };
  }

  protected limits(): Exchange {
    const { limit } = this.facts;
    return {
      name: "a limit",
      request: this.request("chat", { model: MODEL, messages, max_completion_tokens: 5 }),
      expectUpstream: { json: { model: this.facts.model, messages, [limit ?? "max_completion_tokens"]: 5 } },
      expect: { status: 200 },
    };
  }

  protected developer(): Exchange {
    const asked = [{ role: "developer", content: "Be brief." }, ...messages];
    const role = this.facts.roles.includes("developer") ? "developer" : "system";
    return {
      name: "instructions of a developer",
      request: this.request("chat", { model: MODEL, messages: asked }),
      expectUpstream: { json: { model: this.facts.model, messages: [{ role, content: "Be brief." }, ...messages] } },
      expect: { status: 200 },
    };
  }

  /** The fields that the provider refuses, and those that it knows by another name. */
  protected fields(): Exchange[] {
    const { refuses, renames, model } = this.facts;
    const names = refuses.fields.filter((name) => !name.startsWith("messages."));
    const ofMessages = refuses.fields.filter((name) => name.startsWith("messages."));
    const refused = Object.fromEntries(names.map((name) => [name, REFUSED[name] ?? true]));
    const extra = Object.fromEntries(ofMessages.map((name) => [name.slice("messages.".length), "x"]));
    const exchanges: Exchange[] = [];
    if (refuses.fields.length > 0) {
      exchanges.push({
        name: "fields that are refused",
        request: this.request("chat", { model: MODEL, ...refused, messages: [{ ...messages[0], ...extra }] }),
        expectUpstream: { json: { model, messages } },
        expect: { status: 200, headers: { "x-ai-dropped-params": [...ofMessages, ...names].join(", ") } },
      });
      exchanges.push({
        name: "fields that are refused, with the values of the default",
        request: this.request("chat", { model: MODEL, messages, ...nullsOf(names) }),
        expectUpstream: { json: { model, messages } },
        expect: { status: 200, headers: { "x-ai-dropped-params": null } },
      });
    }
    if (refuses.keepsFor) {
      exchanges.push({
        name: "a model that takes them",
        request: this.request("chat", { model: refuses.keepsFor, messages, [names[0]]: 1 }),
        expectUpstream: { json: { model: refuses.keepsFor, messages, [names[0]]: 1 } },
        expect: { status: 200, headers: { "x-ai-dropped-params": null } },
      });
    }
    for (const [from, to] of Object.entries(renames)) {
      const [, ofMessage] = /^messages\.(.+)$/.exec(from) ?? [];
      if (ofMessage) {
        const told = (name: string): JsonObject[] => [{ [name]: "Hm", role: "assistant", content: "Yes" }, ...messages];
        exchanges.push({
          name: `the field ${from}`,
          request: this.request("chat", { model: MODEL, messages: told(ofMessage) }),
          expectUpstream: { json: { model, messages: told(to.slice("messages.".length)) } },
          expect: { status: 200, headers: { "x-ai-dropped-params": null } },
        });
        continue;
      }
      exchanges.push({
        name: `the field ${from}`,
        request: this.request("chat", { model: MODEL, messages, [from]: 7 }),
        expectUpstream: { json: { model, messages, [to]: 7 } },
        expect: { status: 200, headers: { "x-ai-dropped-params": null } },
      });
    }
    return exchanges;
  }

  protected reasoning(): Exchange[] {
    const forms = ["reasoning_content" as const, ...this.facts.reasoning.forms];
    return forms.flatMap((form) =>
      MODES.flatMap((mode): Exchange[] => [
        {
          name: `${form}, ${mode}`,
          request: this.request("chat", { model: MODEL, messages }, mode),
          reply: { json: wholeReply(form) },
          expect: { status: 200, json: wholeResponse(mode) },
        },
        {
          name: `${form}, ${mode}, streamed`,
          request: this.request("chat", { model: MODEL, messages, stream: true }, mode),
          reply: { sse: [...streamReply(form), "[DONE]"] },
          expect: { status: 200, sse: [...streamResponse(mode), "[DONE]"] },
        },
      ]),
    );
  }

  protected switches(): Exchange[] {
    const { switch: by, model } = this.facts;
    return ["high", "none"].map((effort): Exchange => {
      const isOn = effort !== "none";
      const value = by?.field === "thinking" ? { type: isOn ? "enabled" : "disabled" } : isOn;
      const kept = !by || (by.keepsEffort && isOn) ? { reasoning_effort: effort } : {};
      return {
        name: `reasoning_effort ${effort}`,
        request: this.request("chat", { model: MODEL, messages, reasoning_effort: effort }),
        expectUpstream: { json: { model, messages, ...kept, ...(by ? { [by.field]: value } : {}) } },
        expect: { status: 200 },
      };
    });
  }

  /** Failures with status 200. */
  protected failures(): Exchange[] {
    const { failure } = this.facts;
    if (!failure) return [];
    const holder = (Object.values(failure).find((value) => typeof value === "object") ?? failure) as JsonObject;
    const error = {
      $includes: {
        message: holder.message ?? holder.status_msg,
        type: "server_error",
        code: String(holder.code ?? holder.status_code),
      },
    };
    return [
      {
        name: "a failure with status 200",
        request: this.request("chat", { model: MODEL, messages }),
        reply: { json: failure },
        expect: { status: 500, headers: { "content-type": "application/json" }, json: { error } },
      },
      {
        name: "a failure in a stream",
        request: this.request("chat", { model: MODEL, messages, stream: true }),
        reply: { sse: [failure] },
        expect: { status: 200, sse: [{ $includes: { error } }] },
      },
    ];
  }
}

/** Values of fields that the gateway reads itself. */
const REFUSED: JsonObject = { n: 2, stream_options: { include_usage: true } };

/** The values that mean the same as no field. */
const nullsOf = (names: string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, name === "n" ? 1 : null]));
