// JavaScript, because as-pect loads it without tsx.
export default {
  entries: ["tests/unit/**/*.spec.ts"],
  include: [],
  disclude: [/node_modules/],
  outputBinary: false,
  /** Pure parts import nothing from a host: the module gets as-pect's own imports and no others. */
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
};
