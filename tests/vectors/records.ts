// SPDX-License-Identifier: Apache-2.0
import { isObject } from "../providers/wire.ts";
import { DIMENSIONS, dot } from "./words.ts";

/** What a store keeps of an entry of the cache. */
export interface VectorRecord {
  id: string;
  vector: number[];
  fields: Record<string, unknown>;
}

/** A record and how close it is, as a cosine. */
export interface Match {
  record: VectorRecord;
  cosine: number;
}

/** The records of one collection. */
export class Records {
  private readonly records = new Map<string, VectorRecord>();

  put(record: VectorRecord): void {
    this.records.set(record.id, record);
  }

  /** The closest records of a partition, the closest one first. */
  closest(partition: unknown, vector: number[], count: number): Match[] {
    return [...this.records.values()]
      .filter(({ fields }) => fields.cache_partition === partition)
      .map((record) => ({ record, cosine: dot(record.vector, vector) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, count);
  }
}

/** Whether a value is a vector of the collection. */
export const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length === DIMENSIONS && value.every((number) => typeof number === "number");

/** The object's members, if it has no others than these. */
export function only(value: unknown, names: string[]): Record<string, unknown> | undefined {
  return isObject(value) && Object.keys(value).every((name) => names.includes(name)) ? value : undefined;
}

/** Whether the fields are those of an entry of the cache: texts. */
export const areFields = (value: unknown): value is Record<string, unknown> =>
  isObject(value) &&
  typeof value.cache_partition === "string" &&
  Object.values(value).every((field) => typeof field === "string");
