/** Prettier's program. */
export const prettier = "node_modules/prettier/bin/prettier.cjs";

/** Lets it skip what it found formatted before: by content, so that a new checkout does not empty the cache. */
export const prettierCache = ["--cache", "--cache-strategy", "content", "--cache-location", "build/.prettier"];
