// JavaScript, because as-pect loads it without tsx.
export default {
  entries: ["tests/unit/**/*.spec.ts"],
  include: [],
  disclude: [/node_modules/],
  outputBinary: false,
  /** Pure parts import no host function: the module gets only as-pect's own imports. */
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
};
