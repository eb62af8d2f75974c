import { ByteBuffer } from "../../assembly/bytes/buffer";
import { writeNormalPath } from "../../assembly/bytes/normal-path";
import { byteAt, Slice, sliceEndsWith, sliceIncludes, sliceSize, subslice } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { RedisClient } from "../../assembly/redis/client";
import { readRedisSection } from "../../assembly/redis/section";

const KEY_PREFIX = "chat_quota:";
const ADMIN_PATH = "/quota";
/** The API below which the admin's calls are, whatever `enable_path_suffixes` says, as in Higress. */
const ADMIN_API = "/v1/chat/completions";
const VERSION = "/v1/";
const AZURE = "/openai/";
const SLASH: u32 = 0x2f;
const PERCENT: u32 = 0x25;
const BACKSLASH: u32 = 0x5c;
const SEMICOLON: u32 = 0x3b;
const DOT: u32 = 0x2e;
const PATH_SUFFIXES: string[] = ["/v1/chat/completions", "/v1/messages"];

const normal = new ByteBuffer();

/** What a request is for this plugin. */
export const enum RequestKind {
  /** Nothing: it passes. */
  Other,
  /** It needs a quota and is charged. */
  Completion,
  /** The admin reads a quota. */
  Query,
  /** The admin sets a quota. */
  Refresh,
  /** The admin adds to a quota. */
  Delta,
}

/** The configuration of ai-quota for a route. */
export class AiQuotaConfig {
  private constructor(
    /** The beginning of the key of every quota. */
    readonly keyPrefix: string,
    /** The name of the consumer that may call the admin's paths, in UTF-8. */
    readonly adminConsumer: ArrayBuffer,
    private readonly adminPath: string,
    private readonly suffixes: string[],
    private readonly azureSuffixes: string[],
    /** The connection to Redis. */
    readonly redis: RedisClient,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiQuotaConfig {
    reader.guards(["admin_consumer", "admin_path", "redis_key_prefix", "enable_path_suffixes", "redis"]);
    const prefix = reader.textOrNumber("redis_key_prefix", KEY_PREFIX);
    const admin = reader.requiredTextOrNumber("admin_consumer");
    const path = reader.text("admin_path", ADMIN_PATH);
    if (!path.startsWith("/") || path.includes("?")) reader.fail("admin_path", "must begin with / and have no query");
    const suffixes = reader.has("enable_path_suffixes") ? reader.texts("enable_path_suffixes") : PATH_SUFFIXES;
    reader.refuseEmptyList("enable_path_suffixes");
    const redis = RedisClient.of(readRedisSection(reader));
    return new AiQuotaConfig(
      prefix,
      String.UTF8.encode(admin),
      `${ADMIN_API}${path}`,
      suffixes,
      azureOf(suffixes),
      redis,
    );
  }

  /** What a request is, by its path without the query: as it stands, or as a server may read it. */
  kindOf(path: Slice): RequestKind {
    const kind = this.kindOfPlain(path);
    if (kind != RequestKind.Other || !hasOtherForm(path)) return kind;
    normal.clear();
    writeNormalPath(path, normal, true);
    return this.kindOfPlain(normal.slice);
  }

  private kindOfPlain(path: Slice): RequestKind {
    if (this.isAdmin(path, "/refresh")) return RequestKind.Refresh;
    if (this.isAdmin(path, "/delta")) return RequestKind.Delta;
    if (this.isAdmin(path, "")) return RequestKind.Query;
    // ai-proxy ignores slashes at the end.
    let size = sliceSize(path);
    while (size > 0 && byteAt(path, size - 1) == SLASH) size--;
    const isCharged = endsWithOne(path, this.suffixes) || this.isChargedApi(subslice(path, 0, size));
    return isCharged ? RequestKind.Completion : RequestKind.Other;
  }

  /** Whether the path is one of the charged ones, or Azure's for the same API. */
  private isChargedApi(path: Slice): bool {
    return endsWithOne(path, this.suffixes) || (sliceIncludes(path, AZURE) && endsWithOne(path, this.azureSuffixes));
  }

  private isAdmin(path: Slice, end: string): bool {
    return sliceEndsWith(path, end) && sliceEndsWith(subslice(path, 0, sliceSize(path) - end.length), this.adminPath);
  }
}

/** Whether the path has escapes, parameters, empty segments or dot segments: servers read them in more than one way. */
function hasOtherForm(path: Slice): bool {
  for (let i = 0; i < sliceSize(path); i++) {
    const byte = byteAt(path, i);
    if (byte == PERCENT || byte == BACKSLASH || byte == SEMICOLON) return true;
    if (i && byteAt(path, i - 1) == SLASH && (byte == SLASH || byte == DOT)) return true;
  }
  return false;
}

function endsWithOne(path: Slice, suffixes: string[]): bool {
  for (let i = 0; i < suffixes.length; i++) if (sliceEndsWith(path, suffixes[i])) return true;
  return false;
}

/** The ends of Azure's paths, which have `/openai`, and a deployment, in the place of `/v1`. */
function azureOf(suffixes: string[]): string[] {
  const ends: string[] = [];
  for (let i = 0; i < suffixes.length; i++)
    if (suffixes[i].startsWith(VERSION)) ends.push(suffixes[i].substring(VERSION.length - 1));
  return ends;
}
