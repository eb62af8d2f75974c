/** Whether the module is for Higress's Envoy. */
export const IS_HIGRESS: bool = true;
