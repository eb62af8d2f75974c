/** The version of the plugin that this module is: the build puts `x-version` of its `schema.json` here. */
export const VERSION: string = "0.0.0-unreleased";
