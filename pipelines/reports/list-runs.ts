/** The runs below a folder, each in a line: read from the ends of its files, so that thousands take seconds. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { lastJsonLine } from '../jobs/json-lines.js'
import { age, inPercent } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import { probesOf, probeTitle, summariseProbe } from './probe-file.js'
import type { MetricLine } from './run-record.js'
import { type RunStatus, runStatus } from './run-state.js'

export interface ListedRun extends RunStatus {
  path: string
  /** Sum over the losses of the last logged step, and of their chance levels. */
  chance?: number | undefined
  /** The probe with the highest balanced accuracy. */
  best?: { probe: string; classifier: string; balanced: number } | undefined
}

/** Folders below which runs are looked for: a sweep keeps its runs some levels down. */
const DEPTH = 6

/** By path. @throws Problem if there is no such folder */
export function listRuns(folder: string): ListedRun[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Problem('no-runs', `There is no folder ${folder}.`, {
      hint: '`earshot train` writes into runs/ if nothing else is said; name your own: ./earshot runs FOLDER',
    })
  return runsBelow(folder, DEPTH).map(listed)
}

function runsBelow(folder: string, depth: number): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.some(({ name }) => name === 'run.yaml')) return [folder]
  if (depth === 0) return []
  return entries
    .filter(entry => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
    .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))
    .flatMap(({ name }) => runsBelow(join(folder, name), depth - 1))
}

function listed(path: string): ListedRun {
  const status = runStatus(path)
  const last = lastJsonLine<MetricLine>(join(path, 'metrics.jsonl'))
  const sum = (values: Record<string, number> = {}) => Object.values(values).reduce((all, value) => all + value, 0)
  return {
    path,
    ...status,
    ...(last && { step: status.step ?? last.step, loss: status.loss ?? sum(last.losses), chance: sum(last.chance) }),
    best: bestProbe(path),
  }
}

function bestProbe(path: string): ListedRun['best'] {
  const figures = probesOf(path).flatMap(file => {
    const probe = summariseProbe(file)
    return Object.entries(probe?.rows[0]?.figures ?? {}).map(([classifier, { balanced }]) => ({
      probe: probeTitle(probe!),
      classifier,
      balanced,
    }))
  })
  return figures.sort((one, other) => other.balanced - one.balanced)[0]
}

/** A table for the terminal. @param now seconds since 1970 */
export function runsText(runs: readonly ListedRun[], now: number): string {
  const rows = runs.map(({ path, state, step, of, loss, chance, best, written }) => [
    path,
    state,
    step === undefined ? '' : of === undefined || of === step ? String(step) : `${step}/${of}`,
    loss === undefined ? '' : `${loss.toFixed(3)}${chance ? ` (${chance.toFixed(3)})` : ''}`,
    best ? `${inPercent(best.balanced)} ${best.probe} (${shortName(best.classifier)})` : '',
    age(now - written),
  ])
  const head = ['run', 'state', 'step', 'loss (chance)', 'best probe, balanced acc. %', 'age']
  const states = new Map<string, number>()
  for (const { state } of runs) states.set(state, (states.get(state) ?? 0) + 1)
  const counts = [...states].map(([state, count]) => `${count} ${state}`).join(', ')
  return [
    ...textTable([head, ...rows], { ruled: true }),
    '',
    `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}: ${counts}.`,
  ].join('\n')
}

const shortName = (classifier: string) => classifier.replace(' regression', '')
