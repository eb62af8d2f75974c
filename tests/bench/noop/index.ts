import "./noop";
export * from "../../../assembly/plugin/entry/core";
export * from "../../../assembly/plugin/entry/request-body";
export * from "../../../assembly/plugin/entry/response-headers";
export * from "../../../assembly/plugin/entry/response-body";
