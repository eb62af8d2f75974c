/**
 * A second since 1970 as RFC 3339 writes it, as `2026-01-31T12:00:00Z`: years of 365.2425 days, counted from a March, so that a leap
 * day ends one. https://howardhinnant.github.io/date_algorithms.html#civil_from_days
 */
export function utcTime(second: i64): string {
  const days = second / 86_400 + 719_468;
  const day = days % 146_097;
  const year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
  const ofYear = day - (365 * year + year / 4 - year / 100);
  const march = (5 * ofYear + 2) / 153;
  const month = march < 10 ? march + 3 : march - 9;
  const years = (days / 146_097) * 400 + year + (month <= 2 ? 1 : 0);
  const date = `${padded(years, 4)}-${padded(month, 2)}-${padded(ofYear - (153 * march + 2) / 5 + 1, 2)}`;
  const time = second % 86_400;
  return `${date}T${padded(time / 3_600, 2)}:${padded((time / 60) % 60, 2)}:${padded(time % 60, 2)}Z`;
}

function padded(value: i64, digits: i32): string {
  return value.toString().padStart(digits, "0");
}
