// The names that plugins and operators share. Each is defined only here.

/**
 * Request header: the name of the consumer whose key the request carries. Written by key-auth, which removes what a client
 * sends under that name; read by limiters, statistics and ai-proxy, which lets it reach no provider.
 */
export const CONSUMER_HEADER = "x-mse-consumer";

/**
 * Request header: the model that the client asks for, by which routes match. Written by model-router, which removes what a
 * client sends under that name; `modelToHeader` gives it another name.
 */
export const ROUTED_MODEL_HEADER = "x-higress-llm-model";
/** Request header: the model that the route maps the client's to. Written by model-mapper under that name or another one. */
export const MAPPED_MODEL_HEADER = "x-higress-llm-model-final";

/** Response header: the id, or where it has none the type, of the provider that served. Written by ai-proxy. */
export const PROVIDER_HEADER = "x-ai-provider";
/** Response header: the model that the provider was asked for. Written by ai-proxy and chatgpt-proxy. */
export const MODEL_HEADER = "x-ai-model";
/**
 * Response header: the fields of the request that ai-proxy changed because the provider, or the model, refuses them: `n` was
 * removed, `max_tokens=4096` has that value, `max_tokens>max_completion_tokens` has that name. Written by ai-proxy, which removes what a provider sends under that name.
 */
export const DROPPED_HEADER = "x-ai-dropped-params";
/**
 * On a response whose request was translated into another protocol: from which to which, such as `messages-to-chat`. ai-proxy sets it, clients and access
 * logs read it; what a provider sends under this name is removed.
 */
export const TRANSLATION_HEADER = "x-ai-translated";
/** On a response whose numbers the gateway has estimated: which. ai-proxy sets it, clients read it. */
export const ESTIMATE_HEADER = "x-ai-estimated";

/**
 * Filter state: the token usage of the response, as `{"prompt_tokens":…,"completion_tokens":…,"total_tokens":…}`. Written by
 * ai-proxy when the provider has reported it; read by limiters, statistics and the access log
 * (`%FILTER_STATE(wasm.ai_usage:PLAIN)%`). Clients cannot reach it.
 */
export const USAGE_STATE = "ai_usage";

/**
 * Filter state, any text: a limiter has ended the stream of the response before its provider did. Written by ai-token-ratelimit, read by
 * ai-statistics.
 */
export const CUT_STATE = "ai_cut";

/**
 * Filter state: what is known of a request, as a JSON object whose quotes are escaped: `"%FILTER_STATE(wasm.ai_log:PLAIN)%"` in an access
 * log is a JSON string. Written by ai-statistics, ai-security-guard, ai-search and ai-cache. Higress has the same name.
 */
export const AI_LOG_STATE = "ai_log";

/**
 * Filter state: what is known of a request, with a field for each figure (`StructState`). Written by ai-statistics; read by access logs and
 * span tags: `%CEL(filter_state['wasm.ai_fields'].input_tokens)%`.
 */
export const FIELDS_STATE = "ai_fields";

/**
 * Filter state, any text: `fallback` may still send this request to another target. ai-proxy then changes the `:status` of
 * a response that says too little and sends no local reply, which no other filter could change. Written by `fallback`,
 * read by ai-proxy.
 */
export const FALLBACK_STATE = "ai_fallback";

/**
 * Filter state: names the record of this request in the memory of the worker's VM. Written and read by `fallback` in its two
 * positions. A value that is not empty tells other filters that the request belongs to a
 * fallback set: ai-proxy then ends a stream that breaks off with an error event.
 */
export const FALLBACK_PASS_STATE = "ai_fallback_pass";

/**
 * Filter state: why a limiter sends the request to the tombstone, for example `token-limit`. Written by limiters, read by `fallback`,
 * which clears it.
 */
export const FALLBACK_REASON_STATE = "ai_fallback_reason";

/**
 * Filter state: what became of the API keys of the provider: `next` where another one is free, `out:` and milliseconds where none is,
 * until the first one returns. Written by ai-proxy before `fallback` sees the response, read and cleared by `fallback`.
 */
export const KEY_FAILOVER_STATE = "ai_key_failover";

/**
 * Request header: the route from which a request fell back; a route of a fallback target matches it. Response header: the same, for the
 * client. Written by `fallback`, which removes it from what clients send. Higress has the same header.
 */
export const FALLBACK_FROM_HEADER = "x-higress-fallback-from";
/** Request header: the name of the fallback target. Written by `fallback`, which removes it from what clients send. */
export const FALLBACK_TARGET_HEADER = "x-ai-fallback-target";
/**
 * Request header: its presence selects the route of the tombstone. Written by limiters that want the next target, removed from what
 * clients send by `fallback`.
 */
export const TOMBSTONE_HEADER = "x-ai-fallback-tombstone";
/**
 * Request header: proves that `fallback` of this Envoy has sent the request again (`replay`). Written and removed by `fallback`, which
 * does not send such a request again, be the proof valid or not.
 */
export const REPLAY_HEADER = "x-ai-fallback-replay";

/**
 * Filter state: the hashes of the API keys that failed this request, one behind the other, for its next attempt. Written and read by
 * ai-proxy alone.
 */
export const TRIED_KEYS_STATE = "ai_tried_keys";

/**
 * Response header for Envoy's router: another API key is free for this request. The router tries again where the route's retry policy
 * has `retriable-headers` with this name. Written by ai-proxy in the router's chain, which removes it from a provider's response.
 */
export const NEXT_KEY_HEADER = "x-ai-next-key";

/**
 * Filter state: the consumer whose key the request carries or, on a later pass, carried. Written by key-auth; read by key-auth, for
 * requests that lack the key by then, and by ai-quota, which trusts no header with its admin.
 */
