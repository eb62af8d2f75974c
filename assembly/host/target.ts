/** Whether the module is for Higress's Envoy. `make build TARGET=higress` takes each `*.higress.ts` in place of the file beside it. */
export const IS_HIGRESS: bool = false;
