import { Api } from "../../../assembly/ai/api";
import { RequestPath } from "../../../assembly/ai/request-path";
import { sliceStart } from "../../../assembly/bytes/slice";
import { textOf, utf8 } from "../assembly/slices";

const path = new RequestPath();

function read(text: string): string {
  path.read(utf8(text));
  const kind = path.api == Api.Unknown ? "unknown" : path.api == Api.Other ? "other" : "known";
  return `${kind} ${textOf(path.tail)} ${textOf(path.deployment)}${path.isDated ? " dated" : ""}`;
}

describe("the path of a request", () => {
  test("names an API by its end", () => {
    expect(read("/v1/chat/completions")).toBe("known /chat/completions ABSENT");
    expect(read("/a/b/v1/files/f-1/content/")).toBe("known /files/f-1/content ABSENT");
    expect(read("/v1/files/v1/content")).toBe("known /files/v1/content ABSENT");
    expect(read("/v1/models/v1/files")).toBe("known /files ABSENT");
    expect(path.api).toBe(Api.Files);
  });

  test("names one without a row below a known segment, and at its beginning whatever the segment", () => {
    expect(read("/x/v1/responses/r/input_items")).toBe("other /responses/r/input_items ABSENT");
    expect(read("/v1/new-things/a%2Fb")).toBe("other /new-things/a%2Fb ABSENT");
    expect(read("/x/v1/new-things")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/chat%2Fcompletions")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/")).toBe("unknown ABSENT ABSENT");
    expect(read("")).toBe("unknown ABSENT ABSENT");
    expect(read("/")).toBe("unknown ABSENT ABSENT");
  });

  test("names none behind empty segments and dots", () => {
    expect(read("/v1/files//content")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1//files")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/files/../models")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/files/.%2e")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/files/%2E/content")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/files/a\\..\\b")).toBe("unknown ABSENT ABSENT");
    expect(read("/v1/files/...")).toBe("known /files/... ABSENT");
    expect(read("/v1/files/%2")).toBe("known /files/%2 ABSENT");
    expect(read("/../v1/files")).toBe("known /files ABSENT");
  });

  test("may be Azure's", () => {
    expect(read("/openai/v1/responses")).toBe("known /responses ABSENT");
    expect(read("/openai/v1/new")).toBe("other /new ABSENT");
    expect(read("/openai/threads/t/runs")).toBe("other /threads/t/runs ABSENT dated");
    expect(read("/t/openai/deployments/my%20own/chat/completions")).toBe("known /chat/completions my%20own dated");
    expect(read("/openai/deployments/x/files")).toBe("unknown ABSENT ABSENT");
    expect(read("/openai/deployments//chat/completions")).toBe("unknown ABSENT ABSENT");
    expect(read("/openai/deployments/chat/completions")).toBe("known /completions chat dated");
    expect(read("/openai/new")).toBe("unknown ABSENT ABSENT");
  });

  test("may be DashScope's own, which is none of OpenAI's", () => {
    expect(read("/api/v1/uploads")).toBe("unknown ABSENT ABSENT");
    expect(read("/api/v1/files")).toBe("known /files ABSENT");
    expect(read("/tenant/api/v1/uploads")).toBe("other /uploads ABSENT");
  });

  test("gives parts of the path that was read last, also of one that is like the one before", () => {
    const before = "/t/openai/deployments/a/chat/completions";
    const deployment = "known /chat/completions a dated";
    expect(read(before)).toBe(deployment);
    const again = utf8(before);
    path.read(again);
    expect(sliceStart(path.tail)).toBe(sliceStart(again) + 23);
    expect(sliceStart(path.deployment)).toBe(sliceStart(again) + 22);
    expect(read(before)).toBe(deployment);
    const long = "/" + "x".repeat(300) + "/v1/files";
    expect(read(long)).toBe("known /files ABSENT");
    expect(read(long)).toBe("known /files ABSENT");
    expect(read("")).toBe("unknown ABSENT ABSENT");
    expect(read("/x/v1/nothing")).toBe("unknown ABSENT ABSENT");
    expect(read("/x/v1/nothing")).toBe("unknown ABSENT ABSENT");
  });
});
