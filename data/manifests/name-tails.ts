/** Names that end alike: `kick/01.wav` is a tail of `sounds/kick/01.wav`. */

/** Parts of a name, the last one first: `['01.wav', 'kick', 'sounds']`. */
export type Parts = readonly string[]

export interface Tail {
  /** Places of the names that fit equally well. */
  places: readonly number[]
  /** How many parts they share with the name asked for; infinite if it is the same name. */
  length: number
}

/** Names that share their last parts; those that go on are told apart by the next part as soon as somebody asks. */
interface Branch {
  places: number[]
  ended?: number[]
  next?: Map<string, Branch>
}

export class NameTails {
  readonly #all: Branch

  /** @param names those without parts are not found */
  constructor(private readonly names: readonly Parts[]) {
    this.#all = { places: [...names.keys()].filter(place => names[place]!.length > 0) }
  }

  /** The same name; else names that end in this one; else the longest of those in which this one ends. */
  find(name: Parts): Tail | undefined {
    if (name.length === 0) return undefined
    let [branch, within] = [this.#all, undefined as Tail | undefined]
    for (const [depth, part] of name.entries()) {
      const deeper = this.#split(branch, depth).next!.get(part)
      if (branch.ended!.length > 0) within = { places: branch.ended!, length: depth }
      if (!deeper) return within
      branch = deeper
    }
    const { ended, places } = this.#split(branch, name.length)
    return ended!.length > 0 ? { places: ended!, length: Number.POSITIVE_INFINITY } : { places, length: name.length }
  }

  #split(branch: Branch, depth: number): Branch {
    if (branch.next) return branch
    branch.next = new Map()
    branch.ended = []
    for (const place of branch.places) {
      const part = this.names[place]![depth]
      const known = part === undefined ? branch.ended : branch.next.get(part)?.places
      if (known) known.push(place)
      else branch.next.set(part!, { places: [place] })
    }
    return branch
  }
}
