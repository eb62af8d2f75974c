import OpenAI from "openai";

/** What one streamed chat looked like to the client. */
export interface Chat {
  text: string;
  /** Every event as the bytes that came, without the empty line behind it. */
  events: string[];
  request: { line: string; headers: [string, string][]; body: string };
}

/** What a client without a key of the gateway's sends as one. */
export const ANY_KEY = "the-client-s-own-key";

/** Streams one chat with the official client and hands on each piece of the answer as it arrives. */
export async function streamChat(
  baseUrl: string,
  model: string,
  content: string,
  onText: (text: string) => void,
  apiKey = ANY_KEY,
): Promise<Chat> {
  const chat: Chat = { text: "", events: [], request: { line: "", headers: [], body: "" } };
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
      const [forClient, forUs] = response.body?.tee() ?? [null, null];
      raw = new Response(forUs).text();
      return new Response(forClient, response);
    },
  });
  const stream = await client.chat.completions.create({ model, stream: true, messages: [{ role: "user", content }] });
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content ?? "";
    chat.text += piece;
    onText(piece);
  }
  chat.events = (await raw).split("\n\n").filter(Boolean);
  return chat;
}
