export * from "../../assembly/bridge/entry";
