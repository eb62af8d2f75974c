// What V8 12 and later inlines without Liftoff, which is how Envoy runs it: `InliningTree::NoLiftoffBudget` in
// https://chromium.googlesource.com/v8/v8/+/refs/heads/main/src/wasm/inlining-tree.h

/** A function with a smaller body is small: many of them say that the compiler has not inlined. */
export const SMALL_BODY_BYTES = 50;

const [LEAST_GROWTH, GREATEST_GROWTH] = [2, 5];
const [FEW, MANY] = [0.25, 0.5];

/**
 * How many bytes of other functions V8 inlines into a function, for each byte of its own: more in a module in which many functions are
 * small.
 */
export function budgetGrowth(sizes: number[]): number {
  const small = sizes.filter((bytes) => bytes < SMALL_BODY_BYTES).length / sizes.length;
  const share = Math.min(1, Math.max(0, (small - FEW) / (MANY - FEW)));
  return LEAST_GROWTH + share * (GREATEST_GROWTH - LEAST_GROWTH);
}
