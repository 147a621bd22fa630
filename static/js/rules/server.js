/** What does the page of rules ask of the server? Every answer is a value; what was refused says why. */

const ALERTS = "/api/v1/alerts";
const HERE = ALERTS + "/rules";
const TOML = "application/toml";

/** @typedef {{ok: boolean, status: number, detail: string, text: string, told: *}} Answer */

export class Server {
  /** @param {string} language of the sentences @param {string} away what to say where no answer comes */
  constructor(language, away) {
    this.language = language;
    this.away = away;
  }

  all() {
    return this.ask("GET", HERE);
  }

  /** @param {{text: string, values?: *, name?: string}} asked */
  check(asked) {
    return this.ask("POST", ALERTS + "/check-rule", { body: JSON.stringify(asked) });
  }

  /** @param {string} text @param {string} first @param {string} last days */
  attempt(text, first, last) {
    return this.ask("POST", ALERTS + "/try-rule", { body: JSON.stringify({ text, first, last }) });
  }

  /** @param {string} id @param {string} text @param {string | null} tag that it was made from; null: a new one */
  save(id, text, tag) {
    return this.ask("PUT", this.path(id), { body: text, headers: { "content-type": TOML, ...condition(tag) } });
  }

  /** @param {string} id @param {string} tag */
  remove(id, tag) {
    return this.ask("DELETE", this.path(id), { headers: condition(tag) });
  }

  /** As the dialogs of static/js/edit ask. @param {string} id */
  past(id) {
    const path = this.path(id) + "/revisions";
    return { revisions: () => this.ask("GET", path), revision: (number) => this.ask("GET", path + "/" + number) };
  }

  /** @param {string} id */
  path(id) {
    return HERE + "/" + encodeURIComponent(id);
  }

  /** @param {string} method @param {string} path @param {*} [options] @returns {Promise<Answer>} */
  async ask(method, path, options = {}) {
    try {
      const headers = { "accept-language": this.language, ...options.headers };
      const answer = await fetch(path, { method, cache: "no-store", ...options, headers });
      if (answer.status === 401) location.reload();
      const found = { ok: answer.ok, status: answer.status, detail: "", text: "", told: {} };
      if ((answer.headers.get("content-type") ?? "").startsWith(TOML)) return { ...found, text: await answer.text() };
      const told = await answer.json();
      return { ...found, told, detail: told.detail ?? "" };
    } catch {
      return { ok: false, status: 0, detail: this.away, text: "", told: {} };
    }
  }
}

/** @param {string | null} tag */
function condition(tag) {
  return tag === null ? { "if-none-match": "*" } : { "if-match": '"' + tag + '"' };
}
