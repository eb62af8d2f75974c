import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** CPU time that all threads of a process have used so far, in µs. */
export function cpuMicros(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  // The first number of schedstat is the time on a CPU, in ns.
  const nanos = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanos.reduce((sum, value) => sum + value, 0) / 1000;
}

/** Memory of a process that is in RAM, in MB. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** Lets a process, including its threads, use all cores: it has those of the process that has started it. */
export function unpin(pid: number): void {
  keepOn(pid, `0-${cpus().length - 1}`);
}

/** Keeps a process, including its threads, on one core; false if the machine has only one, or no taskset. */
export function pin(pid: number, core: number): boolean {
  // The cores of the machine: those of this process are one, once it is pinned.
  if (cpus().length < 2) return false;
  return keepOn(pid, String(core));
}

const keepOn = (pid: number, cores: string): boolean =>
  spawnSync("taskset", ["-a", "-c", "-p", cores, String(pid)], { stdio: "ignore" }).status === 0;
