// SPDX-License-Identifier: Apache-2.0
// Reads Envoy's metrics as Prometheus does.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Values of labels; those that are not named may be any. */
export type LabelMatch = Record<string, string>;

interface Sample {
  line: string;
  labels: LabelMatch;
  value: number;
}

/** The metrics of an Envoy at the port of its admin. */
export class Scrape {
  constructor(private readonly adminPort: number) {}

  /** The samples of a name. */
  async samples(name: string): Promise<Sample[]> {
    const text = await (await fetch(`http://127.0.0.1:${this.adminPort}/stats/prometheus`)).text();
    return text
      .split("\n")
      .filter((line) => line.startsWith(`${name}{`))
      .map((line) => ({ line, labels: labelsOf(line), value: Number(line.slice(line.lastIndexOf(" ") + 1)) }));
  }

  /** The sum of the samples with these labels; NaN if there are none. */
  async value(name: string, match: LabelMatch): Promise<number> {
    return sumOf(await this.matching(name, match));
  }

  /** The sum of the samples whose lines match. */
  async sum(name: string, pattern = /./): Promise<number> {
    return sumOf((await this.samples(name)).filter(({ line }) => pattern.test(line)));
  }

  /** Waits until the samples with these labels have this sum. */
  until(name: string, match: LabelMatch, expected: number): Promise<void> {
    return this.awaitSum(name, JSON.stringify(match), expected, () => this.value(name, match));
  }

  /** Waits until the samples whose lines match have this sum. */
  untilSum(name: string, pattern: RegExp, expected: number): Promise<void> {
    return this.awaitSum(name, String(pattern), expected, () => this.sum(name, pattern));
  }

  private async awaitSum(name: string, what: string, expected: number, read: () => Promise<number>): Promise<void> {
    let value = NaN;
    for (let attempt = 0; attempt < 400; attempt++, await sleep(50)) {
      value = await read();
      if (value === expected) return;
    }
    const lines = (await this.samples(name)).map(({ line }) => line);
    assert.fail(`${name} ${what} is ${value}, not ${expected}:\n${lines.join("\n")}`);
  }

  /** The bounds of a histogram's buckets, without `+Inf`, of the lines with a text. */
  async buckets(name: string, text: string): Promise<string[]> {
    const samples = (await this.samples(`${name}_bucket`)).filter(({ line }) => line.includes(text));
    return samples.map(({ labels }) => labels.le).filter((bound) => bound !== "+Inf");
  }

  private async matching(name: string, match: LabelMatch): Promise<Sample[]> {
    const wanted = Object.entries(match);
    return (await this.samples(name)).filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value));
  }
}

function labelsOf(line: string): LabelMatch {
  return Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
}

function sumOf(samples: Sample[]): number {
  return samples.length > 0 ? samples.reduce((sum, { value }) => sum + value, 0) : NaN;
}
