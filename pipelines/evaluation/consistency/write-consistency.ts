/** Measures runs one after the other; writes their figures as JSON and pictures, and puts them into tables. */
import { join } from 'node:path'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { readTensors } from '../../../engine/checkpoints/tensors.js'
import { merged } from '../../../engine/low-rank.js'
import { findCheckpoint } from '../../model/checkpoint.js'
import { type ConsistencyOptions, measureConsistency } from './measure.js'
import { drawCurves, drawFilters } from './pictures.js'
import { type ComparedRun, type MeasuredRun, nameAmongRuns } from './runs.js'
import { consistencyText } from './text.js'

/** @returns what is said about it */
export async function writeConsistency(
  runs: readonly ComparedRun[],
  output: string,
  options: Omit<ConsistencyOptions, 'run'>,
): Promise<string> {
  const measured: MeasuredRun[] = []
  const written: string[] = []
  const write = (name: string, text: string) => {
    const file = join(output, name)
    writeWhole(file, text)
    written.push(file)
  }
  for (const run of runs) {
    const consistency = await measureConsistency({ ...options, run: run.path })
    measured.push({ ...run, consistency })
    makeFolder(output)
    const name = nameAmongRuns(run)
    const prefix = name === undefined ? '' : `${name}-`
    write(`${prefix}consistency.json`, `${JSON.stringify({ arm: run.arm, seed: run.seed, ...consistency }, null, 1)}\n`)
    const filters = drawFilters(merged(readTensors(findCheckpoint(run.path).tensors).weights))
    if (filters) write(`${prefix}filters.svg`, filters)
  }
  write('consistency.svg', drawCurves(measured))
  return `${consistencyText(measured)}\nWritten: ${written.length > 3 ? `${output}, ${written.length} files` : written.join(', ')}\n`
}
