// ai-proxy with an additional provider, which signs requests with headers that no other provider sets.
import { Api } from "../../../../assembly/ai/api";
import { ApiToken } from "../../../../plugins/ai-proxy/config/api-token";
import { Exchange } from "../../../../plugins/ai-proxy/exchange";
import { OpenAiCompatible } from "../../../../plugins/ai-proxy/openai-compatible";
import { PROVIDERS } from "../../../../plugins/ai-proxy/providers";

class Signed extends OpenAiCompatible {
  override authorize(token: ApiToken, exchange: Exchange): void {
    super.authorize(token, exchange);
    exchange.headers.setText("x-amz-security-token", "sk-test-session");
    exchange.headers.setText("x-client-version", "signed");
    exchange.headers.setText("x-tags", "signed");
    exchange.headers.remove("x-trace");
    for (let i = 0; i < 60; i++) exchange.headers.setText(`x-signed-${i}`, "sk-test-part");
  }
}

PROVIDERS.push(new Signed({ type: "signed", host: "signed.example", apis: [Api.ChatCompletions] }));
export * from "../../../../plugins/ai-proxy";
