import { isVisible } from "../../../../assembly/config/printable";
import { ConfigReader } from "../../../../assembly/config/reader";
import { Dimension, readLevel } from "./levels";

const ACTIONS = ["block", "mask"];
const MAX: i32 = 4;
const HIGH: i32 = 3;

/** What a dimension of MultiModalGuard does at its level: an index of `ACTIONS`, or not configured. */
type RiskAction = i32;
const NO_ACTION: RiskAction = -1;
const MASK: RiskAction = 1;

/** What may be different for a consumer: the services of Aliyun that check, the levels at which a text is refused, and what is masked. */
export class AliyunSettings {
  requestService: string = "";
  responseService: string = "";
  requestImageService: string = "";
  responseImageService: string = "";
  /** The level from which on TextModerationPlus blocks. */
  riskBar: i32 = HIGH;
  /** The levels from which on MultiModalGuard blocks, by dimension. */
  readonly bars: StaticArray<i32> = [MAX, MAX, MAX, MAX, MAX, MAX];
  /** The action of a consumer or of all dimensions, and that of sensitive data. Other dimensions only block. */
  private riskAction: RiskAction = NO_ACTION;
  private sensitiveAction: RiskAction = NO_ACTION;

  /** The services that an action has without configuration. */
  static of(isMultiModal: bool): AliyunSettings {
    const settings = new AliyunSettings();
    settings.requestService = isMultiModal ? "query_security_check" : "llm_query_moderation";
    settings.responseService = isMultiModal ? "response_security_check" : "llm_response_moderation";
    if (isMultiModal) settings.requestImageService = "img_query_security_check";
    return settings;
  }

  /** A copy. */
  clone(): AliyunSettings {
    const copy = new AliyunSettings();
    copy.takeRequestServices(this);
    copy.takeResponseServices(this);
    copy.takeLevels(this);
    return copy;
  }

  /** Takes over the services for requests. */
  takeRequestServices(other: AliyunSettings): void {
    this.requestService = other.requestService;
    this.requestImageService = other.requestImageService;
  }

  /** Takes over the services for responses. */
  takeResponseServices(other: AliyunSettings): void {
    this.responseService = other.responseService;
    this.responseImageService = other.responseImageService;
  }

  /** Takes over levels and actions. */
  takeLevels(other: AliyunSettings): void {
    this.riskBar = other.riskBar;
    for (let i = 0; i < this.bars.length; i++) this.bars[i] = other.bars[i];
    this.riskAction = other.riskAction;
    this.sensitiveAction = other.sensitiveAction;
  }

  /** Whether sensitive data is masked where Aliyun has a masked text. */
  get masks(): bool {
    const action = this.sensitiveAction != NO_ACTION ? this.sensitiveAction : this.riskAction;
    return action == MASK;
  }

  /** Reads `requestCheckService` and `requestImageCheckService`. */
  readRequestServices(reader: ConfigReader): void {
    this.requestService = readService(reader, "requestCheckService", this.requestService);
    this.requestImageService = readService(reader, "requestImageCheckService", this.requestImageService);
  }

  /** Reads `responseCheckService` and `responseImageCheckService`. */
  readResponseServices(reader: ConfigReader): void {
    this.responseService = readService(reader, "responseCheckService", this.responseService);
    this.responseImageService = readService(reader, "responseImageCheckService", this.responseImageService);
  }

  /** Reads the levels and actions. The action of a consumer precedes that of a dimension for all consumers. */
  readLevels(reader: ConfigReader, isMultiModal: bool): void {
    this.riskBar = readLevel(reader, "riskLevelBar", this.riskBar, 0);
    const bars = this.bars;
    bars[Dimension.ContentModeration] = readLevel(reader, "contentModerationLevelBar", bars[0], 1);
    bars[Dimension.PromptAttack] = readLevel(reader, "promptAttackLevelBar", bars[1], 1);
    bars[Dimension.SensitiveData] = readLevel(reader, "sensitiveDataLevelBar", bars[2], 1);
    bars[Dimension.MaliciousUrl] = readLevel(reader, "maliciousUrlLevelBar", bars[3], 1);
    bars[Dimension.ModelHallucination] = readLevel(reader, "modelHallucinationLevelBar", bars[4], 1);
    bars[Dimension.CustomLabel] = readLevel(reader, "customLabelLevelBar", bars[5], 1);
    const risk = readAction(reader, "riskAction", isMultiModal);
    const sensitive = readAction(reader, "sensitiveDataAction", isMultiModal);
    if (risk != NO_ACTION) {
      this.riskAction = risk;
      this.sensitiveAction = NO_ACTION;
    }
    if (sensitive != NO_ACTION) this.sensitiveAction = sensitive;
    warnOfMask(reader, "contentModerationAction", isMultiModal);
    warnOfMask(reader, "promptAttackAction", isMultiModal);
    warnOfMask(reader, "maliciousUrlAction", isMultiModal);
    warnOfMask(reader, "modelHallucinationAction", isMultiModal);
    warnOfMask(reader, "customLabelAction", isMultiModal);
  }
}

function readService(reader: ConfigReader, key: string, fallback: string): string {
  if (!reader.has(key)) return fallback;
  const service = reader.requiredText(key);
  if (!isVisible(service)) reader.fail(key, "must be printable ASCII without blanks");
  return service;
}

function readAction(reader: ConfigReader, key: string, isMultiModal: bool): RiskAction {
  const action = reader.choice(key, ACTIONS, NO_ACTION);
  if (action != NO_ACTION && !isMultiModal) reader.warn(key, "has no effect without action: MultiModalGuard");
  return action;
}

/** Only sensitive data can be masked. */
function warnOfMask(reader: ConfigReader, key: string, isMultiModal: bool): void {
  if (readAction(reader, key, isMultiModal) == MASK && isMultiModal)
    reader.warn(key, "cannot mask: Aliyun masks sensitive data only, and all else is blocked");
}
