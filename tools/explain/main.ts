import { explain } from "./explain.ts";
import { explanationLines } from "./print.ts";
import { readRequest } from "./request.ts";

const [file, requestFile] = process.argv.slice(2);
try {
  if (!file || !requestFile) throw new Error("name two files: make explain FILE=envoy.yaml REQUEST=request.json");
  const request = readRequest(requestFile);
  const explanation = explain(file, request);
  const isWrong = Array.isArray(explanation);
  for (const line of isWrong ? explanation : explanationLines(request, explanation)) console.log(line);
  process.exitCode = isWrong ? 1 : 0;
} catch (error) {
  console.error(`explain: ${(error as Error).message}`);
  process.exitCode = 1;
}
