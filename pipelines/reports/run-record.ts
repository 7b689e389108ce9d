/** All that a report tells of a run, gathered from its folder; what is not there is absent. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readJsonFile } from '../../data/json-file.js'
import type { Dropped } from '../../graphs/streams/gather.js'
import type { StreamFigures } from '../../graphs/streams/metrics.js'
import type { Skipped } from '../../graphs/streams/prepare.js'
import { readJsonLines } from '../jobs/json-lines.js'
import type { Health } from '../model/settings.js'
import { RunFolder } from '../training/run-folder.js'
import { ENVIRONMENT, type Environment } from '../training/tracking/environment.js'
import { type ProbeFile, probesOf, readProbe } from './probe-file.js'
import { type RunStatus, runStatus } from './run-state.js'

export interface MetricLine extends Partial<Health> {
  step: number
  epoch: number
  losses: Record<string, number>
  chance: Record<string, number>
  learningRate: number
}

export interface TimingLine {
  step: number
  seconds: number
  waited: number
  tensors: number
  time: string
}

export type StreamLine = StreamFigures & { step: number }

export interface RunRecord {
  path: string
  name: string
  status: RunStatus
  /** Text of `run.yaml`. */
  config: string
  metrics: MetricLine[]
  timings: TimingLine[]
  streams: StreamLine[]
  skipped: (Skipped | Dropped)[]
  environments: Environment[]
  probes: ProbeFile[]
  /** Arrow files, the newest checkpoint's or not. */
  embeddings: string[]
}

export interface RecordOptions {
  /** Probes that lie elsewhere. */
  probes?: readonly string[] | undefined
  /** Embeddings that lie elsewhere. */
  embeddings?: readonly string[] | undefined
}

/** @throws Problem if the folder is not that of a run, or a file named beside it is not what it should be */
export function readRun(path: string, { probes = [], embeddings = [] }: RecordOptions = {}): RunRecord {
  const run = RunFolder.open(path)
  const files = [...new Set([...probesOf(path), ...probes].map(file => resolve(file)))]
  const folder = run.file('embeddings')
  const arrows = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.arrow')) : []
  return {
    path,
    name: basename(resolve(path)),
    status: runStatus(path),
    config: run.read('run.yaml'),
    metrics: readJsonLines(run.file('metrics.jsonl')),
    timings: readJsonLines(run.file('timings.jsonl')),
    streams: readJsonLines(run.file('streams.jsonl')),
    skipped: readJsonLines(run.file('skipped.jsonl')),
    environments: existsSync(run.file(ENVIRONMENT)) ? (readJsonFile(run.file(ENVIRONMENT)) as Environment[]) : [],
    probes: files.map(readProbe),
    embeddings: [...embeddings, ...arrows.sort().map(name => join(folder, name))],
  }
}

/** Share of the time of the logged steps in which the trainer waited for its batch; the first step starts the streams. */
export function waitedShare(timings: readonly TimingLine[]): number | undefined {
  const later = timings.slice(1)
  const sum = (of: (line: TimingLine) => number) => later.reduce((all, line) => all + of(line), 0)
  const waited = sum(line => line.waited)
  const all = waited + sum(line => line.seconds)
  return all > 0 ? waited / all : undefined
}
