/** Numbers from a seed (mulberry32). */
export class Draws {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let x = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  noise(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }
}
