/** An array of jobs as it is handed to Slurm: a file with their keys and a script, kept in the folder of the jobs. */
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeFolder, onDisk, writeWhole } from '../../data/whole-file.js'
import { shellWord } from '../terminal/say.js'
import type { Workplace } from './executor.js'
import { jobPath } from './job-folder.js'
import { PROGRAM } from './processes.js'
import type { SlurmSettings } from './slurm-settings.js'

/** Seconds ahead of the time limit at which Slurm tells a job; it may be up to a minute earlier. */
const AHEAD = 120
/** A job that goes back to the queue so often has a limit in which it cannot begin. */
const RESTARTS = 1000
const NAME = 'earshot-'

export interface SlurmArray {
  /** Name in Slurm's queue; nobody else's has it. */
  name: string
  /** Task n is job n. */
  keys: string[]
}

export interface ArrayOptions extends Workplace {
  /** Processors of a job, if the settings do not say. */
  cpus: number
  settings: SlurmSettings
}

/** Keys and script of a new array, on disk before Slurm is told: by its name it is found again, whichever process ends in between. */
export function writeArray(
  { output, command }: Pick<ArrayOptions, 'output' | 'command'>,
  keys: readonly string[],
): SlurmArray {
  const name = `${NAME}${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(4).toString('hex')}`
  makeFolder(folderOf(output))
  writeWhole(fileOf(output, name, 'keys'), keys.map(key => `${key}\n`).join(''), { flush: true })
  writeWhole(fileOf(output, name, 'sh'), script(resolve(output), name, command), { flush: true })
  return { name, keys: [...keys] }
}

/** Every array that was ever written in a folder, by name. */
export function writtenArrays(output: string): Map<string, SlurmArray> {
  const folder = folderOf(output)
  const names = existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith('.keys')) : []
  return new Map(
    names.map(file => {
      const name = file.replace(/\.keys$/, '')
      return [name, { name, keys: readFileSync(join(folder, file), 'utf8').trim().split('\n') }]
    }),
  )
}

/** For people: which number Slurm gave to an array. */
export function noteSubmission(output: string, { name, keys }: SlurmArray, id: string): void {
  const line = { id, name, jobs: keys.length, submitted: new Date().toISOString() }
  onDisk(output, () => appendFileSync(join(folderOf(output), 'arrays.jsonl'), `${JSON.stringify(line)}\n`))
}

/** What a job gets. */
export function resourceWords({ cpus, memory, settings }: ArrayOptions): string[] {
  const { partition, time, options } = settings
  return [
    ...[`--cpus-per-task=${settings.cpus ?? cpus}`, `--mem=${Math.ceil((settings.memory ?? memory) / 2 ** 20)}M`],
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${Math.ceil(time / 60)}`, `--signal=B:USR1@${AHEAD}`]),
    ...options,
  ]
}

/** What sbatch is asked for. */
export function sbatchWords(options: ArrayOptions, { name, keys }: SlurmArray): string[] {
  const { output, most } = options
  return [
    ...[`--array=0-${keys.length - 1}%${most}`, `--job-name=${name}`],
    ...['--requeue', '--export=ALL', '--open-mode=append', `--chdir=${process.cwd()}`],
    `--output=${fileOf(resolve(output), name, '').replaceAll('%', '%%')}%a.txt`,
    ...resourceWords(options),
    fileOf(output, name, 'sh'),
  ]
}

const folderOf = (output: string) => join(output, 'slurm')
const fileOf = (output: string, name: string, ending: string) => join(folderOf(output), `${name}.${ending}`)

/**
 * Runs the job of one task. Signals that Slurm sends to the script alone are passed on: USR1, ahead of the time limit
 * (the job keeps what it has, and goes back to the queue), and USR2, by which jobs are stopped. TERM, when a task is
 * pre-empted, put back or cancelled, reaches every process of the job by itself.
 */
const script = (output: string, name: string, command: readonly string[]) => `#!/bin/bash
# Task n of this array runs the job on line n + 1 of the file with the keys.
job= again= told=
trap 'told=1 again=1; [ -n "$job" ] && kill -TERM "$job"' USR1
trap 'told=1; [ -n "$job" ] && kill -TERM "$job"' USR2
trap 'told=1' TERM
key=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${shellWord(fileOf(output, name, 'keys'))})
folder=${shellWord(jobPath(output, ''))}/$key
if [ -n "$told" ]; then
  code=130
else
  ${[process.execPath, PROGRAM, ...command].map(shellWord).join(' ')} "$key" >>"$folder/log.txt" 2>&1 &
  job=$!
  code=0
  while told=; wait "$job"; code=$?; [ -n "$told" ]; do :; done
fi
if [ -n "$again" ] && [ "$code" = 130 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${RESTARTS} ]; then
  echo "The time limit is near: back to the queue, to go on from there."
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
`
