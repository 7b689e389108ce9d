/** The whole study: draw after draw, each kept as soon as it is done, so that a stopped study goes on. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentHash } from '../../../data/content-hash.js'
import { Problem } from '../../../data/problem.js'
import { makeFolder, onDisk, writeWhole } from '../../../data/whole-file.js'
import { readClipTable } from '../../embeddings/clip-table.js'
import { gatherContestants } from '../../evaluation/probes/baselines.js'
import { classifiersOf, type Tuned } from '../../evaluation/probes/classifiers.js'
import { chooseExamples } from '../../evaluation/probes/examples.js'
import { OWN_NAME } from '../../evaluation/probes/run-probe.js'
import { readJsonLines } from '../../jobs/json-lines.js'
import { tryLock } from '../../jobs/process-lock.js'
import { rowsOf } from '../../statistics/products.js'
import { type Draw, drawScores, type Encoder, heldOutGroups, type Labelled, type Model, modelsOf } from './draw.js'
import type { ProxySettings } from './settings.js'
import { type ProxySummary, summariseProxies } from './summary.js'

export interface ProxyStudy {
  settings: ProxySettings
  clips: number
  groups: number
  classes: number
  models: Model[]
  draws: Draw[]
  summary: ProxySummary
}

/**
 * Writes into `folder`: study.json (what was asked, and of which files), draws.jsonl (a line a draw), result.json.
 * Draws that are there already are not made again.
 *
 * @param begin told how many draws are to be made; its answer is called after each
 * @throws Problem `other-study` if the folder holds a study of something else, `study-in-use`; Problems as of a probe
 */
export async function studyProxies(
  settings: ProxySettings,
  folder: string,
  begin: (steps: number) => () => void = () => () => {},
): Promise<ProxyStudy> {
  const { encoders, labelled, classes } = await readEncoders(settings)
  const classifiers = classifiersOf(settings.classifiers).filter((one): one is Tuned => 'scores' in one)
  const models = modelsOf(encoders, classifiers)
  const { repeats, methods, validation, seed, 'held-out': parts } = settings
  makeFolder(folder)
  const lock = lockStudy(folder)
  try {
    const files = await Promise.all(settings.embeddings.map(contentHash))
    claimFolder(folder, `${JSON.stringify({ settings, files, models }, null, 2)}\n`)
    const ledger = join(folder, 'draws.jsonl')
    const draws = readJsonLines<Draw>(ledger)
    // a line cut off by a kill is no draw: whole lines alone are kept
    if (existsSync(ledger)) writeWhole(ledger, draws.map(draw => `${JSON.stringify(draw)}\n`).join(''))
    const planned = Array.from({ length: repeats }, (_, repeat) =>
      heldOutGroups(labelled.groups, { parts, key: `honest proxy ${seed} ${repeat}` }),
    ).flat()
    const tick = begin(planned.length - draws.length)
    for (let at = draws.length; at < planned.length; at++) {
      const about = { encoders, classifiers, methods, validation, seed: seed * 10_000 + at }
      const draw = await drawScores(labelled, planned[at]!, about)
      onDisk(folder, () => appendFileSync(ledger, `${JSON.stringify(draw)}\n`))
      draws.push(draw)
      tick()
    }
    const summary = summariseProxies(draws, methods, seed)
    const groups = new Set(labelled.groups).size
    const study = { settings, clips: labelled.groups.length, groups, classes, models, draws, summary }
    writeWhole(join(folder, 'result.json'), `${JSON.stringify({ ...study, draws: undefined }, null, 2)}\n`)
    return study
  } finally {
    lock.release()
  }
}

/** Of two processes at once, each would add draws to those of the other. @throws Problem `study-in-use` */
function lockStudy(folder: string): { release(): void } {
  const lock = tryLock(join(folder, 'lock'))
  if (!('holder' in lock)) return lock
  const { pid, host } = lock.holder
  throw new Problem('study-in-use', `Process ${pid} on ${host} is at the study in ${folder}.`, {
    place: { file: folder },
    hint: `Wait for it, or name another folder with -o. If that process is on another machine and dead, delete ${join(folder, 'lock')}.`,
  })
}

async function readEncoders({ embeddings, label, group, seed, 'held-out': folds }: ProxySettings) {
  const [file, ...against] = embeddings
  const table = await readClipTable(file!, [label, group])
  const asked = { label, group, folds, seed }
  const { rows, truth, units, groups, classes } = chooseExamples(table, name => table.values.get(name)!, asked)
  if (groups! < 2 * folds)
    throw new Problem('few-groups', `${file}: '${group}' has ${groups} groups for ${folds} parts.`, {
      hint: 'Each part that is held out should have two groups: give fewer parts (held-out).',
    })
  const rivals = await gatherContestants(table, rows, { against, frames: false, missing: () => {} })
  const encoders: Encoder[] = [{ name: OWN_NAME, features: rowsOf(table.features, rows) }, ...rivals]
  const labelled: Labelled = { truth, groups: units }
  return { encoders, labelled, classes: classes.length }
}

/** Notes what is asked, or makes sure that it is what was asked before. */
function claimFolder(folder: string, asked: string): void {
  const file = join(folder, 'study.json')
  if (!existsSync(file)) writeWhole(file, asked)
  else if (readFileSync(file, 'utf8') !== asked)
    throw new Problem('other-study', `${folder} holds a study with other settings or other embeddings.`, {
      place: { file },
      hint: 'Name another folder with -o, or delete this one.',
    })
}
