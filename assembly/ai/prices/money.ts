import { ByteBuffer } from "../../bytes/buffer";

/** The decimals of an amount of money: it is counted in 10^-9 of the currency. */
export const MONEY_DECIMALS: i32 = 9;
/** One unit of the currency. */
export const MONEY_UNIT: i64 = 1_000_000_000;

/** Appends an amount as a decimal number without trailing zeros: 12500000000 is `12.5`. */
export function writeMoney(amount: i64, out: ByteBuffer): void {
  out.integer(amount / MONEY_UNIT);
  let rest = amount % MONEY_UNIT;
  if (rest <= 0) return;
  out.byte(0x2e);
  for (let digit = MONEY_UNIT / 10; rest > 0; digit /= 10) {
    out.byte(0x30 + <u32>(rest / digit));
    rest %= digit;
  }
}
