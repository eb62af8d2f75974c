import "./noop";
export * from "../../../assembly/plugin/entry/core";
export * from "../../../assembly/plugin/entry/request-body";
