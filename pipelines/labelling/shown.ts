/** What a labelling page shows beside its questions: a map, and how alike windows are to examples. */

import { shuffled } from '../../graphs/streams/draws.js'
import { inUnitSquare, mapLayout } from '../embeddings/inspection/map-layout.js'
import { examplesOf, likeness } from '../embeddings/search/search.js'
import { rowsOf } from '../statistics/products.js'
import type { LabelPage } from './page.js'
import type { LabelSet } from './windows.js'

/** Windows of the map: more cost more time than they show. */
const MAPPED = 700

interface Wanted {
  /** What the first questions are like, named as for `similar`. */
  like: readonly string[]
  not: readonly string[]
  run: string | undefined
  progress?: (done: number, all: number) => void
}

/** @throws Problem as `search` */
export async function shownOf(
  set: LabelSet,
  { like, not, run, progress }: Wanted,
): Promise<Pick<LabelPage, 'set' | 'likeness' | 'mapped' | 'map'>> {
  const of = (texts: readonly string[]) => examplesOf(texts, set.index, { run, index: set.index })
  const scores = like.length > 0 ? likeness(set.index, await of(like), await of(not)) : undefined
  const rows = [...set.stretches.keys()]
  const mapped = rows.length <= MAPPED ? rows : shuffled(rows, 'map of windows').slice(0, MAPPED)
  const map = inUnitSquare(mapLayout(rowsOf(set.features, mapped), { seed: 0, progress }))
  return { set, mapped, map, likeness: scores && Float32Array.from(set.chosen, row => scores[row]!) }
}
