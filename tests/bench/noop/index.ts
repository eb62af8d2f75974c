import "./noop";
export * from "../../../assembly/plugin/entry";
