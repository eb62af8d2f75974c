// One file for all pattern tests: the module is compiled and loaded once.
import "./pattern-syntax.ts";
import "./pattern-fuzz.ts";
import "./pattern-linear.ts";
import "./pattern-set.ts";
