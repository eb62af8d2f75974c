import { ByteBuffer } from "../bytes/buffer";
import { ABSENT } from "../bytes/slice";
import { encodeCommand, RedisArguments } from "./arguments";
import { Transport } from "./chosen-transport";
import { ErrorMeaning } from "./error-meaning";
import { RedisSettings } from "./settings";
import { isDown, Trouble, troubleOf } from "./trouble";

const out = new ByteBuffer();
const args = new RedisArguments();

/** What is sent before commands: AUTH and SELECT where the host does not send them, and a probe where no command is sent. */
export class Handshake {
  /** The replies that are missing: no command is sent before they have come. */
  missing: i32 = 0;
  /** Whether the last of them is that of a probe. */
  private isProbed: bool = false;

  constructor(
    private readonly settings: RedisSettings,
    private readonly transport: Transport,
  ) {}

  /** Forgets what is missing. */
  reset(): void {
    this.missing = 0;
    this.isProbed = false;
  }

  /** Sends AUTH and SELECT. */
  authenticate(): void {
    const settings = this.settings;
    if (this.transport.authenticates) return;
    if (settings.password.length) {
      args.clear().text("AUTH");
      if (settings.username.length) args.text(settings.username);
      this.send(args.text(settings.password));
    }
    if (settings.database) this.send(args.clear().text("SELECT").integer(settings.database));
  }

  /** Asks whether Redis runs commands. Returns `false` if that was not sent. */
  probe(): bool {
    this.isProbed = true;
    return this.send(args.clear().text("EXISTS").text("ai-gateway"));
  }

  /** Takes the next reply. Returns what is wrong; unless AUTH and SELECT are OK no command may run. */
  accept(meaning: ErrorMeaning): Trouble {
    const settings = this.settings;
    const probes = this.isProbed ? 1 : 0;
    if (isDown(meaning)) return troubleOf(meaning);
    if (meaning != ErrorMeaning.None && this.missing > probes) {
      const isAuth = settings.password.length > 0 && this.missing == probes + (settings.database ? 2 : 1);
      return isAuth ? Trouble.WrongPassword : Trouble.RefusedDatabase;
    }
    this.missing--;
    return Trouble.None;
  }

  private send(command: RedisArguments): bool {
    out.clear();
    encodeCommand(out, command.count, ABSENT, command.encoded);
    const isSent = this.transport.send(out.slice);
    if (isSent) this.missing++;
    return isSent;
  }
}
