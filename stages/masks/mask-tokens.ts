import { z } from 'zod'
import { describeStage, ParameterProblem, patch } from '../contract.js'
import type { PatchPort } from '../ports.js'
import type { Rng } from '../values.js'

/** Of a piece. */
export const pieceSize = z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])

const KINDS = ['random', 'block', 'time', 'frequency', 'time-frequency'] as const

/** Which pieces of a patch an encoder sees, and which it has to guess. */
export default describeStage({
  runsIn: 'item',
  name: 'mask-tokens',
  summary:
    'Draws the pieces of a patch that an encoder does not see: single ones, blocks, or all of some times or bands.',
  source:
    'He et al., CVPR 2022; Huang et al., NeurIPS 2022 (Audio-MAE), 3.2; block: Gong et al., AAAI 2022 (SSAST), 2.2; time-frequency: after Fei et al., 2023 (A-JEPA)',
  parameters: z.strictObject({
    patch: pieceSize.default([16, 16]).describe('frames and bands of a piece'),
    share: z.number().min(0.01).max(0.99).default(0.75).describe('of the pieces that are not seen'),
    kind: z
      .enum(KINDS)
      .default('random')
      .describe(
        'random: single pieces. block: squares, until they are enough. time, frequency: whole rows of the grid. time-frequency: rows of both in turn, until they are enough',
      ),
  }),
  in: { from: patch },
  out: ({ from }, { patch, share, kind }) => {
    const { times, bins } = gridOf(from, patch)
    const rows = kind === 'time' ? times : kind === 'frequency' ? bins : times * bins
    const hidden = Math.round(share * rows)
    if (hidden < 1 || hidden >= rows)
      throw new ParameterProblem(
        'share',
        `${share} of ${rows} ${kind === 'time' || kind === 'frequency' ? 'rows' : 'pieces'} leaves ${rows - hidden} to see and ${hidden} to guess; each needs one`,
      )
    return { kind: 'indices', kept: ((rows - hidden) * times * bins) / rows, times, bins }
  },
  draws: true,
  work:
    ({ kind }, { out: { kept, times, bins } }) =>
    ({ rng }) => {
      const mask = rng('mask')
      const hidden = times * bins - kept
      if (kind === 'random') return keptFirst(times * bins, someOf(times * bins, hidden, mask))
      if (kind === 'block') return keptFirst(times * bins, blocks({ times, bins }, hidden, mask))
      if (kind === 'time-frequency') return keptFirst(times * bins, rowsInTurn({ times, bins }, hidden, mask))
      const rows = kind === 'time' ? someOf(times, hidden / bins, mask) : someOf(bins, hidden / times, mask)
      const places = [...Array(times * bins).keys()]
      const rowOf = (place: number) => (kind === 'time' ? Math.floor(place / bins) : place % bins)
      return keptFirst(times * bins, new Set(places.filter(place => rows.has(rowOf(place)))))
    },
})

export interface Grid {
  times: number
  bins: number
}

/** Pieces along time and along frequency. @throws ParameterProblem if they do not fill the patch */
export function gridOf({ frames, bands, channels }: PatchPort, [long, high]: readonly [number, number]): Grid {
  if (channels) throw new ParameterProblem('patch', `pieces are of one channel, and the patch has ${channels}`)
  if (frames % long === 0 && bands % high === 0) return { times: frames / long, bins: bands / high }
  throw new ParameterProblem(
    'patch',
    `pieces of ${long} x ${high} do not fill a patch of ${frames} x ${bands}: both have to be divisors`,
  )
}

/** So many different numbers below `all`. */
function someOf(all: number, count: number, rng: Rng): Set<number> {
  const order = [...Array(all).keys()]
  for (let at = 0; at < count; at++) {
    const other = rng.integer(at, all)
    ;[order[at], order[other]] = [order[other]!, order[at]!]
  }
  return new Set(order.slice(0, count))
}

/** Squares of 2 to 4 pieces a side, or as many as there are, at random places; of the last as many pieces as are left. */
function blocks({ times, bins }: Grid, count: number, rng: Rng): Set<number> {
  const found = new Set<number>()
  const most = Math.min(times, bins)
  while (found.size < count) {
    const side = Math.min(most, rng.integer(2, 5))
    const [time, bin] = [rng.integer(0, times - side + 1), rng.integer(0, bins - side + 1)]
    for (let at = 0; at < side * side && found.size < count; at++)
      found.add((time + Math.floor(at / side)) * bins + bin + (at % side))
  }
  return found
}

/** A time, a band, a time, ..., each another one and whole; of the last as many pieces as are left. */
function rowsInTurn({ times, bins }: Grid, count: number, rng: Rng): Set<number> {
  const [ats, bands] = [[...someOf(times, times, rng)], [...someOf(bins, bins, rng)]]
  const pieces = Array.from({ length: Math.max(times, bins) }, (_, turn) => [
    ...(turn < times ? bands.map(bin => ats[turn]! * bins + bin) : []),
    ...(turn < bins ? ats.map(time => time * bins + bands[turn]!) : []),
  ])
  return new Set([...new Set(pieces.flat())].slice(0, count))
}

/** All numbers below `all`: those that are not hidden, then the hidden ones, each ascending. */
function keptFirst(all: number, hidden: ReadonlySet<number>): Float32Array {
  const places = [...Array(all).keys()]
  return Float32Array.from([...places.filter(at => !hidden.has(at)), ...places.filter(at => hidden.has(at))])
}
