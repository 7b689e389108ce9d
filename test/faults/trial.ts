/** One fault: what stands there after it, and whether the same command again makes all as if there had been none. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { earshot } from '../earshot.js'
import type { Deed } from './deeds.js'
import type { Fault, Injector } from './injector.js'

export interface Reference {
  /** Writes of the deed without faults. */
  writes: number
  /** Hashes by name. */
  before: Map<string, string>
  after: Map<string, string>
}

export interface Outcome extends Fault {
  deed: string
  /** Whether the fault came to pass. */
  fired: boolean
  code: number | null
  /** Everything that is wrong, in words; none is right. */
  wrong: string[]
}

const STACK = /^ {4}at .*[(/].*:\d+:\d+\)?$|mistake in Earshot/m

export class Trials {
  readonly #place: string

  /** @param folder for the deeds' own folder, which each trial empties */
  constructor(
    folder: string,
    private readonly injector: Injector,
  ) {
    this.#place = join(folder, 'place')
  }

  async reference(deed: Deed): Promise<Reference> {
    this.#empty(deed)
    const before = this.#hashes(deed)
    const { code, error, writes } = await this.#run(deed, deed.words(this.#place), { kind: 'kill', at: 0 })
    if (code !== 0 || writes === 0) throw new Error(`${deed.name}, ${writes} writes: ${error}`)
    return { writes, before, after: this.#hashes(deed) }
  }

  async one(deed: Deed, fault: Fault, reference: Reference): Promise<Outcome> {
    this.#empty(deed)
    const ended = await this.#run(deed, deed.words(this.#place), fault)
    const wrong: string[] = []
    if (ended.hangs) wrong.push('it hangs')
    wrong.push(...this.#traces(ended.error))
    for (const [name, hash] of this.#hashes(deed)) {
      const known = [reference.before.get(name), reference.after.get(name)]
      if (!deed.growing.test(name) && !known.includes(hash)) wrong.push(`${name} is not whole, or another`)
    }
    for (const name of reference.before.keys())
      if (!this.#hashes(deed).has(name) && !/\.baselines\//.test(name)) wrong.push(`${name} is lost`)
    if (ended.code === 0) wrong.push(...this.#compare(deed, reference, 'it says that all is well'))
    const again = await earshot(deed.again(this.#place), deed.environment)
    if (again.code !== 0) wrong.push(`the same command again ends with ${again.code}: ${again.error.slice(-500)}`)
    wrong.push(...this.#traces(again.error))
    wrong.push(...this.#compare(deed, reference, 'after the same command again'))
    for (const name of this.#names())
      if (/\.part(ial)?$|initial\.safetensors$/.test(name)) wrong.push(`${name} stays behind`)
    return { ...fault, deed: deed.name, fired: ended.faults > 0, code: ended.code, wrong }
  }

  #run(deed: Deed, words: string[], fault: Fault) {
    return this.injector.run(words, this.#place, deed.environment, fault)
  }

  #empty(deed: Deed): void {
    rmSync(this.#place, { recursive: true, force: true })
    mkdirSync(this.#place)
    deed.before?.(this.#place)
  }

  #compare(deed: Deed, { after }: Reference, when: string): string[] {
    const now = this.#hashes(deed)
    const names = [...new Set([...now.keys(), ...after.keys()])]
    return names.filter(name => now.get(name) !== after.get(name)).map(name => `${when}, ${name} is another`)
  }

  /** Stacks in what was said, also by jobs into their logs. */
  #traces(error: string): string[] {
    const logs = this.#names().filter(name => name.endsWith('log.txt'))
    const texts = [error, ...logs.map(name => readFileSync(join(this.#place, name), 'utf8'))]
    return texts
      .filter(text => STACK.test(text))
      .map(text => `a stack: ${text.slice(text.search(STACK) - 300).slice(0, 900)}`)
  }

  #hashes({ artefacts }: Deed): Map<string, string> {
    const names = this.#names().filter(name => artefacts.test(name))
    return new Map(
      names.map(name => [
        name,
        createHash('sha256')
          .update(readFileSync(join(this.#place, name)))
          .digest('hex'),
      ]),
    )
  }

  #names(): string[] {
    const names = readdirSync(this.#place, { recursive: true }) as string[]
    return names.filter(name => statSync(join(this.#place, name)).isFile()).sort()
  }
}

/** Faults over all kinds and all of a deed's writes, evenly: the n-th is always the same. */
export function faultOf(n: number, kinds: readonly Fault['kind'][], writes: number): Fault {
  const share = (n * 0.6180339887498949) % 1 // golden ratio: any first few are spread
  return { kind: kinds[n % kinds.length]!, at: 1 + Math.floor(share * writes) }
}
