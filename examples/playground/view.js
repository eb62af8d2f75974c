// Everything that a model or a server says is shown as text (`textContent`), never as HTML.

function make(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Shows a question at the end of the chat. */
export function showQuestion(chat, content) {
  const item = make("li", "user");
  item.append(make("p", "who", "You"), make("p", "text", content));
  chat.append(item);
}

/** A response at the end of the chat, which grows as it arrives. */
export class Answer {
  content = "";
  #item = make("li", "assistant");
  #who = make("p", "who", "Waiting…");
  #text = make("p", "text");
  #facts = make("dl", "facts");
  #known = {};
  #thoughts;

  constructor(chat) {
    this.#item.setAttribute("aria-busy", "true");
    this.#item.append(this.#who, this.#text, this.#facts);
    chat.append(this.#item);
    window.scrollTo(0, document.documentElement.scrollHeight);
  }

  /** Adds text of the response. */
  text(piece) {
    this.content += piece;
    // A text node for each piece: the text so far is not copied again with every event.
    this.#text.append(piece);
    this.#scroll();
  }

  /** Adds text of the model's reasoning, which is shown folded. */
  reasoning(piece) {
    if (!this.#thoughts) {
      const details = make("details", "reasoning");
      details.append(make("summary", "", "Reasoning"), (this.#thoughts = make("p", "text")));
      this.#text.before(details);
    }
    this.#thoughts.append(piece);
    this.#scroll();
  }

  /** Adds facts about the response, and shows all that are known. */
  facts(facts) {
    Object.assign(this.#known, facts);
    const known = this.#known;
    this.#who.textContent = known.model ?? "Model";
    this.#facts.replaceChildren();
    this.#fact("model", "Served by", known.model);
    this.#fact("provider", "Provider", known.provider);
    this.#fact("fallback", "Fallback", known.fallbackFrom && `${known.fallbackFrom} did not answer; this model did`);
    this.#fact("tokens", "Tokens", known.usage && describeUsage(known.usage));
    this.#fact("budget", "Budget", known.tokensLeft && describeBudget(known));
    this.#fact("dropped", "Not supported, left out", known.dropped);
  }

  /** Shows why the response failed or ended early. */
  fail(message) {
    const error = make("p", "error", message);
    error.setAttribute("role", "alert");
    this.#facts.before(error);
    if (this.#who.textContent === "Waiting…") this.#who.textContent = "No response";
    this.#scroll();
  }

  /** Marks the response as complete. */
  end() {
    this.#item.setAttribute("aria-busy", "false");
    this.#scroll();
  }

  #fact(className, name, value) {
    if (!value) return;
    const pair = make("div", className);
    pair.append(make("dt", "", `${name}:`), make("dd", "", value));
    this.#facts.append(pair);
  }

  /** Follows the end of the page, unless the reader has scrolled up. */
  #scroll() {
    const page = document.documentElement;
    if (page.scrollHeight - page.scrollTop - page.clientHeight < 200) page.scrollTop = page.scrollHeight;
  }
}

function describeUsage({ prompt_tokens: input, completion_tokens: output, total_tokens: total }) {
  return `${input ?? "?"} in + ${output ?? "?"} out = ${total ?? "?"}`;
}

function describeBudget({ tokensLeft, tokenLimit, tokenReset }) {
  const limit = tokenLimit ? ` of ${tokenLimit}` : "";
  return `${tokensLeft}${limit} tokens left before this request${tokenReset ? `, until the window ends in ${tokenReset}` : ""}`;
}
