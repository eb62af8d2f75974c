import { playFailures } from "./demo/failover.ts";

try {
  if (!(await playFailures())) process.exitCode = 1;
} catch (error) {
  console.error(`demo-failover: ${(error as Error).message}`);
  process.exitCode = 1;
}
