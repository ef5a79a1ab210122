// What both sides of the shim know: who is asking for a path, and what the suite's server said.

// Headers that belong to a connection, or that each side writes itself.
const HOP = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host"]);

// What Countersign has to say itself; everything else of an answer is the suite's and is put back.
const OWN = new Set([
  ...HOP, "accept-ranges", "content-disposition", "content-encoding", "content-range",
  "content-type", "date", "etag", "last-modified",
]);

/** Pairs of names and values, as they came. */
export function pairs(raw) {
  const found = [];
  for (let at = 0; at < raw.length; at += 2) found.push([raw[at], raw[at + 1]]);
  return found;
}

export const without = (headers, names) =>
  headers.filter(([name]) => !names.has(name.toLowerCase()));

export const isHop = (name) => HOP.has(name.toLowerCase());

export class Exchange {
  #asking = new Map();
  #answers = [];

  /** A client asks for the path, by this method with these headers. */
  asks(path, method, headers) {
    this.#asking.set(path, { method, headers });
  }

  /** Headers of who asked for it last: the suite asks for each path one request after the other. */
  asking(path) {
    return this.#asking.get(path)?.headers ?? [];
  }

  method(path) {
    return this.#asking.get(path)?.method ?? "GET";
  }

  /** Keeps an answer of the suite's server; its name travels as the object's Content-Language. */
  keep(answer) {
    this.#answers.push(answer);
    return `x-answer-${this.#answers.length - 1}`;
  }

  /** Countersign's headers, with those of the suite's answer that an object has no place for. */
  restored(headers) {
    const all = new Map();
    for (const [name, value] of headers) {
      if (isHop(name)) continue;
      const values = all.get(name.toLowerCase());
      values ? values.push(value) : all.set(name.toLowerCase(), [value]);
    }
    const name = all.get("content-language")?.[0] ?? "";
    const answer = this.#answers[/^x-answer-(\d+)$/.exec(name)?.[1]];
    if (answer === undefined) return all;
    all.delete("content-language");
    all.delete("cache-control");
    for (const made of answer.made) all.delete(made);
    for (const [name, value] of answer.headers) {
      if (OWN.has(name)) continue;
      all.set(name, [value]);
    }
    const { written, meant } = answer.contentRange ?? {};
    if (meant !== undefined && all.get("content-range")?.[0] === meant) {
      all.set("content-range", [written]);
    }
    return all;
  }
}
