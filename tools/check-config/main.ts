import { checkFiles } from "./files.ts";

const files = process.argv.slice(2).flatMap((argument) => argument.split(" ").filter(Boolean));
try {
  if (files.length === 0) throw new Error("name a file: make check-config FILE=envoy.yaml");
  const { accepted, lines } = checkFiles(files);
  for (const line of lines) console.log(line);
  process.exitCode = accepted ? 0 : 1;
} catch (error) {
  console.error(`check-config: ${(error as Error).message}`);
  process.exitCode = 1;
}
