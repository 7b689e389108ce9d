/**
 * A checkpoint is two files: `step-000200.safetensors` (weights, optimiser slots) and, written after it,
 * `step-000200.json` with all that is needed to go on or to embed. Without its JSON a checkpoint does not exist.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readJsonFile } from '../../data/json-file.js'
import { writeWhole } from '../../data/whole-file.js'

/** The weights before the first step, with calibrated batch-norm statistics: a baseline for probes. */
export const UNTRAINED = 'untrained.safetensors'

/** Says which checkpoint is the best: `RUN@best`, which is kept however old it is. */
const BEST = 'best.json'

export function tensorsFile(folder: string, step: number): string {
  return join(folder, `step-${String(step).padStart(6, '0')}.safetensors`)
}

export function jsonFile(folder: string, step: number): string {
  return tensorsOrJson(tensorsFile(folder, step)).json
}

/** Both files of a checkpoint by one of them. */
export function tensorsOrJson(file: string): { tensors: string; json: string } {
  const stem = file.replace(/\.(safetensors|json)$/, '')
  return { tensors: `${stem}.safetensors`, json: `${stem}.json` }
}

/** JSON files of the checkpoints in a folder, by their steps. */
export function listCheckpoints(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter(name => /^step-\d+\.json$/.test(name))
  return names.sort((one, other) => stepOf(one) - stepOf(other)).map(name => join(folder, name))
}

/** As its name has it. */
export const stepOf = (json: string): number => Number(/\d+/.exec(basename(json))?.[0])

/** @param found step of a checkpoint in the folder, and what speaks for it */
export function writeBest(folder: string, found: { step: number } & Record<string, number>): void {
  writeWhole(join(folder, BEST), `${JSON.stringify(found, null, 1)}\n`, { flush: true })
}

export function bestStep(folder: string): number | undefined {
  const file = join(folder, BEST)
  return existsSync(file) ? (readJsonFile(file) as { step: number } | null)?.step : undefined
}

/** Keeps the newest `keep` checkpoints of a folder, those of the steps `at`, and the best. */
export function thinCheckpoints(folder: string, { keep, at }: { keep: number; at: readonly number[] }): void {
  const chosen = [...at, bestStep(folder)]
  for (const json of listCheckpoints(folder).slice(0, -keep)) {
    if (chosen.includes(stepOf(json))) continue
    rmSync(json)
    rmSync(tensorsOrJson(json).tensors, { force: true })
  }
}
