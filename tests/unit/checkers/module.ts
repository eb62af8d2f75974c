import { loadModule } from "../module.ts";

/** The kinds of pieces, as the module numbers them. */
export const TEXT = 0;
export const IMAGE_URL = 1;
export const IMAGE_DATA = 2;

/** The sides of a conversation, as the module numbers them. */
export const REQUEST = 0;
export const RESPONSE = 1;

/** The roles of a text, as the module numbers them. */
export const SYSTEM = 1;
export const USER = 2;
export const ASSISTANT = 3;
export const TOOL = 4;

/** The HTTP request of a checker. */
export interface Call {
  cluster: string;
  authority: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What a checker says about a piece. */
export interface Verdict {
  kind: "pass" | "mask" | "block" | "failed";
  reason: string;
  labels: string;
  words: string;
  level: string;
  score: number;
  details: { type: string; level: string }[];
  code: number;
  message: string;
  masked: string;
}

const module = await loadModule("checkers");
const { exports } = module;
const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === "string" ? Buffer.from(text) : text);
const put = (text: string | Uint8Array): [number, number] => [module.put(bytesOf(text)), bytesOf(text).length];

/** The lines that reading a configuration of a checker gives: errors, and warnings. Empty if there are none. */
export function faultsOf(configuration: object | string): string[] {
  exports.configure!(...put(typeof configuration === "string" ? configuration : JSON.stringify(configuration)));
  return module.out().toString().split("\n").filter(Boolean);
}

/** Reads a configuration that must be right. The calls below are those of this checker. */
export function configure(configuration: object): void {
  const faults = faultsOf(configuration);
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

/** Uses the checker for a consumer until the next configuration. */
export function setConsumer(name: string): void {
  exports.setConsumer!(...put(name));
}

/** Whether the checker takes pieces of a kind. */
export function takes(kind: number): boolean {
  return exports.takes!(kind) === 1;
}

/** Sets the piece that is checked by the calls below. */
export function setPiece(content: string | Uint8Array, kind = TEXT, side = REQUEST, role = USER, media = ""): void {
  exports.setMedia!(...put(media));
  exports.setPiece!(...put(content), kind, side, role);
}

/** The call for the piece, written at a time in seconds. */
export function writeCall(time = 1_698_315_752): Call {
  exports.writeCall!(BigInt(time), 0x31568532_99f313e2n, 0x3d1673dc_12e1703dn);
  return JSON.parse(module.out().toString()) as Call;
}

/** The verdict of a reply to the call for the piece. */
export function readReply(body: object | string | Uint8Array, status = 200): Verdict {
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  exports.readReply!(status, ...put(isBytes ? body : JSON.stringify(body)));
  return JSON.parse(module.out().toString()) as Verdict;
}

/** The bytes of the module's memory. */
export function memoryBytes(): number {
  return module.memory.buffer.byteLength;
}
