let count = 0;

/** Notes a response of which the translation leaves something out, since the client's protocol has no place for it. */
export function noteLossy(): void {
  count++;
}

/** How many such responses were noted since the last call. */
export function takeLossy(): i32 {
  const noted = count;
  count = 0;
  return noted;
}
