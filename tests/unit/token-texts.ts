const PYTHON = `import asyncio
import logging
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)


@dataclass
class Job:
    name: str
    retries: int = 3
    tags: list[str] = field(default_factory=list)

    async def run(self, timeout: float = 30.0) -> bool:
        for attempt in range(1, self.retries + 1):
            try:
                await asyncio.wait_for(self._execute(), timeout=timeout)
                return True
            except asyncio.TimeoutError as error:
                logger.warning("job %s timed out (attempt %d): %s", self.name, attempt, error)
        return False
`;

/** Texts of many kinds, written for this table: what a chat may contain. Each is long enough to have an average. */
export const TEXTS: Record<string, string> = {
  "English prose": `The harbour was quiet when we arrived, and the last fishing boats had already been pulled onto the sand. An old man sat mending
his net under the only street lamp. He told us that the ferry would not leave before morning, because the engine needed a part that had to come
from the mainland. We found a room above the bakery, slept badly, and woke to the smell of bread. By nine o'clock the wind had turned and everybody
on the island seemed to know our names.`,
  "English, technical": `A connection pool keeps idle sockets open so that a request does not pay for another TCP and TLS handshake. Each upstream host has
its own pool per worker thread, therefore a gateway with sixteen workers may hold sixteen times the configured maximum. When the peer closes an idle
connection while a request is being written, the proxy sees a reset and may retry, provided that the request is idempotent.`,
  "English, chat": `hey! quick question - I've got a spreadsheet w/ ~2,000 rows and it's super slow. Don't know if it's the VLOOKUPs or what... can you
help me figure out what's going on? Also my boss wants it by 5pm (ugh). Thanks so much!!`,
  German: `Der Zug nach Hamburg hatte eine halbe Stunde Verspätung, weil in der Nähe von Hannover ein Baum auf die Gleise gestürzt war. Die Fahrgäste
standen frierend auf dem Bahnsteig und warteten auf eine Durchsage. Als endlich die Ansage kam, dass wegen der Streckensperrung Schienenersatzverkehr
eingerichtet werde, lachten einige, andere schimpften über die Verwaltungsgesellschaft.`,
  French: `Le marché du village ouvrait à sept heures, mais les habitués arrivaient bien avant pour choisir les meilleures tomates. Ma grand-mère
connaissait chaque vendeur par son prénom et négociait tout, même le prix du persil. L'été, après les courses, nous buvions un sirop de menthe à la
terrasse du café, où les hommes jouaient déjà aux cartes en se disputant comme d'habitude.`,
  Spanish: `La biblioteca del barrio cerró durante dos años por las obras, y cuando volvió a abrir nadie reconocía el edificio. Habían quitado las
paredes interiores, y la luz entraba hasta el fondo de la sala. Los niños se sentaban en el suelo, los estudiantes llenaban las mesas y los
jubilados leían el periódico junto a la ventana como si nada hubiera cambiado.`,
  Polish: `Wczoraj wieczorem padał deszcz, więc zostaliśmy w domu i graliśmy w karty. Babcia opowiadała nam o czasach, kiedy w całej wsi był tylko
jeden telefon, a żeby zadzwonić do miasta, trzeba było zamawiać rozmowę dzień wcześniej. Dzieci słuchały z niedowierzaniem i pytały, czy wtedy
istniały już samochody.`,
  Vietnamese: `Sáng nay tôi dậy sớm để đi chợ mua rau và cá tươi. Trời mưa nhẹ, đường phố vắng người, chỉ có vài gánh hàng rong đang chuẩn bị bữa sáng.
Tôi dừng lại ăn một bát phở nóng rồi mới về nhà. Mẹ tôi nói rằng ngày xưa khu phố này chỉ có đồng ruộng và một con đường đất nhỏ.`,
  Chinese: `昨天晚上下了一场大雨,今天早晨空气特别清新。我和父亲沿着河边散步,看见很多老人在打太极拳。父亲说,他小时候这条河的水非常清澈,夏天孩子们都在河里游泳。
后来工厂越来越多,河水慢慢变黑了。这几年政府花了很大力气治理污染,鱼和水鸟又回来了,周末常常有人在岸边钓鱼。`,
  "Chinese, technical": `该接口采用令牌桶算法进行限流。当请求到达网关时,插件首先根据消费者标识查询剩余配额,如果配额不足则直接返回429状态码,并在响应头中说明重置时间。
对于流式响应,系统会在最后一个数据块中读取用量信息,然后异步更新计数器,因此并发请求可能会略微超过设定的阈值。`,
  "Chinese, traditional": `上個週末我們一家人去了陽明山看櫻花。雖然天氣有點冷,但是來賞花的遊客還是很多。媽媽準備了飯糰和熱茶,我們找了一個安靜的地方坐下來慢慢吃。
弟弟說他長大以後想當攝影師,因為他覺得能把美麗的時刻留下來是一件很有意義的事情。`,
  Japanese: `先週の土曜日、久しぶりに京都へ行きました。駅前は観光客でとても混んでいましたが、少し歩くと静かな路地があり、小さなお寺の庭で一時間ほど休みました。
お茶を飲みながら住職の話を聞いていると、時間がゆっくり流れるように感じました。帰りの新幹線では、撮った写真を見ながらずっと笑っていました。`,
  "Japanese, katakana": `クラウドサービスのデータベースにアクセスするアプリケーションをリリースしました。ユーザーはブラウザからログインし、ダッシュボードでレポートをダウンロードできます。
エラーが発生した場合はサポートチームにメールを送信してください。`,
  Korean: `지난 주말에 친구들과 함께 제주도로 여행을 갔습니다. 첫날에는 비가 와서 카페에서 이야기를 나누며 시간을 보냈고, 다음 날은 날씨가 맑아서 오름에 올라갔습니다.
정상에서 바라본 바다는 정말 아름다웠고, 내려오는 길에는 말들이 풀을 뜯고 있었습니다. 저녁에는 시장에서 싱싱한 해산물을 먹었습니다.`,
  Russian: `Осенью мы каждый год ездили на дачу, чтобы собрать яблоки и закрыть дом на зиму. Отец чинил забор, мать варила варенье, а мы с братом
собирали сухие листья и жгли костёр за сараем. По вечерам становилось холодно, все сидели у печки и слушали радио. Потом наступал последний день,
и мы молча грузили вещи в старую машину.`,
  Ukrainian: `Минулого літа ми відпочивали в Карпатах у маленькому селі біля річки. Щоранку господиня пригощала нас свіжим молоком і ще теплим хлібом,
а потім ми йшли в гори. Увечері сусіди збиралися на подвір'ї, співали пісень і розповідали дітям старі легенди про розбійників.`,
  Greek: `Το καλοκαίρι πηγαίναμε κάθε χρόνο στο νησί της γιαγιάς μου. Το σπίτι ήταν μικρό, αλλά είχε μια μεγάλη αυλή με μια παλιά συκιά. Το βράδυ
καθόμασταν όλοι μαζί στο τραπέζι, τρώγαμε φρέσκο ψάρι και ακούγαμε τις ιστορίες του παππού για τη θάλασσα.`,
  Arabic: `في الصيف الماضي سافرت مع عائلتي إلى مدينة صغيرة على شاطئ البحر. كنا نستيقظ مبكرا ونمشي على الرمل قبل أن ترتفع حرارة الشمس، ثم نشتري الخبز الطازج
من المخبز القديم. في المساء كان الناس يجلسون أمام بيوتهم ويتحدثون حتى ساعة متأخرة، وكان الأطفال يلعبون في الشوارع دون خوف.`,
  Hebrew: `בקיץ האחרון נסענו עם כל המשפחה לכפר קטן בצפון. בבוקר היינו יוצאים לטייל בהרים, ובערב ישבנו במרפסת ושתינו תה עם נענע. סבא סיפר לנו על הימים שבהם
לא היה חשמל בכפר, והילדים הקשיבו לו בשקט עד שנרדמו.`,
  Hindi: `पिछले साल गर्मियों में हम अपने गाँव गए थे। सुबह दादाजी हमें खेतों में घुमाने ले जाते थे और पेड़ों के नाम बताते थे। दोपहर में सब लोग आम के पेड़ के नीचे बैठकर
बातें करते थे। शाम को दादी चूल्हे पर रोटी बनाती थीं और हमें पुरानी कहानियाँ सुनाती थीं। वहाँ समय बहुत धीरे चलता था।`,
  Thai: `เมื่อวันเสาร์ที่แล้วฉันไปเที่ยวตลาดน้ำกับเพื่อน เราออกเดินทางตั้งแต่เช้าเพื่อหลีกเลี่ยงรถติด พอไปถึงก็เห็นเรือลำเล็กจำนวนมากขายผลไม้ ขนม และก๋วยเตี๋ยว
อากาศร้อนมากแต่ทุกคนยิ้มแย้มแจ่มใส เรานั่งเรือชมบ้านริมคลองและถ่ายรูปไว้เป็นที่ระลึก`,
  "Text with emoji": `Launch day!! 🚀🚀 The new version is live 🎉 Thanks to everyone who tested it 🙏❤️ Known issues: dark mode on Android 🤖 (fix coming 🔧),
slow start 🐢. Send feedback 👉 feedback@example.com 😀👍🏽 See you in Paris 🇫🇷 next week ✈️`,
  TypeScript: `export class RateLimiter {
  private readonly buckets = new Map<string, { tokens: number; updatedAt: number }>();

  constructor(private readonly capacity: number, private readonly refillPerSecond: number) {}

  tryTake(key: string, cost = 1): boolean {
    const now = Date.now();
    const bucket = this.buckets.get(key) ?? { tokens: this.capacity, updatedAt: now };
    const refilled = bucket.tokens + ((now - bucket.updatedAt) / 1000) * this.refillPerSecond;
    bucket.tokens = Math.min(this.capacity, refilled);
    if (bucket.tokens < cost) return false;
    this.buckets.set(key, { tokens: bucket.tokens - cost, updatedAt: now });
    return true;
  }
}
`,
  Python: PYTHON,
  "JSON, minified": JSON.stringify({
    orders: Array.from({ length: 6 }, (_, i) => ({
      id: 10_400 + i,
      customer: { name: ["Ann Lee", "Bob Ray"][i % 2], email: `user${i}@example.com` },
      items: [{ sku: `AB-${100 + i}`, quantity: i + 1, price: 19.99 + i }],
      shipped: i % 2 === 0,
      note: null,
    })),
  }),
  "JSON, indented": JSON.stringify(
    {
      name: "get_weather",
      description: "Returns the weather of a city.",
      parameters: {
        type: "object",
        properties: {
          city: { type: "string", description: "The name of the city." },
          unit: { type: "string", enum: ["celsius", "fahrenheit"] },
          days: { type: "integer", minimum: 1, maximum: 14 },
        },
        required: ["city"],
      },
    },
    null,
    2,
  ),
  YAML: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  labels: { app: gateway, tier: edge }
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: envoy
          image: envoyproxy/envoy:v1.36.0
          args: ["-c", "/etc/envoy/envoy.yaml", "--concurrency", "2"]
          ports:
            - containerPort: 8080
          resources:
            limits: { cpu: "2", memory: 1Gi }
`,
  SQL: `SELECT c.name, COUNT(o.id) AS orders, SUM(o.total) AS revenue FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
WHERE o.created_at >= '2024-01-01' AND o.status IN ('paid', 'shipped') GROUP BY c.name HAVING SUM(o.total) > 1000 ORDER BY revenue DESC LIMIT 20;`,
  Markdown: `# Release notes

## 2.4.0 (2024-05-17)

- **Breaking**: \`timeout\` is now in milliseconds, see [the guide](https://example.com/docs/timeouts#migrate).
- Added \`--dry-run\` and \`--json\` to all commands.
- Fixed a crash with empty files (#1482).

| option | default | meaning |
|---|---|---|
| \`retries\` | 3 | attempts before an error |
| \`verbose\` | false | writes every request to the log |
`,
  "Access log": Array.from(
    { length: 5 },
    (_, i) =>
      `[2024-06-0${i + 1}T12:34:5${i}.${271 + i * 31}Z] "POST /v1/chat/completions HTTP/1.1" 200 - 1${i}24 ${5321 + i * 77} ${812 + i} 10.0.${i}.17 "openai/1.3${i}.0"`,
  ).join("\n"),
  Base64: Buffer.from(Array.from({ length: 420 }, (_, i) => (Math.imul(i + 7, 2654435761) >>> 13) & 255)).toString(
    "base64",
  ),
  Hexadecimal: Buffer.from(Array.from({ length: 200 }, (_, i) => (Math.imul(i + 3, 2654435761) >>> 11) & 255)).toString(
    "hex",
  ),
  Numbers: Array.from({ length: 60 }, (_, i) => (Math.sin(i) * 10 ** (i % 6)).toFixed(i % 4)).join(", "),
};

