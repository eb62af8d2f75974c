// SPDX-License-Identifier: Apache-2.0
// What the gRPC service of the tests does, the same for the real server and for the emulated one.

/** One thing that the service does to a stream. */
export type Action =
  | { kind: "headers"; metadata: Record<string, string> }
  | { kind: "message"; message: Buffer }
  | { kind: "end"; status: number; text: string; metadata: Record<string, string> }
  | { kind: "reset" }
  | { kind: "http"; status: number };

/** What happens to the service: a stream is opened, or the client sends. */
export type Event = "open" | "end" | Buffer;

const HEADERS: Action = { kind: "headers", metadata: { "x-server": "yes" } };
const end = (status: number, text = ""): Action => ({ kind: "end", status, text, metadata: { "x-end": "done" } });
const message = (text: string | Buffer): Action => ({ kind: "message", message: Buffer.from(text as string) });

/** More than a client of the kernel takes. */
const TOO_LARGE = 5 << 20;

/** What the service does; `client` is the value of `x-client` in the initial metadata. */
export function react(method: string, event: Event, client: string): Action[] {
  const text = Buffer.isBuffer(event) ? event.toString() : "";
  switch (method) {
    case "Chat":
      if (event === "open") return [HEADERS];
      if (event === "end") return [end(0)];
      return chat(text, client);
    case "Refuse":
      return event === "open" ? [end(7, "not for you, 100% sure")] : [];
    case "NotFound":
      return event === "open" ? [{ kind: "http", status: 404 }] : [];
    case "Large":
      return event === "open" ? [HEADERS, message(Buffer.alloc(TOO_LARGE, "x"))] : [];
    case "Ledger":
      return event === "open" ? [HEADERS] : text ? [message("ok")] : [end(0)];
    case "Say":
      return text ? [HEADERS, message(`said ${text} to ${client}`), end(0)] : [];
    case "Fail":
      return text ? [HEADERS, end(5, "not here")] : [];
    case "Nothing":
      return text ? [HEADERS, end(0)] : [];
    default:
      return [];
  }
}

function chat(text: string, client: string): Action[] {
  if (text === "bye") return [message("bye"), end(0, "as you say")];
  if (text === "fail") return [end(5, "not here")];
  if (text === "reset") return [{ kind: "reset" }];
  if (text === "twice") return [message("once"), message("twice")];
  if (text === "nothing") return [message("")];
  if (text === "silence") return [];
  return [message(`${text} from ${client}`)];
}