export const CONSUMER_STATE = "ai_consumer";

/**
 * Filter state: the models that the consumer may use, as a JSON list of names and of `x*`; absent or empty where it may use
 * all. Written by key-auth, read by model-router for the list of models.
 */
export const ALLOWED_MODELS_STATE = "ai_allowed_models";

/**
 * Filter state: the model by which the first pass of this request was routed, for the next ones, whose bodies name another.
 * Written by a plugin that changes the model in a body, if it is not set already: model-router and `fallback`. Read by
 * model-router, on a later pass. Without it, `MAPPED_MODEL_STATE` says what the client's body named.
 */
export const ROUTED_MODEL_STATE = "ai_routed_model";

/**
 * Filter state: which model the first pass mapped to which, for the next ones, whose bodies name the mapped one: its size in
 * bytes, a colon, the mapped model, the client's. Written by model-mapper, read by model-mapper and model-router.
 */
export const MAPPED_MODEL_STATE = "ai_mapped_model";

/**
 * Filter state: any text where a pass of this request has decorated its prompt, which the next passes find decorated. Written and
 * read by ai-prompt-decorator.
 */
export const DECORATED_STATE = "ai_prompt_decorated";

/**
 * Filter state: that ai-data-masking has masked the request, and the texts behind its tokens, for the next pass and the response. Written
 * and read by ai-data-masking alone; do not log it.
 */
export const MASKED_STATE = "ai_masked";

/**
 * Filter state: a digest of the texts that ai-security-guard has let pass in this request, so that its next pass does not check them again.
 * Written and read by ai-security-guard.
 */
export const CHECKED_STATE = "ai_checked";

/**
 * Filter state: that ai-search has searched for this request, so that its next pass does not, and what its prompt refers to: a JSON array of
 * `["title","link"]`. Written and read by ai-search.
 */
export const SEARCHED_STATE = "ai_searched";

/**
 * Filter state: that ai-history has seen this request, so that its next pass does not get the history again, and what is stored of it with the
 * response: the key of its identity and its messages. Written and read by ai-history alone; do not log it.
 */
export const HISTORY_STATE = "ai_history";

/**
 * Filter state: the key of the request in the cache and its part in a single flight, for the next pass of the same request. Written and read
 * by ai-cache alone.
 */
export const CACHE_PASS_STATE = "ai_cache_pass";

/** Response header: `hit`, `miss` or `bypass`. Written by ai-cache, which removes what a provider sends under that name. */
export const CACHE_HEADER = "x-ai-cache";

/** Filter state: the rates in which this request was counted, so that its next pass is not. Written and read by key-rate-limit. */
export const COUNTED_STATE = "ai_counted";

/** Filter state: as `COUNTED_STATE`, of cluster-key-rate-limit. */
export const CLUSTER_COUNTED_STATE = "ai_cluster_counted";

/**
 * Filter state: the client's headers that ai-proxy changes, for the next attempt or the next pass of the same request.
 * Written and read by ai-proxy alone.
 */
export const CLIENT_HEADERS_STATE = "ai_client_headers";
/**
 * Metadata of an endpoint, or of a cluster, under `filter_metadata.ai-proxy`: the `id` of the provider that it is. Written
 * by the operator, read by ai-proxy.
 */
export const PROVIDER_METADATA = "provider";

/**
 * Property: any text marks the endpoint as the tombstone of a fallback set, to which Envoy sends an attempt that ended without a response.
 * Written by the operator as metadata `filter_metadata.fallback.tombstone`, read by fallback and ai-proxy.
 */
export const TOMBSTONE_METADATA = "xds\0upstream_host_metadata\0filter_metadata\0fallback\0tombstone";

/**
 * The headers in which clients, and the proxies before the gateway, say who they are or whose account pays: none of them
 * reaches a provider that has a key of ours.
 */
export const CREDENTIAL_HEADERS: string[] = [
  "authorization",
  "x-api-key",
  "api-key",
  "apikey",
  "anthropic-api-key",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
  "x-auth-token",
  "x-access-token",
  "x-authorization",
  "x-hi-original-auth",
  "proxy-authorization",
  "cookie",
  // https://platform.openai.com/docs/api-reference/authentication
  "openai-organization",
  "openai-project",
  // https://cloud.google.com/apis/docs/system-parameters
  "x-goog-user-project",
  // https://www.alibabacloud.com/help/en/model-studio/error-code
  "x-dashscope-workspace",
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  "x-amz-security-token",
  // https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview
  "x-forwarded-access-token",
  "x-auth-request-access-token",
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
  "x-amzn-oidc-accesstoken",
  "x-amzn-oidc-data",
  // https://cloud.google.com/iap/docs/signed-headers-howto
  "x-goog-iap-jwt-assertion",
  // https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
  "cf-access-jwt-assertion",
];

/** The parameters of a query in which clients send keys, in lower case: no more than the headers do they reach such a provider. */
export const CREDENTIAL_PARAMETERS: string[] = [
  "key",
  "api-key",
  "api_key",
  "apikey",
  "x-api-key",
  "x-goog-api-key",
  "subscription-key",
  "token",
  "auth_token",
  "access_token",
  "authorization",
];

/** The beginnings of WebSocket subprotocols that say the same. https://platform.openai.com/docs/guides/realtime-websocket */
export const CREDENTIAL_SUBPROTOCOLS: string[] = [
  "openai-insecure-api-key.",
  "openai-organization.",
  "openai-project.",
];

/** The headers in which a browser says from which page a request comes: of no use to a provider whose client is the gateway. */
export const PAGE_HEADERS: string[] = ["origin", "referer"];
