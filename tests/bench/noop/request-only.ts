import "./noop";
export * from "../../../assembly/plugin/request-entry";
