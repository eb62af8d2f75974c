/** One event as the tests see it; `raw` is the event's own bytes. */
export interface ReferenceEvent {
  data?: string;
  event?: string;
  id?: string;
  comment?: string;
  raw?: string;
  tooLong?: true;
}

/**
 * A decoder of whole streams that is as simple as possible: split into lines, then into blocks. Its strings are characters,
 * or with `latin1` the bytes themselves, including malformed ones.
 */
export function decodeWhole(stream: Buffer, encoding: "utf8" | "latin1" = "utf8"): ReferenceEvent[] {
  const text = stream.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  const events: ReferenceEvent[] = [];
  let block: string[] = [];
  let raw = "";
  for (const [, line, lineEnd] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (line === "" && block.length === 0) continue;
    raw += line! + lineEnd!;
    if (line !== "") block.push(line!);
    const isLast = lineEnd === "";
    if (line !== "" && !isLast) continue;
    events.push(readBlock(block, raw, encoding));
    block = [];
    raw = "";
  }
  return events;
}

function readBlock(lines: string[], raw: string, encoding: "utf8" | "latin1"): ReferenceEvent {
  const decoded = (latin1: string): string => Buffer.from(latin1, "latin1").toString(encoding);
  const event: ReferenceEvent = { raw: decoded(raw) };
  for (const line of lines) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
    if (name === "" && line.startsWith(":")) event.comment = decoded(value!);
    if (name === "data") event.data = event.data === undefined ? decoded(value!) : `${event.data}\n${decoded(value!)}`;
    if (name === "event" && value !== "") event.event = decoded(value!);
    if (name === "id" && !value!.includes("\0")) event.id = decoded(value!);
  }
  return event;
}

/** Reads the records of the module under test. */
export function readRecords(bytes: Buffer): ReferenceEvent[] {
  const names = { d: "data", e: "event", i: "id", c: "comment", r: "raw" } as const;
  const events: ReferenceEvent[] = [];
  let event: ReferenceEvent = {};
  for (let at = 0; at < bytes.length;) {
    const letter = String.fromCharCode(bytes[at++]!);
    if (letter === ";") {
      events.push(event);
      event = {};
      continue;
    }
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (letter === "t") event.tooLong = true;
    else event[names[letter as keyof typeof names]] = bytes.toString("utf8", at, at + size);
    at += size;
  }
  return events;
}
