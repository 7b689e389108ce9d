/** What a run was made with and on, `environment.json`: one entry for each time that training began or went on. */
import { execFileSync } from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import os from 'node:os'
import { versions } from '../../setup/versions.js'
import type { RunFolder } from '../run-folder.js'

export interface Environment {
  /** When training began or went on, ISO 8601. */
  time: string
  host: string
  /** Name and version of the system, architecture. */
  system: string
  processor: string
  cores: number
  /** GiB. */
  memory: number
  versions: Record<string, string>
  /** Of the working folder; `changed` if it held changes that were not committed. */
  git?: { commit: string; changed: boolean }
  /** Variables that change what TensorFlow does, or say which job of a cluster this is. */
  variables: Record<string, string>
}

export const ENVIRONMENT = 'environment.json'

/** Adds the present environment to those of the run. */
export function noteEnvironment(run: RunFolder): void {
  run.write(ENVIRONMENT, `${JSON.stringify([...earlier(run), environmentNow()], null, 2)}\n`)
}

/** A note that has been damaged is no reason not to train: it is kept aside. */
function earlier(run: RunFolder): Environment[] {
  const file = run.file(ENVIRONMENT)
  if (!existsSync(file)) return []
  try {
    const read: unknown = JSON.parse(run.read(ENVIRONMENT))
    if (Array.isArray(read)) return read
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  renameSync(file, `${file}.damaged`)
  process.stderr.write(`${file} is damaged: it is kept as ${ENVIRONMENT}.damaged, and a new one begun.\n`)
  return []
}

function environmentNow(): Environment {
  const git = gitState()
  return {
    time: new Date().toISOString(),
    host: os.hostname(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memory: Math.round((10 * os.totalmem()) / 2 ** 30) / 10,
    versions: versions(),
    ...(git && { git }),
    variables: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        /^(TF_(ENABLE|NUM|DETERMINISTIC|XLA|FORCE|GPU)|ONEDNN_|OMP_NUM|CUDA_VISIBLE|SLURM_(JOB|ARRAY))/.test(name) &&
        value !== undefined
          ? [[name, value]]
          : [],
      ),
    ),
  }
}

function gitState(): Environment['git'] | undefined {
  const git = (...words: string[]) =>
    execFileSync('git', words, { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', '-uno') !== '' }
  } catch {
    return undefined // no git, or no repository
  }
}
