/** The parts of a `chat.completion.chunk` that are compared here. */
interface Chunk {
  object?: unknown;
  id?: unknown;
  model?: unknown;
  choices?: { finish_reason?: string | null }[];
  error?: unknown;
}

/**
 * What is wrong with the events of a streamed chat: it must be one stream of one model, whose chunks have one id, with one finish
 * reason, no error, and one `[DONE]` at its end. Empty if nothing is.
 */
export function faultsOfStream(events: string[], model: string): string[] {
  const faults: string[] = [];
  if (events.at(-1) !== "data: [DONE]") faults.push("the stream does not end with [DONE]");
  const chunks = events.filter((event) => event !== "data: [DONE]").map(chunkOf);
  if (events.length !== chunks.length + 1) faults.push(`${events.length - chunks.length} events are [DONE]`);
  if (chunks.some((chunk) => chunk?.object !== "chat.completion.chunk")) faults.push("an event is no chunk of a chat");
  if (chunks.some((chunk) => chunk?.error !== undefined)) faults.push("an event is an error");
  if (new Set(chunks.map((chunk) => chunk?.id)).size !== 1) faults.push("the chunks have more than one id");
  if (chunks.some((chunk) => chunk?.model !== model)) faults.push(`a chunk is not from ${model}`);
  const ends = chunks.filter((chunk) => chunk?.choices?.some(({ finish_reason }) => finish_reason)).length;
  if (ends !== 1) faults.push(`${ends} chunks have a finish reason`);
  return faults;
}

function chunkOf(event: string): Chunk | undefined {
  try {
    return JSON.parse(event.replace(/^data: /, "")) as Chunk;
  } catch {
    return undefined;
  }
}
