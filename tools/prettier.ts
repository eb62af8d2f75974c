/** The path of prettier. */
export const prettier = "node_modules/prettier/bin/prettier.cjs";

/** Lets prettier skip files that it found formatted before. It compares the content, so that a new checkout does not empty the cache. */
export const prettierCache = ["--cache", "--cache-strategy", "content", "--cache-location", "build/.prettier"];
