/** Whether two sets of recordings sound alike: another recorder, another place, a codec, a rate too low. */
import { resolve } from 'node:path'
import { readClips } from '../../../data/manifests.js'
import { Problem } from '../../../data/problem.js'
import { shuffled } from '../../../graphs/streams/draws.js'
import { readClipTable } from '../../embeddings/clip-table.js'
import { demandSameEncoder } from '../../embeddings/search/same-encoder.js'
import { mean } from '../../statistics/mean.js'
import type { Matrix } from '../../statistics/products.js'
import { standardise } from '../../statistics/standardise.js'
import { type Drawn, distancesOf, energyDistance, meanDifferences } from '../../statistics/two-samples.js'
import { BAND_CENTRES, type BandLevels, bandLevels } from './band-levels.js'

export interface CompareSetsOptions {
  /** Sounds, or embeddings of them: folders, tables, data set files, Arrow files by one encoder. */
  sets: readonly [string, string]
  /** Clips of each set at most; of more, so many are drawn. */
  most: number
  progress?: ((done: number, all: number) => void) | undefined
}

export interface Band extends Drawn {
  hertz: number
  /** Mean dB over the level of the clip, in each set. */
  levels: readonly [number, number]
}

export interface SetComparison {
  sets: readonly { name: string; clips: number; compared: number; unreadable: number }[]
  /** What the distance is of. */
  of: 'embeddings' | 'levels of bands'
  /** Energy distance. */
  distance: Drawn
  /** dB of the second set over the first. */
  level: Drawn
  /** dB of the second set over the first, from low to high. */
  bands: Band[]
  /** Standard deviation over time, mean over the bands, dB of the second set over the first. */
  variation: Drawn
  /** Clips of the second set that lie furthest from all of the first; 1: further than any clip of the first from the rest. */
  strangest: { clip: string; share: number }[]
}

interface Member {
  clip: string
  path: string
  start?: number | undefined
  end?: number | undefined
  embedding?: Float64Array
  levels?: BandLevels
}

const DRAWS = 999
const SHOWN = 10
/** Neighbours of a clip: its distance from a set is that of the last of them. */
const NEIGHBOURS = 5
/** Clips of a set that a test can say anything of. */
const LEAST = 5

/** @throws Problem `too-few`, `other-encoder`; those of `readClips`, `readClipTable` */
export async function compareSets({ sets, most, progress }: CompareSetsOptions): Promise<SetComparison> {
  const all = await members(sets)
  const chosen = all.map(one => (one.length <= most ? one : shuffled(one, 'clips compared').slice(0, most)))
  await listen(chosen.flat(), progress)
  const heard = chosen.map(one => one.filter(({ levels }) => levels !== undefined))
  heard.forEach((one, at) => {
    if (one.length < LEAST)
      throw new Problem(
        'too-few',
        `${sets[at]}: ${one.length} of ${chosen[at]!.length} clips can be read, too few to compare.`,
        {
          hint: `Each set needs ${LEAST} at least. Long recordings have more, by their windows: ./earshot embed RUN SOUNDS -o FILE.arrow --segment 5s, and compare such files.`,
        },
      )
  })
  const both = heard.flat()
  const second = both.map((_, at) => at >= heard[0]!.length)
  const groups = { second, units: both.map(({ path }, at) => `${second[at]} ${path}`), draws: DRAWS }
  const levels = matrixOf(both.map(({ levels }) => [...levels!.bands, ...levels!.variation]))
  const standard = standardise(levels, { rows: 0, columns: levels.columns, values: new Float64Array(0) }).train
  const embedded = both.every(({ embedding }) => embedding !== undefined)
  const points = embedded ? matrixOf(both.map(({ embedding }) => [...embedding!])) : standard
  const columns = matrixOf(both.map(({ levels }) => [levels!.level, mean(levels!.variation), ...levels!.bands]))
  const [level, variation, ...bands] = meanDifferences(columns, groups)
  return {
    sets: sets.map((name, at) => ({
      ...{ name, clips: all[at]!.length, compared: heard[at]!.length },
      unreadable: chosen[at]!.length - heard[at]!.length,
    })),
    of: embedded ? 'embeddings' : 'levels of bands',
    distance: energyDistance(points, groups),
    level: level!,
    variation: variation!,
    bands: bands.map((one, band) => ({
      ...{ hertz: BAND_CENTRES[band]!, ...one },
      levels: [0, 1].map(set => mean(heard[set]!.map(({ levels }) => levels!.bands[band]!))) as [number, number],
    })),
    strangest: strangest(points, second).map(({ row, share }) => ({ clip: both[row]!.clip, share })),
  }
}

async function members(sets: readonly [string, string]): Promise<Member[][]> {
  const arrows = sets.map(name => name.endsWith('.arrow'))
  if (arrows[0] !== arrows[1])
    throw new Problem('bad-option', 'One set is of embeddings, the other of sounds.', {
      hint: 'Give two files by ./earshot embed, or two sets of sounds.',
    })
  if (!arrows[0])
    return Promise.all(
      sets.map(async name => (await readClips(name)).clips.map(({ id, ...clip }) => ({ clip: id, ...clip }))),
    )
  const tables = await Promise.all(sets.map(name => readClipTable(name)))
  const [one, other] = tables.map(({ features, ...table }) => ({ ...table, dimensions: features.columns }))
  demandSameEncoder(one!, other!)
  return tables.map(({ clips, paths, features: { columns, values } }) =>
    clips.map((clip, row) => ({
      ...{ clip, path: resolve(paths[row] ?? clip) },
      embedding: unit(values.subarray(row * columns, (row + 1) * columns)),
    })),
  )
}

async function listen(all: readonly Member[], progress: CompareSetsOptions['progress']): Promise<void> {
  for (const [at, member] of all.entries()) {
    const { path, start, end } = member
    const stretch = { path, ...(start !== undefined && { start }), ...(end !== undefined && { end }) }
    const levels = await bandLevels(stretch).catch((error: unknown) => {
      if (error instanceof Problem) return undefined // counted as unreadable
      throw error
    })
    if (levels) member.levels = levels
    progress?.(at + 1, all.length)
  }
}

/** Clips of the second set by how far they lie from the first, as a share of its own clips that lie nearer to the rest. */
function strangest(points: Matrix, second: readonly boolean[]): { row: number; share: number }[] {
  const distances = distancesOf(points)
  const { rows } = points
  const first = [...second.keys()].filter(row => !second[row])
  const far = (row: number) => {
    const others = first.filter(other => other !== row).map(other => distances[row * rows + other]!)
    return others.sort((a, b) => a - b)[Math.min(NEIGHBOURS, others.length) - 1]!
  }
  const usual = first.map(far)
  return [...second.keys()]
    .filter(row => second[row])
    .map(row => ({ row, distance: far(row) }))
    .sort((a, b) => b.distance - a.distance || a.row - b.row)
    .slice(0, SHOWN)
    .map(({ row, distance }) => ({ row, share: usual.filter(one => one < distance).length / usual.length }))
}

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]!.length, values: Float64Array.from(rows.flat()) }
}

function unit(values: Float64Array): Float64Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1
  return values.map(value => value / length)
}
