/** A run's folder: what was asked for, what came of it, and where a resumed run goes on. Never overwritten. */
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { isPart, makeFolder, onDisk, writeWhole } from '../../data/whole-file.js'
import { command } from '../terminal/say.js'

export type RunState = 'preparing' | 'training' | 'interrupted' | 'failed' | 'finished'

/** Whose weights the run started from, if it did not start afresh. */
export const STARTED_FROM = 'started-from.json'

/** Labels that `data.labels` changed. */
export const LABEL_CHANGES = 'label-changes.tsv'

/** The clips with these changes, as a table that a later run can train on. */
export const TRAINING_SET = 'training-set.tsv'

/** What a run that never came to a step may have left behind. */
const BEFORE_TRAINING = new Set([
  'run.yaml',
  'status.json',
  'metrics.jsonl',
  'timings.jsonl',
  'streams.jsonl',
  'skipped.jsonl',
  'noted.jsonl',
  'checkpoints',
  'environment.json',
  'events',
  STARTED_FROM,
  LABEL_CHANGES,
  TRAINING_SET,
])

/** What there is of one that found no room for its `run.yaml`. */
const BEFORE_CONFIG = new Set(['status.json', 'checkpoints', 'environment.json'])

/** Whether a folder is that of a run without any step, and holds nothing else. */
function neverTrained(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isDirectory()) return false
  const names = readdirSync(path).filter(name => !isPart(name))
  const ours = names.includes('run.yaml') ? BEFORE_TRAINING : BEFORE_CONFIG
  const metrics = join(path, 'metrics.jsonl')
  const steps = names.includes('checkpoints') ? readdirSync(join(path, 'checkpoints')) : []
  return (
    names.length > 0 &&
    names.every(name => ours.has(name)) &&
    (!existsSync(metrics) || statSync(metrics).size === 0) &&
    !steps.some(name => name.startsWith('step-'))
  )
}

export class RunFolder {
  private constructor(readonly path: string) {}

  /** A run that failed before its first step gives way. @throws Problem if the folder holds anything else, or cannot be written */
  static create(path: string): RunFolder {
    if (neverTrained(path)) rmSync(path, { recursive: true })
    if (existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0)) {
      const other = command`--run ${`${path}-2`}`
      if (existsSync(join(path, 'run.yaml')))
        throw new Problem('run-exists', `The run folder ${path} is already there.`, {
          hint: command`Go on with it: --run ${path} --resume. Or name another: ` + other,
        })
      throw new Problem('run-exists', `${path} is already there, and is not a run: it stays as it is.`, {
        hint: `Name another: ${other}`,
      })
    }
    makeFolder(join(path, 'checkpoints'))
    return new RunFolder(path)
  }

  /** @throws Problem if it is not a run folder */
  static open(path: string): RunFolder {
    if (!existsSync(join(path, 'run.yaml'))) {
      throw new Problem('not-a-run', `${path} is not a run folder: it holds no run.yaml.`, {
        hint: 'Name the folder that `earshot train` wrote, such as runs/quickstart.',
      })
    }
    return new RunFolder(path)
  }

  file(name: string): string {
    return join(this.path, name)
  }

  get checkpoints(): string {
    return this.file('checkpoints')
  }

  /** Written whole or not at all. @throws Problem `disk-full`, `not-writable` */
  write(name: string, text: string): void {
    writeWhole(this.file(name), text)
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8')
  }

  status(state: RunState, details: Record<string, unknown> = {}): void {
    const text = `${JSON.stringify({ state, ...details }, null, 2)}\n`
    try {
      this.write('status.json', text)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'disk-full') throw error
      writeFileSync(this.file('status.json'), text) // no room for another file, but where this one lies there is
    }
  }

  /** Appends a line to `metrics.jsonl`, `timings.jsonl`, `streams.jsonl`, `skipped.jsonl` or `noted.jsonl`. */
  append(name: string, entry: object): void {
    onDisk(this.path, () => appendFileSync(this.file(name), `${JSON.stringify(entry)}\n`))
  }

  /** Length of each growing file: a checkpoint keeps them, so that resuming cuts off what came after it. */
  lengths(names: readonly string[]): Record<string, number> {
    return Object.fromEntries(
      names.map(name => [name, existsSync(this.file(name)) ? statSync(this.file(name)).size : 0]),
    )
  }

  /** Lines that are missing where a file is shorter than it was stay missing, which is said. */
  cutBack(lengths: Record<string, number>): void {
    for (const [name, length] of Object.entries(lengths)) {
      const file = this.file(name)
      const size = existsSync(file) ? statSync(file).size : 0
      if (size > length) truncateSync(file, length)
      if (size >= length) continue
      if (size > 0) truncateSync(file, readFileSync(file).lastIndexOf('\n') + 1)
      process.stderr.write(`${file} has lost lines: it has ${size} bytes, and had ${length} at the checkpoint.\n`)
    }
  }

  /** What processes that were killed have left half written. Only for whoever holds the run. */
  clean(): void {
    for (const folder of [this.path, this.checkpoints])
      for (const name of existsSync(folder) ? readdirSync(folder) : []) if (isPart(name)) rmSync(join(folder, name))
  }
}
