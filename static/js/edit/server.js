/** What does the editor ask of the server? Every answer is a value; what was refused says why. */

const TOML = "application/toml";

/** @typedef {{ok: boolean, status: number, etag: string, detail: string, text?: string, told?: *}} Answer */

export class Server {
  /** @param {string} board @param {string} away what to say where no answer comes */
  constructor(board, away) {
    this.path = "/api/v1/boards/" + board;
    this.away = away;
  }

  /** @param {string} text @param {*} tables null: as the text says */
  tried(text, tables) {
    return this.ask("POST", this.path + "/try", { body: JSON.stringify({ text, tables }) });
  }

  /** @param {string} text @param {string} etag that it was made from */
  save(text, etag) {
    return this.ask("PUT", this.path, { body: text, headers: { "content-type": TOML, "if-match": etag } });
  }

  /** @param {string} id @param {string} text */
  make(id, text) {
    const headers = { "content-type": TOML, "if-none-match": "*" };
    return this.ask("PUT", "/api/v1/boards/" + id, { body: text, headers });
  }

  /** @param {string} etag that was seen */
  remove(etag) {
    return this.ask("DELETE", this.path, { headers: { "if-match": etag } });
  }

  read() {
    return this.ask("GET", this.path, { headers: { accept: TOML } });
  }

  revisions() {
    return this.ask("GET", this.path + "/revisions");
  }

  /** @param {number} revision */
  revision(revision) {
    return this.ask("GET", this.path + "/revisions/" + revision, { headers: { accept: TOML } });
  }

  /** @returns {Promise<Answer>} */
  async ask(method, path, options = {}) {
    try {
      const answer = await fetch(path, { method, cache: "no-store", ...options });
      const plain = (answer.headers.get("content-type") ?? "").startsWith(TOML);
      const found = { ok: answer.ok, status: answer.status, etag: answer.headers.get("etag") ?? "" };
      if (plain) return { ...found, detail: "", text: await answer.text() };
      const told = await answer.json();
      return { ...found, detail: told.detail ?? "", told };
    } catch {
      return { ok: false, status: 0, etag: "", detail: this.away };
    }
  }
}
