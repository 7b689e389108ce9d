/** What the bits of a run depend on besides its graph: its data, its settings, the program and the machine. */
import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cpuFeatures } from '../../engine/install/machine.js'
import type { Prepared } from '../../graphs/streams/prepare.js'
import type { TrainSettings } from '../configuration/sections.js'
import type { Checkpoint } from '../model/checkpoint.js'
import { versions } from '../setup/versions.js'

/** The clips that are trained on. */
export interface DataMark {
  clips: number
  /** Of their names and labels, in order. */
  list: string
  /** Of their sounds, by the keys of their features: those depend on content and front end. */
  sounds: string
}

/** Settings that may be others when a run goes on: how long it trains, what is told and kept. */
const FREE: readonly (keyof TrainSettings)[] = [
  'steps',
  'log-every',
  'gradients-every',
  'checkpoints',
  'watch',
  'bad-clips',
  'calibration',
]

export function dataMark({ clips, nodes }: Prepared): DataMark {
  const names = clips.map(({ id, start, end, labels, events }) => [
    ...[id, start, end, Object.entries(labels).sort()],
    ...(events ? [events] : []),
  ])
  const keys = Object.entries(nodes).map(([id, { keys }]) => [id, keys])
  return { clips: clips.length, list: hashOf(names), sounds: hashOf(keys) }
}

/** Once the environment of TensorFlow has been set. */
export function machineMark(): Record<string, string> {
  const variables = ['TF_ENABLE_ONEDNN_OPTS', 'ONEDNN_MAX_CPU_ISA', 'TF_NUM_INTRAOP_THREADS', 'OMP_NUM_THREADS']
  return {
    instructions: existsSync('/proc/cpuinfo') ? cpuFeatures(readFileSync('/proc/cpuinfo', 'utf8')).join(' ') : '',
    'NVIDIA device': existsSync('/dev/nvidia0') ? 'there' : 'none',
    ...Object.fromEntries(variables.map(name => [name, process.env[name] ?? 'not set'])),
  }
}

/** Each a phrase: `train.seed is 1, and was 0`. What an older checkpoint does not tell is not compared. */
export function settingDifferences({ train }: Checkpoint, now: TrainSettings): string[] {
  const [before, after] = [flat('train', comparable({ ...train, ...free(now) })), flat('train', comparable(now))]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(path =>
    difference(path, before.get(path), after.get(path)),
  )
}

export function machineDifferences({ versions: then, machine }: Checkpoint): string[] {
  const [now, here] = [versions(), machineMark()]
  return [
    ...Object.keys(now).flatMap(name => difference(`version of ${name}`, then[name], now[name])),
    ...(machine ? Object.keys(here).flatMap(name => difference(name, machine[name], here[name])) : []),
  ]
}

export function dataDifferences({ data }: Checkpoint, now: DataMark): string[] {
  if (!data) return []
  if (data.clips !== now.clips) return difference('the number of usable clips', data.clips, now.clips)
  return [
    ...(data.list === now.list ? [] : ["the clips' names, order or labels are others"]),
    ...(data.sounds === now.sounds ? [] : ['the sounds of the clips are others']),
  ]
}

const difference = (what: string, before: unknown, after: unknown) =>
  before === after ? [] : [`${what} is ${after ?? 'not set'}, and was ${before ?? 'not set'}`]

/** A step has the same bits whichever way it is computed, but by XLA. */
const comparable = (train: TrainSettings) => ({ ...train, compile: train.compile === 'xla' ? 'xla' : 'without xla' })

const free = (train: TrainSettings) => Object.fromEntries(FREE.map(name => [name, train[name]]))

/** Values by dotted path. */
function flat(path: string, value: unknown): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map(value === undefined ? [] : [[path, value]])
  return new Map(Object.entries(value).flatMap(([name, inner]) => [...flat(`${path}.${name}`, inner)]))
}

const hashOf = (value: unknown) => hash('sha256', JSON.stringify(value))
