import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { asDecimal } from "../../../assembly/config/scalar";
import { jsonGet, JsonKind, jsonKind, jsonNumber } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { ServiceCall } from "../../../assembly/service/call";
import { Remote } from "../semantic/remote";

const RELATIONS: string[] = ["lt", "lte", "gt", "gte"];
const MOST_TOP: i64 = 100;
/** The most records that are tried. */
export const MOST_MATCHES: i32 = 10;

/** The fields of a record. */
export const PARTITION = "cache_partition";
export const KEY = "cache_key";
export const ENTRY = "cache_entry";

/** How a score is compared with the threshold. */
export const enum Relation {
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
}

/** What the scores of a store are. */
export const enum ScoreKind {
  /** Distances: the smaller, the closer. */
  Distance,
  /** Similarities: the greater, the closer. */
  Similarity,
  /** One or the other, as the collection was made. */
  Either,
}

const filter = new ByteBuffer();

/** What is stored with a vector. The slices are valid during the call. */
export class VectorRecord {
  /** What the request shares with those that may get its response: 64 hexadecimal digits. */
  partition: Slice = ABSENT;
  /** The key of the entry, alike. */
  key: Slice = ABSENT;
  /** A JSON array of numbers. */
  vector: Slice = ABSENT;
  /** The entry, where it is not in the cache's own store; else ABSENT. */
  entry: Slice = ABSENT;
}

/** Receives the records of a reply, the closest one first, as the values of its JSON, which may be of any kind. */
export abstract class MatchSink {
  /** Returns whether more records are taken. */
  abstract take(score: Slice, partition: Slice, key: Slice, entry: Slice): bool;

  /** Takes a record whose fields are in an object. */
  takeFields(score: Slice, fields: Slice): bool {
    return this.take(score, jsonGet(fields, PARTITION), jsonGet(fields, KEY), jsonGet(fields, ENTRY));
  }
}

/** A store of vectors. It writes HTTP requests and reads the responses. */
export abstract class VectorStore extends Remote {
  /** Whether the entries are stored with the vectors: there is no other store that all Envoys share. */
  keepsEntries: bool = false;
  /** The most records of a reply. */
  protected top: i32 = 1;
  protected collection: string = "";
  /** The threshold and its relation as a text. */
  limit: string = "";
  private threshold: f64 = 0;
  private relation: Relation = Relation.Less;

  /** What the scores are. */
  abstract get scores(): ScoreKind;

  /** The most bytes of an entry in a record. */
  get maxEntryBytes(): i32 {
    return i32.MAX_VALUE;
  }

  /** Whether the address of the collection is not known yet. */
  get needsAddress(): bool {
    return false;
  }

  /** Writes the call that asks for the address. */
  writeAddressCall(call: ServiceCall): void {}

  /** Reads the address from a response, a valid JSON value. */
  readAddress(root: Slice): bool {
    return false;
  }

  /** The collection is not there any more where it was. */
  forgetAddress(): void {}

  /** Writes the call that looks for the closest records of a partition. */
  abstract writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void;

  /** Reads a response with status 2xx, a valid JSON value. Returns `false` if it is none of this store. */
  abstract readMatches(root: Slice, sink: MatchSink): bool;

  /** Writes the call that stores a record, in the place of the one with the same key. */
  abstract writeUpsert(record: VectorRecord, call: ServiceCall): void;

  /** Whether a response with status 2xx, a valid JSON value or ABSENT, says that the record is stored. */
  isStored(root: Slice): bool {
    return true;
  }

  /** Whether a record with this score is close enough. */
  accepts(score: f64): bool {
    if (this.relation == Relation.Less) return score < this.threshold;
    if (this.relation == Relation.LessOrEqual) return score <= this.threshold;
    return this.relation == Relation.Greater ? score > this.threshold : score >= this.threshold;
  }

  /** Reads the options that all have. */
  protected readCommon(reader: ConfigReader): void {
    this.readService("", reader);
    this.top = min(<i32>reader.integerOrText("topK", 1, 1, MOST_TOP), MOST_MATCHES);
    this.readThreshold(reader);
  }

  /** Reads `collectionID`, which is required. */
  protected readCollection(reader: ConfigReader): void {
    this.collection = reader.requiredTextOrNumber("collectionID");
  }

  /** Writes what a record has beside its vector, as an object. */
  protected writeFields(record: VectorRecord, json: JsonWriter): void {
    this.writeMembers(record, json.beginObject());
    json.endObject();
  }

  /** Writes the same into an open object. */
  protected writeMembers(record: VectorRecord, json: JsonWriter): void {
    json.key(PARTITION).text(record.partition).key(KEY).text(record.key);
    if (record.entry != ABSENT) json.key(ENTRY).text(record.entry);
  }

  /** A filter for a partition: the field, an operator with an opening quote, and a closing one. Valid until the next call. */
  protected expression(before: string, partition: Slice, after: string): Slice {
    filter.clear();
    return filter.text(`${PARTITION}${before}`).append(partition).text(after).slice;
  }

  private readThreshold(reader: ConfigReader): void {
    const value = asDecimal(reader.value("threshold"));
    if (jsonKind(value) == JsonKind.Number) this.threshold = jsonNumber(value);
    else if (value != ABSENT) reader.fail("threshold", "must be a number");
    else reader.fail("threshold", "is required: Higress's default of 1000 takes every question for the same");
    const isDistance = this.scores == ScoreKind.Distance;
    const usual = isDistance ? Relation.Less : Relation.Greater;
    this.relation = reader.choice("thresholdRelation", RELATIONS, usual);
    this.limit = `${RELATIONS[this.relation]} ${sliceToString(value)}`;
    if (this.scores == ScoreKind.Either) {
      if (!reader.has("thresholdRelation"))
        reader.fail("thresholdRelation", "is required: gt for similarities such as cosine, lt for distances");
    } else if (isDistance != this.relation <= Relation.LessOrEqual)
      reader.fail(
        "thresholdRelation",
        `must be ${isDistance ? "lt or lte" : "gt or gte"}: ${this.type} has ${isDistance ? "distances" : "similarities"}`,
      );
  }
}
