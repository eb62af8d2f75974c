import { Slice } from "../../assembly/bytes/slice";
import { Verdict } from "../../assembly/limit/verdict";
import { HoldingFilter } from "../../assembly/plugin/hold-deadline";
import { RedisClient } from "../../assembly/redis/client";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { Reservation } from "./reservation";
import { checkShared, readReserved, reserveShared, settleShared } from "./shared-store";

const MOST_SPARE: i32 = 128;
/** Bytes of keys that are kept for the next request. */
const KEPT_BYTES: i32 = 1 << 10;

const spare: Admission[] = [];
const verdict = new Verdict();

/** A filter that waits until Redis has admitted its request, or more of its stream. */
export abstract class AdmittedFilter extends HoldingFilter {
  /** Redis has replied, or cannot. */
  abstract onAdmission(fault: RedisFault, reply: Slice): void;
}

/**
 * The command that admits a request in Redis, with what the request reserves, and later what its stream reserves in addition. If the stream ends
 * before the reply, it is settled then.
 */
export class Admission extends RedisCommand {
  /** What the request reserves. */
  readonly reservation: Reservation = new Reservation();
  private filter: AdmittedFilter | null = null;
  private redis: RedisClient | null = null;

  /** An unused one. */
  static take(): Admission {
    return spare.length ? spare.pop() : new Admission();
  }

  /** Sends it for a stream. Returns what `RedisClient.run` does. */
  ask(redis: RedisClient, filter: AdmittedFilter): RedisFault {
    const reservation = this.reservation;
    this.filter = filter;
    this.redis = redis;
    this.stream = filter.contextId;
    return reservation.isEmpty ? checkShared(redis, this, reservation.limits) : reserveShared(redis, this, reservation);
  }

  onResult(fault: RedisFault, reply: Slice): void {
    const filter = this.filter;
    if (filter) return filter.onAdmission(fault, reply);
    const reservation = this.reservation;
    if (fault == RedisFault.None) readReserved(reply, reservation, verdict);
    settleShared(this.redis!, reservation);
    this.recycle();
  }

  /** The stream or the root context has ended. */
  override drop(): void {
    const isLost = this.filter === null;
    if (isLost || this.reservation.isEmpty) super.drop();
    else this.outlive();
    this.filter = null;
    if (isLost) this.recycle();
  }

  /** Forgets the request. */
  reset(): void {
    this.filter = null;
    this.redis = null;
    this.reservation.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.reservation.free();
  }

  private recycle(): void {
    this.reset();
    if (spare.length < MOST_SPARE) spare.push(this);
    else this.free();
  }
}
