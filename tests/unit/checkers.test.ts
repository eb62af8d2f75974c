// One module for all of them, since its compilation takes most of the time.
import "./checkers/aliyun.ts";
import "./checkers/azure.ts";
import "./checkers/bedrock.ts";
import "./checkers/judge.ts";
import "./checkers/lakera.ts";
import "./checkers/openai.ts";
import "./checkers/presidio.ts";
import "./checkers/webhook.ts";
import "./checkers/fuzz.ts";
import "./checkers/mocks.ts";
