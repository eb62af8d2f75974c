import { HeaderEdits } from "../../../assembly/ai/header-edits";
import { AccessKey, sha256Hex } from "../../../plugins/ai-security-guard/checkers/aliyun/signature";
import { utf8 } from "../assembly/slices";

// The example with fixed values of
// https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
describe("the signature of Alibaba Cloud, version 3", () => {
  test("is that of the published example", () => {
    const headers = new HeaderEdits();
    const content = sha256Hex(utf8(""));
    expect(content).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    headers.setText("x-acs-action", "RunInstances");
    headers.setText("x-acs-content-sha256", content);
    headers.setText("x-acs-date", "2023-10-26T10:22:32Z");
    headers.setText("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d");
    headers.setText("x-acs-version", "2014-05-26");
    const query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
    const key = new AccessKey("YourAccessKeyId", "YourAccessKeySecret");
    expect(key.sign(query, "ecs.cn-shanghai.aliyuncs.com", headers, content)).toBe(
      "ACS3-HMAC-SHA256 Credential=YourAccessKeyId," +
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    );
  });
});
