import { streamChat } from "./chat.ts";
import { installFuncE } from "./gateway/func-e.ts";
import { startMockGateway } from "./gateway/mock-gateway.ts";

try {
  installFuncE();
  const gateway = await startMockGateway("func-e");
  try {
    console.log(`${gateway.title} on ${gateway.url}`);
    process.stdout.write("answer  ");
    await streamChat(gateway.url, gateway.model, "Hello!", (text) => process.stdout.write(text));
    console.log('\n"make run ENGINE=func-e" runs it in the foreground');
  } finally {
    await gateway.close();
  }
} catch (error) {
  console.error(`func-e: ${(error as Error).message}`);
  process.exitCode = 1;
}