interface Message {
  role: string;
  content: string | null;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** Chats, of which the whole body is estimated. */
export const CHATS: Record<string, Message[]> = {
  "Chat body, English and Chinese": [
    { role: "system", content: "You are a translator. Keep names and numbers as they are." },
    { role: "user", content: "请把下面的句子翻译成英文:我们的会议改到下周三下午三点,地点不变。" },
    {
      role: "assistant",
      content: "Our meeting has been moved to next Wednesday at 3 p.m.; the place remains the same.",
    },
    { role: "user", content: "谢谢!再短一点可以吗?" },
  ],
  "Chat body with a tool call": [
    { role: "system", content: "Answer questions about the weather with the tools that you have." },
    { role: "user", content: "What's the weather like in Zürich tomorrow? Will I need an umbrella in the morning?" },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        {
          id: "call_8fX2aQ",
          type: "function",
          function: { name: "get_weather", arguments: '{"city":"Zürich","days":2}' },
        },
      ],
    },
    {
      role: "tool",
      tool_call_id: "call_8fX2aQ",
      content: '{"days":[{"min":11.5,"max":19,"rain":"10 %"},{"min":9,"max":16.5,"rain":"80 %"}]}',
    },
    { role: "assistant", content: "Yes: tomorrow it is likely to rain in the morning, at 9 to 16 degrees." },
  ],
  "Chat body with code": [
    { role: "user", content: `Why does this never return?\n\n\`\`\`python\n${PYTHON}\`\`\`\n` },
    {
      role: "assistant",
      content:
        "It awaits a job that waits for itself. Run the jobs in a task group:\n\n    async with asyncio.TaskGroup() as group:",
    },
    { role: "user", content: "🎉 thanks, that fixed it! Now write a test." },
  ],
};
