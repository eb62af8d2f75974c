import { Exchange } from "../../exchange";

/** The request goes to the endpoint of the multimodal models. */
export const MULTIMODAL: u32 = 1;
/** Each event of the stream will hold all text so far. */
export const CUMULATIVE: u32 = 2;
/** The client wants its embeddings in Base64. */
export const BASE64: u32 = 4;

const CHOICES_SHIFT: u32 = 8;

/** Whether all of these were noted. */
export function hasNote(exchange: Exchange, note: u32): bool {
  return (exchange.notes & note) == note;
}

/** How many choices the client asked for. */
export function choicesWanted(exchange: Exchange): i32 {
  return max(<i32>(exchange.notes >> CHOICES_SHIFT), 1);
}

/** Notes how many choices the client asked for. */
export function noteChoices(exchange: Exchange, count: i64): void {
  const known = <u32>min<i64>(max<i64>(count, 1), 255);
  exchange.notes = (exchange.notes & ((1 << CHOICES_SHIFT) - 1)) | (known << CHOICES_SHIFT);
}
