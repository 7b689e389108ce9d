/** Which clips a scene is made of: the first by turns, the others by the rules of company. */

import { hash } from 'node:crypto'
import { shuffled } from '../../../graphs/streams/draws.js'
import type { Clip, Draws } from '../../../stages/values.js'
import type { SceneSettings } from './settings.js'

export interface Cast {
  split: Split
  /** Candidates in the order in which they are tried; a clip that cannot be used gives its place to the next. */
  firsts(): Iterable<Clip>
  /** For the events beside `first`, different clips. */
  others(first: Clip): Iterable<Clip>
  beds(): Iterable<Clip>
  /** Events of the scene. */
  number: number
}

/** Clips by split. */
type Parts = Record<Split, Clip[]>

export class Casting {
  readonly #events: Parts
  readonly #beds: Parts
  readonly #splits: Map<string, Split>
  readonly #orders = new Map<number, Clip[]>()

  constructor(
    private readonly settings: SceneSettings,
    private readonly clips: readonly Clip[],
    beds: readonly Clip[],
    private readonly seed: number,
  ) {
    const { within } = settings.events
    const share = settings['held-out']
    this.#splits = splitClips(clips, share, ({ id, labels }) => (within && labels[within]) ?? id)
    this.#events = partsOf(clips, this.#splits)
    this.#beds = partsOf(
      beds,
      splitClips(beds, share, ({ id }) => id),
    )
  }

  /** Scene after scene every clip is first once, in random order, before any is first again. */
  scene(index: number, rng: Draws): Cast {
    const first = this.#order(Math.floor(index / this.clips.length))[index % this.clips.length]!
    const split = this.#splits.get(first.id)!
    const { number, together, within } = this.settings.events
    const events = this.#events[split]
    const beds = this.#beds[split]
    const same = together && rng('together').uniform() < together.share
    return {
      split,
      number: rng('number').integer(number[0], number[1] + 1),
      *firsts() {
        yield first
        yield* drawn(events, rng('firsts'))
      },
      others(first) {
        const { [together?.column ?? '']: label, [within ?? '']: group } = first.labels
        const fits = ({ id, labels }: Clip) =>
          id !== first.id &&
          (!within || labels[within] === group) &&
          (!together || (labels[together.column] === label) === same)
        return drawn(events.filter(fits), rng('others'))
      },
      beds: () => drawn(beds, rng('beds')),
    }
  }

  #order(round: number): Clip[] {
    let order = this.#orders.get(round)
    if (!order) {
      order = shuffled(this.clips, `scenes\u0000${this.seed}\u0000${round}`)
      this.#orders.set(round, order)
    }
    return order
  }
}

function partsOf(clips: readonly Clip[], splits: ReadonlyMap<string, Split>): Parts {
  const of = (split: Split) => clips.filter(({ id }) => splits.get(id) === split)
  return { train: of('train'), 'held-out': of('held-out') }
}

/** All of them in random order, drawn one by one. */
function* drawn(clips: readonly Clip[], rng: ReturnType<Draws>): Generator<Clip> {
  const left = [...clips]
  for (let count = left.length; count > 0; count--) {
    const at = rng.integer(0, count)
    const clip = left[at]!
    left[at] = left[count - 1]!
    yield clip
  }
}

export const SPLITS = ['train', 'held-out'] as const
export type Split = (typeof SPLITS)[number]

/**
 * Which clips make scenes of their own. What is held out depends on the names alone: neither the seed nor other clips
 * that come or go move a name far, so that scenes of another seed keep the same clips apart.
 *
 * @param share of the groups, rounded to whole groups; at least one of each split if it is above 0
 * @param groupOf what is held out as a whole
 */
export function splitClips(clips: readonly Clip[], share: number, groupOf: (clip: Clip) => string): Map<string, Split> {
  const digest = (group: string) => hash('sha1', group)
  const groups = [...new Set(clips.map(groupOf))].sort((a, b) => (digest(a) < digest(b) ? -1 : 1))
  const count = share === 0 ? 0 : Math.min(groups.length - 1, Math.max(1, Math.round(share * groups.length)))
  const held = new Set(groups.slice(0, count))
  return new Map(clips.map(clip => [clip.id, held.has(groupOf(clip)) ? 'held-out' : 'train']))
}
