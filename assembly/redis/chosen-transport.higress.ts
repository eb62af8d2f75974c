// The transport of this build, by its own class: a call of it is a direct one.
export { HostCalls as Transport } from "./host-calls";
