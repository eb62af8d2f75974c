// SPDX-License-Identifier: Apache-2.0
// One client over one provider through a gateway, with the last request and response at the provider.
import type { RunningServer } from "../../providers/server.ts";
import type { ProviderReply } from "../../providers/types.ts";
import { type JsonObject, parseObject } from "../../providers/wire.ts";
import { chatClient } from "./chat-client.ts";
import { messagesClient } from "./messages-client.ts";
import {
  chatView,
  dashScopeView,
  geminiView,
  messagesView,
  type Received,
  type RequestView,
  responsesView,
} from "./received.ts";
import { responsesClient } from "./responses-client.ts";
import { type ClientName, type ProtocolName, type Provider, PROVIDERS, type Row } from "./rows.ts";
import type { Answer, Client, ClientMaker, Turn, Usage } from "./turn.ts";

const CLIENTS: Record<ClientName, ClientMaker> = {
  ...{ chat: chatClient, Messages: messagesClient, Responses: responsesClient },
};
const VIEWS: Record<ProtocolName, RequestView> = {
  ...{ chats: chatView, Responses: responsesView, Messages: messagesView },
  ...{ Gemini: geminiView, DashScope: dashScopeView },
};

/** A mock provider that keeps its last reply. */
export interface RecordedProvider extends RunningServer {
  last?: ProviderReply;
}

/** What an official client raises. */
export interface ClientError extends Error {
  status?: number;
  headers?: Headers;
  /** The body of the error, or its `error` for OpenAI's clients. */
  error?: unknown;
}

/** What the columns of the matrix test. */
export class Lane {
  private readonly client: Client;
  private headers = new Headers();

  constructor(
    private readonly row: Row,
    private readonly provider: RecordedProvider,
    baseUrl: string,
  ) {
    this.client = CLIENTS[row.client](baseUrl, async (url, init) => {
      const response = await fetch(url, init);
      this.headers = response.headers;
      return response;
    });
  }

  /** The models of the provider. */
  get models(): Provider["models"] {
    return PROVIDERS[this.row.provider].models;
  }

  /** What the client's protocol says at the end. */
  get finishes(): Client["finishes"] {
    return this.client.finishes;
  }

  /** Whether the client's protocol has a count of the reasoning's tokens. */
  get countsReasoning(): boolean {
    return this.row.client !== "Messages";
  }

  /** Whether an error has the shape that the client's protocol has for errors. */
  isOwnShape({ error }: ClientError): boolean {
    return this.client.isOwnShape(error);
  }

  /** Sends a turn and reads the answer. */
  ask(turn: Turn): Promise<Answer> {
    this.provider.last = undefined;
    return this.client.ask(turn);
  }

  /** Sends a turn that must fail. */
  async fail(turn: Turn): Promise<ClientError> {
    const answer = await this.ask(turn).catch((error: unknown) => error as ClientError);
    if (answer instanceof Error) return answer;
    return Object.assign(new Error("no error"), { name: "NoError" });
  }

  /** Whether the last request has reached the provider. */
  get hasArrived(): boolean {
    return this.provider.last !== undefined;
  }

  /** What the provider has received of the last request. */
  received(): Received {
    const request = this.provider.requests.at(-1)!;
    return VIEWS[this.row.protocol](parseObject(request.body)!);
  }

  /** The names in `x-ai-dropped-params`. */
  dropped(): string[] {
    return (this.headers.get("x-ai-dropped-params") ?? "").split(", ");
  }

  /** The provider's last response. */
  replied(): string {
    return Buffer.concat(this.provider.last?.chunks ?? []).toString();
  }

  /** The message of the provider's last error. */
  repliedMessage(): string {
    const message = /"message":\s*("(?:[^"\\]|\\.)*")[^{}]*\}/g;
    return JSON.parse([...this.replied().matchAll(message)].at(-1)?.[1] ?? '"?"') as string;
  }

  /** What the provider has counted in its last response. */
  repliedUsage(): Usage {
    const { usage, usageMetadata } = JSON.parse(this.replied()) as { usage: Counts; usageMetadata: Counts };
    if (usageMetadata) {
      const { promptTokenCount: input, candidatesTokenCount: text, thoughtsTokenCount: reasoning = 0 } = usageMetadata;
      return {
        input: input as number,
        output: (text as number) + (reasoning as number),
        reasoning: reasoning as number,
      };
    }
    const details = (usage.completion_tokens_details ?? usage.output_tokens_details) as Counts | undefined;
    return {
      input: (usage.prompt_tokens ?? usage.input_tokens) as number,
      output: (usage.completion_tokens ?? usage.output_tokens) as number,
      reasoning: details?.reasoning_tokens as number | undefined,
    };
  }
}

type Counts = JsonObject;
