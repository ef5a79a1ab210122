const encoder = new TextEncoder();

/** Bytes written one value after the other, as ABI.md lays them out. */
export class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Room for so many bytes more. */
  #room(bytes) {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes));
    larger.set(this.bytes);
    this.wipe();
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  u32(number) {
    this.#room(4);
    this.#view.setUint32(this.#length, number, true);
    this.#length += 4;
  }

  /** A whole number below 2^53. */
  u64(number) {
    this.u32(number % 2 ** 32);
    this.u32(Math.floor(number / 2 ** 32));
  }

  /** `null`: absent. */
  optional(number) {
    this.u32(number === null ? 0 : 1);
    if (number !== null) this.u64(number);
  }

  text(text) {
    const bytes = encoder.encode(text);
    this.u32(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    bytes.fill(0);
  }

  texts(texts) {
    this.u32(texts.length);
    for (const text of texts) this.text(text);
  }

  get bytes() {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Overwrites what was written; secrets were. */
  wipe() {
    this.#bytes.fill(0);
  }
}
