import type Binaryen from "binaryen";

/** How a module is optimized: `optimizeLevel` and `shrinkLevel` of the AssemblyScript compiler. */
export interface Levels {
  optimizeLevel: number;
  shrinkLevel: number;
}

/** Functions of this size are always inlined where the code may grow: a call takes nearly as many bytes. */
const ALWAYS_INLINED = { fast: 8, small: 2 };
const NO_LIMIT = -1;

/**
 * Optimizes a module once more than the compiler does, which leaves large functions alone. Here a function that has a single caller becomes a part of
 * it: the module is smaller, and a request calls fewer functions (docs/decisions/0025). `keepsNames`: the names of functions stay.
 */
export async function optimizedAgain(bytes: Uint8Array, levels: Levels, keepsNames: boolean): Promise<Uint8Array> {
  // Only builds need it, and it takes half a second to load.
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(usedFeatures(binaryen));
    binaryen.setOptimizeLevel(levels.optimizeLevel);
    binaryen.setShrinkLevel(levels.shrinkLevel);
    binaryen.setDebugInfo(keepsNames);
    binaryen.setAlwaysInlineMaxSize(levels.shrinkLevel > 1 ? ALWAYS_INLINED.small : ALWAYS_INLINED.fast);
    binaryen.setOneCallerInlineMaxSize(NO_LIMIT);
    module.optimize();
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** The features of WebAssembly that the compiler uses, and no more: every Envoy with Wasm has them. */
export function usedFeatures({ Features }: typeof Binaryen): number {
  const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt, SIMD128 } = Features;
  return MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt | SIMD128;
}
