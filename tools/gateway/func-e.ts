import { installGoProgram } from "../go-program.ts";

/** Installs func-e into .tools if it is missing; throws an error of one line if Go is missing or fails. */
export const installFuncE = (): string => installGoProgram("github.com/tetratelabs/func-e/cmd/func-e@v1.6.0");
