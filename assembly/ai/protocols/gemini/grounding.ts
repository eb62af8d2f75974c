import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { freeUnmanaged } from "../../../bytes/unmanaged";
import { TextPlaces } from "../../../json/text-places";
import { jsonContent, jsonFirst, jsonFirstKey, jsonGet, jsonMemberValue, jsonNext } from "../../../json/value";
import { Choice } from "../../hub/choices";
import { citation, MOST_CITED_BYTES, placeOf } from "../../hub/citation";
import { ResponseSink } from "../../hub/response-sink";

/** Sources beyond these are left out. */
const MOST_SOURCES = 256;
/** A source may be repeated for several places: so many bytes more than what came. */
const MOST_REPEATED = 32 << 10;

const sources = new StaticArray<Slice>(MOST_SOURCES);

/**
 * The sources that a search has found for the candidate 0: its `groundingMetadata`. Of several the last one counts, which is whole. Sources
 * count that a part of the text refers to, all if none does. Places are bytes of UTF-8 in all texts of the candidate, as Google's own example
 * takes them; of another part than the first no place is known.
 * https://ai.google.dev/api/generate-content#GroundingMetadata, https://ai.google.dev/gemini-api/docs/google-search
 */
@unmanaged
export class Grounding {
  /** The text of the candidate. */
  readonly places: TextPlaces = new TextPlaces(true);
  private readonly metadata: ByteBuffer = new ByteBuffer();

  /** Keeps the `groundingMetadata` until the candidate ends. */
  keep(metadata: Slice, sink: ResponseSink): void {
    if (jsonFirst(jsonGet(metadata, "groundingChunks")) == ABSENT) return;
    this.metadata.clear();
    if (sliceSize(metadata) > MOST_CITED_BYTES) sink.lose();
    else this.metadata.append(metadata);
  }

  /** Gives the sources of the candidate, which ends. */
  give(choice: Choice, sink: ResponseSink): void {
    const metadata = this.metadata.slice;
    const chunks = jsonGet(metadata, "groundingChunks");
    let count = 0;
    for (let chunk = jsonFirst(chunks); chunk != ABSENT && count < MOST_SOURCES; chunk = jsonNext(chunks, chunk)) {
      sources[count++] = chunk;
    }
    let room = sliceSize(metadata) + MOST_REPEATED;
    const supports = jsonGet(metadata, "groundingSupports");
    for (let support = jsonFirst(supports); support != ABSENT; support = jsonNext(supports, support)) {
      const segment = jsonGet(support, "segment");
      const numbers = jsonGet(support, "groundingChunkIndices");
      for (let number = jsonFirst(numbers); number != ABSENT; number = jsonNext(numbers, number)) {
        const at = placeOf(number);
        if (<u32>at >= <u32>count) continue;
        room -= sliceSize(sources[at]);
        if (room < 0) return sink.lose();
        readPage(sources[at]);
        this.cite(segment, choice, sink);
      }
    }
    for (let i = 0; i < count && supports == ABSENT; i++) {
      readPage(sources[i]);
      sink.cite(choice, citation);
    }
  }

  /** Gives the pages that the model repeats texts of: `citationMetadata`, which says where. */
  giveRepeated(metadata: Slice, choice: Choice, sink: ResponseSink): void {
    const list = jsonGet(metadata, "citationSources");
    for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
      citation.set(jsonContent(jsonGet(item, "uri")), ABSENT, ABSENT);
      this.cite(item, choice, sink);
    }
  }

  /** Gives the memory and the object itself back, which is not used again. */
  dispose(): void {
    this.places.dispose();
    this.metadata.dispose();
    freeUnmanaged(this);
  }

  /** Gives the citation for the place of a segment. Google leaves out what is 0. */
  private cite(segment: Slice, choice: Choice, sink: ResponseSink): void {
    const places = this.places;
    if (placeOf(jsonGet(segment, "partIndex")) == 0) {
      const start = places.characterAt(placeOf(jsonGet(segment, "startIndex")));
      citation.place(start, places.characterAt(placeOf(jsonGet(segment, "endIndex"))));
    }
    sink.cite(choice, citation);
  }
}

/** Reads a chunk, which has one member: a page, a document or a place on a map, each with `uri` and `title`. */
function readPage(chunk: Slice): void {
  const key = jsonFirstKey(chunk);
  const found = key == ABSENT ? ABSENT : jsonMemberValue(chunk, key);
  citation.set(jsonContent(jsonGet(found, "uri")), jsonContent(jsonGet(found, "title")), ABSENT);
}
