import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT } from "../../../assembly/bytes/slice";
import { CooldownRecord, FREE, PROBE } from "../../../assembly/cooldown/record";
import { utf8 } from "../assembly/slices";

const BASE: u64 = 30_000;
const MOST: u64 = 600_000;
/** The random number that neither lengthens nor shortens a wait of `BASE`. */
const NEUTRAL: u64 = 7_500;

function failed(now: u64, wait: u64 = 0, jitter: u64 = NEUTRAL): CooldownRecord {
  const record = new CooldownRecord();
  record.fail(now, wait, BASE, MOST, jitter);
  return record;
}

describe("a cooldown", () => {
  test("is none at first", () => {
    expect(new CooldownRecord().state(1_000)).toBe(FREE);
  });

  test("lasts as long as the provider asks, at most the longest", () => {
    expect(failed(1_000, 5_000).state(1_000)).toBe(6_000);
    expect(failed(1_000, 5_000).state(5_999)).toBe(6_000);
    expect(failed(1_000, MOST + 1).state(1_000)).toBe(1_000 + MOST);
  });

  test("doubles from one failed probe to the next, up to the longest", () => {
    const record = failed(0);
    expect(record.until).toBe(30_000);
    record.fail(30_000, 0, BASE, MOST, 15_000);
    expect(record.until).toBe(90_000);
    let now: u64 = 90_000;
    for (let i = 0; i < 100; i++) {
      record.fail(now, 0, BASE, MOST, (<u64>i) << 40);
      expect(record.until - now).toBeLessThanOrEqual(MOST);
      now = record.until;
    }
    record.fail(now, 0, BASE, MOST, 0);
    expect(record.until - now).toBe(MOST);
  });

  test("has a jitter of a quarter", () => {
    expect(failed(0, 0, 0).until).toBe(22_500);
    expect(failed(0, 0, 15_000).until).toBe(37_500);
    for (let i = 0; i < 1000; i++) {
      const until = failed(0, 0, <u64>i * 0x9e3779b97f4a7c15).until;
      expect(until >= 22_500 && until <= 37_500).toBe(true);
    }
  });

  test("counts the failures of parallel requests once", () => {
    const record = failed(0);
    for (let i: u64 = 1; i < 100; i++) record.fail(i, 0, BASE, MOST, NEUTRAL);
    expect(record.failures).toBe(1);
    expect(record.until).toBe(30_099);
    // A shorter wait than the one that holds does not shorten it.
    record.fail(100, 1_000, BASE, MOST, NEUTRAL);
    expect(record.until).toBe(30_099);
  });

  test("gives one probe at its end, whose lease runs out", () => {
    const record = failed(0);
    expect(record.state(29_999)).toBe(30_000);
    expect(record.state(30_000)).toBe(PROBE);
    record.probe(30_000, 60_000);
    expect(record.state(30_001)).toBe(90_000);
    expect(record.state(90_000)).toBe(PROBE);
  });

  test("has no probe any more if its caller gives the lease back, and nobody else has taken it", () => {
    const record = failed(0);
    record.probe(30_000, 60_000);
    expect(record.release(29_999, 60_000)).toBe(false);
    expect(record.release(30_000, 60_000)).toBe(true);
    expect(record.state(30_001)).toBe(PROBE);
    expect(record.release(30_000, 60_000)).toBe(false);
    record.probe(30_001, 60_000);
    expect(record.release(30_000, 60_000)).toBe(false);
    expect(record.state(30_002)).toBe(90_001);
  });

  test("ends by a success, unless it began after that request", () => {
    const record = failed(1_000);
    expect(record.succeed(999)).toBe(false);
    expect(record.state(1_000)).toBe(31_000);
    expect(record.succeed(1_000)).toBe(true);
    expect(record.state(1_001)).toBe(FREE);
    expect(record.succeed(2_000)).toBe(false);
    record.fail(5_000, 0, BASE, MOST, NEUTRAL);
    expect(record.until).toBe(35_000);
  });

  test("is read as it was written; anything else is none", () => {
    const record = failed(1_000, 5_000);
    record.probe(6_000, 10);
    const bytes = new ByteBuffer();
    record.write(bytes);
    const read = new CooldownRecord();
    read.read(bytes.slice);
    expect(read.until).toBe(6_000);
    expect(read.failedAt).toBe(1_000);
    expect(read.lease).toBe(6_010);
    expect(read.failures).toBe(1);
    read.read(utf8("something else"));
    expect(read.state(0)).toBe(FREE);
    read.read(ABSENT);
    expect(read.state(0)).toBe(FREE);
  });
});
