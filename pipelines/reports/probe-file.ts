/** What `earshot probe` has written, read back. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { Interval } from '../statistics/scores.js'

export interface ProbeFigure {
  balanced: number
  accuracy: number
  balancedInterval?: Interval
  behind?: { difference: number; interval: Interval }
}

export interface ProbeRow {
  name: string
  dimensions?: number
  /** By name of the classifier. */
  figures: Record<string, ProbeFigure>
}

/** All but the predictions. */
export interface ProbeSummary {
  options: { file: string; label: string; group?: string; split?: string; folds: number; seed: number }
  settings: { interval: string }
  counts: { clips: number; tested: number; groups?: number; folds: number; classes: Record<string, number> }
  notes: string[]
  missingBaselines: string[]
  rows: ProbeRow[]
}

export interface ProbeFile extends ProbeSummary {
  file: string
  predictions: {
    clips: string[]
    labels: string[]
    units?: string[]
    rows: ({ name: string } & Record<string, string[] | string>)[]
  }
}

/** @throws Problem if it is not a result of `earshot probe` */
export function readProbe(file: string): ProbeFile {
  try {
    const probe = JSON.parse(readFileSync(file, 'utf8'))
    if (String(probe.recipe).startsWith('earshot-probe/')) return { ...probe, file }
  } catch (cause) {
    throw new Problem('no-probe', `The result of a probe cannot be read: ${(cause as Error).message}`, {
      place: { file },
      cause,
    })
  }
  throw new Problem('no-probe', 'This is not a result of `earshot probe`: it names no recipe.', {
    place: { file },
    hint: 'Name a .probe.json that `earshot probe` wrote.',
  })
}

/** Paths of the probes of a run, by name. */
export function probesOf(run: string): string[] {
  let names: string[]
  try {
    names = readdirSync(join(run, 'probes'))
  } catch {
    return [] // a run that was not probed has no such folder
  }
  return names
    .filter(name => name.endsWith('.probe.json'))
    .sort()
    .map(name => join(run, 'probes', name))
}

/** `drums16k: label, kit held out`. */
export function probeTitle({ options }: Pick<ProbeSummary, 'options'>): string {
  const { file, label, group, split } = options
  const held = group ? `, ${group} held out` : split ? `, by ${split}` : ''
  return `${basename(file, '.arrow')}: ${label}${held}`
}

/** Predictions, which make up most of such a file, begin here. */
const PREDICTIONS = '\n "predictions": {'

/** A probe without its predictions, of which none is read; undefined if the file is no probe. */
export function summariseProbe(file: string): ProbeSummary | undefined {
  const handle = openSync(file, 'r')
  try {
    const blocks: Buffer[] = []
    for (;;) {
      const block = Buffer.alloc(32_768)
      const count = readSync(handle, block)
      blocks.push(block.subarray(0, count))
      const text = Buffer.concat(blocks).toString('utf8')
      const end = text.indexOf(PREDICTIONS)
      if (end >= 0) return JSON.parse(`${text.slice(0, end).replace(/,\s*$/, '')}}`)
      if (count === 0) return JSON.parse(text)
    }
  } catch {
    return undefined
  } finally {
    closeSync(handle)
  }
}
