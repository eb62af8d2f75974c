import OpenAI from "openai";

/** One streamed chat as the client received it. */
export interface Chat {
  text: string;
  /** The bytes of every event, without the empty line after it. */
  events: string[];
  request: { line: string; headers: [string, string][]; body: string };
  response: { status: number; headers: Headers };
  /** From the request to the first part of the text or the reasoning, in ms. */
  firstMs: number;
}

/** The API key of a client that has no key of the gateway. */
export const ANY_KEY = "the-client-s-own-key";

/** Streams one chat with the official client, and passes on each part of the response when it arrives. */
export async function streamChat(
  baseUrl: string,
  model: string,
  content: string,
  onText: (text: string) => void,
  apiKey = ANY_KEY,
): Promise<Chat> {
  const chat: Chat = {
    text: "",
    events: [],
    request: { line: "", headers: [], body: "" },
    response: { status: 0, headers: new Headers() },
    firstMs: 0,
  };
  let raw: Promise<string> = Promise.resolve("");
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    maxRetries: 0,
    fetch: async (url, init) => {
      const { pathname } = new URL(String(url));
      const headers = [...new Headers(init?.headers as HeadersInit)];
      chat.request = { line: `${init?.method} ${pathname}`, headers, body: String(init?.body) };
      const response = await fetch(url as string, init as RequestInit);
      chat.response = { status: response.status, headers: response.headers };
      const [forClient, forUs] = response.body?.tee() ?? [null, null];
      raw = new Response(forUs).text();
      return new Response(forClient, response);
    },
  });
  const started = performance.now();
  const stream = await client.chat.completions.create({ model, stream: true, messages: [{ role: "user", content }] });
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta as { content?: string | null; reasoning_content?: string } | undefined;
    const piece = delta?.content ?? "";
    if (!chat.firstMs && (piece || delta?.reasoning_content)) chat.firstMs = performance.now() - started;
    chat.text += piece;
    onText(piece);
  }
  chat.events = (await raw).split("\n\n").filter(Boolean);
  return chat;
}
