/** A configuration of a plugin with one error: the line that has the error ends with `# wrong`. */
export interface WrongConfig {
  yaml: string;
  /** What is in that line if the configuration is printed as JSON. */
  json: string;
  /** The JSON path, and the beginning of the message. */
  said: string;
}

/** One for every plugin that has options. */
export const wrongConfigs: Record<string, WrongConfig> = {
  "ai-prompt-decorator": {
    yaml: `
prepend:
  - role: system
    content: sk-secret-of-a-provider
  - role: systm # wrong
    content: Answer in English.
`,
    json: '"role": "systm"',
    said: "$.prepend[1].role must be one of",
  },
  "ai-prompt-guard": {
    yaml: `
deny_patterns:
  - sk-secret-of-a-provider
  - "(" # wrong
`,
    json: '"("',
    said: "$.deny_patterns[1] is not supported",
  },
  "ai-prompt-template": {
    yaml: `
templates:
  - name: a
    template: { messages: [{ role: user, content: sk-secret-of-a-provider }] }
  - name: b
    template: text # wrong
`,
    json: '"template": "text"',
    said: "$.templates[1].template must be an object",
  },
  "ai-proxy": {
    yaml: `
activeProviderId: a
providers:
  - id: a
    type: qwn # wrong
    apiTokens: [sk-secret-of-a-provider]
`,
    json: '"type": "qwn"',
    said: "$.providers[0].type must be one of",
  },
  "ai-quota": {
    yaml: `
admin_consumer: admin
redis:
  service_name: redis.static
  service_port: many # wrong
  password: sk-secret-of-a-provider
`,
    json: '"service_port": "many"',
    said: "$.redis.service_port must be",
  },
  "ai-token-ratelimit": {
    yaml: `
rule_name: x
global_threshold:
  token_per_minute: 0 # wrong
redis: { service_name: redis.static, password: sk-secret-of-a-provider }
`,
    json: '"token_per_minute": 0',
    said: "$.global_threshold.token_per_minute must be",
  },
  "chatgpt-proxy": {
    yaml: `
apiKey: sk-secret-of-a-provider
model: [curie] # wrong
`,
    json: '"model": [',
    said: "$.model must be a string",
  },
  "ai-statistics": {
    yaml: `
disable_openai_usage: sometimes # wrong
`,
    json: '"disable_openai_usage": "sometimes"',
    said: "$.disable_openai_usage must be",
  },
  "cluster-key-rate-limit": {
    yaml: `
rule_name: x
rule_items:
  - limit_by_per_consumer: ""
    limit_keys:
      - query_per_minute: 3
        key: alice # wrong
redis: { service_name: redis.static, password: sk-secret-of-a-provider }
`,
    json: '"key": "alice"',
    said: "$.rule_items[0].limit_keys[0].key must be *",
  },
  fallback: {
    yaml: `
targets:
  - name: a
  - name: b
    weight: -1 # wrong
`,
    json: '"weight": -1',
    said: "$.targets[1].weight must be",
  },
  "key-auth": {
    yaml: `
keys: [authorization]
consumers:
  - name: alice
    credential: sk-secret-of-a-provider
  - name: bob
    credential: false # wrong
`,
    json: '"credential": false',
    said: "$.consumers[1].credential must be",
  },
  "key-rate-limit": {
    yaml: `
limit_by_header: x-api-key
limit_keys:
  - key: demo
    query_per_minute: three # wrong
`,
    json: '"query_per_minute": "three"',
    said: "$.limit_keys[0].query_per_minute must be",
  },
  "ai-search": {
    yaml: `
searchFrom:
  - type: brave
    cluster: brave
    apiKey: sk-secret-of-a-provider
    count: 21 # wrong
`,
    json: '"count": 21',
    said: "$.searchFrom[0].count must be",
  },
  "ai-security-guard": {
    yaml: `
serviceName: safety.dns
servicePort: 443
serviceHost: safety.example
accessKey: sk-secret-of-a-provider
secretKey: sk-secret-of-a-provider
checkRequest: true
riskLevelBar: highest # wrong
`,
    json: '"riskLevelBar": "highest"',
    said: "$.riskLevelBar must be",
  },
  "ai-cache": {
    yaml: `
cache:
  type: redis
  serviceName: redis.static
  timeout: never # wrong
secret: sk-secret-of-a-provider
`,
    json: '"timeout": "never"',
    said: "$.cache.timeout must be",
  },
  "ai-history": {
    yaml: `
identityHeader: x user # wrong
secret: sk-secret-of-a-provider
`,
    json: '"identityHeader": "x user"',
    said: "$.identityHeader must be the name of a header",
  },
  "ai-data-masking": {
    yaml: `
replace_roles:
  - regex: "%{PHONE}" # wrong
`,
    json: '"%{PHONE}"',
    said: "$.replace_roles[0].regex has a name",
  },
  "model-mapper": {
    yaml: `
modelMapping:
  gpt-4.1: [qwen] # wrong
`,
    json: '"gpt-4.1": [',
    said: "$.modelMapping.gpt-4.1 must be a string",
  },
  "model-router": {
    yaml: `
modelToHeader: "bad header" # wrong
`,
    json: '"modelToHeader": "bad header"',
    said: "$.modelToHeader",
  },
  "request-block": {
    yaml: `
block_urls: [swagger]
block_regexp_urls:
  - ".*"
  - "(" # wrong
`,
    json: '"("',
    said: "$.block_regexp_urls[1]",
  },
};
