/** Slurm's own commands, and what they say: plain columns, which every version of Slurm prints alike. */
import { execFile } from 'node:child_process'
import { Problem } from '../../data/problem.js'
import { shellWord } from '../terminal/say.js'

/** A task of an array, in the queue or at work. */
export interface Task {
  /** `12_3`: array and index. */
  id: string
  index: number
  /** Name of the array. */
  name: string
  /** `PENDING`, `RUNNING`, `COMPLETING`, `SUSPENDED`, ... */
  state: string
  /** Why it waits: `Resources`, `Priority`, `JobHeldUser`, ... */
  reason: string
}

/** @returns the array's number. @throws Problem if Slurm is not here, or refuses it */
export async function sbatch(words: readonly string[]): Promise<string> {
  const { code, out, error } = await command('sbatch', ['--parsable', ...words])
  if (code === 0) return out.trim().split(';')[0]!
  throw new Problem('slurm-refused', `Slurm takes no jobs: ${inASentence(error)}`, {
    hint: `It was asked with: sbatch ${words.map(shellWord).join(' ')}\nPartition, time, memory and further options stand under 'slurm' in the sweep file, or in the file of --slurm.`,
  })
}

/** All of one's own tasks that wait or run. @throws Problem if Slurm does not answer */
export async function squeue(): Promise<Task[]> {
  const words = ['--noheader', '--array', `--user=${process.getuid?.() ?? ''}`, '--format=%F|%K|%T|%r|%j']
  const { code, out, error } = await command('squeue', words)
  if (code !== 0)
    throw new Problem('slurm-silent', `Slurm does not say what is in its queue: ${inASentence(error)}`, {
      hint: 'Jobs go on without this process. When `squeue` answers, run the same command again.',
    })
  return out.split('\n').flatMap(line => {
    const [array, index, state, reason, ...name] = line.split('|')
    if (array === undefined || !/^\d+$/.test(index ?? '')) return []
    return [
      { id: `${array}_${index}`, index: Number(index), state: state!, reason: reason!, name: name.join('|').trim() },
    ]
  })
}

/** A signal to the script of each task, or without one the end; tasks that are gone already are no error. */
export async function scancel(tasks: readonly string[], signal?: NodeJS.Signals): Promise<void> {
  const how = signal === undefined ? [] : ['--batch', `--signal=${signal.replace('SIG', '')}`]
  for (let at = 0; at < tasks.length; at += 100)
    await command('scancel', ['--quiet', ...how, ...tasks.slice(at, at + 100)])
}

/** What Slurm knows of a task that has ended: `TIMEOUT`, `OUT_OF_MEMORY, exit code 0:125`. */
export async function fateOf(task: string): Promise<string | undefined> {
  const shown = await command('scontrol', ['show', 'job', task, '--oneliner'])
  const remembered = /JobState=(\w+).*?ExitCode=(\S+)/.exec(shown.out)
  if (remembered) return fate(remembered[1]!, remembered[2]!)
  const words = ['--noheader', '--parsable2', '--allocations', `--jobs=${task}`, '--format=State,ExitCode']
  const accounted = await command('sacct', words).catch(() => ({ code: 1, out: '' })) // there is not always accounting
  const [state, exit] = accounted.out.trim().split('\n').at(-1)!.split('|')
  return accounted.code === 0 && exit !== undefined ? fate(state!, exit) : undefined
}

const fate = (state: string, exit: string) => (exit === '0:0' ? state : `${state}, exit code ${exit}`)

/** Tasks that an array may have. */
export async function longestArray(): Promise<number> {
  const { out } = await command('scontrol', ['show', 'config'])
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(out)?.[1] ?? 1001)
}

/** `sbatch: error: a\nsbatch: error: b` becomes `a. b.` */
const inASentence = (error: string) =>
  error
    .trim()
    .split('\n')
    .map(line => line.replace(/^\w+: (error: |fatal: )?/, '').replace(/\.?$/, '.'))
    .join(' ')

function command(name: string, words: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve, reject) => {
    execFile(name, words, { maxBuffer: 1 << 28, timeout: 120_000 }, (error, out, told) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') return reject(notHere(name))
      const late = error?.killed ? 'no answer within two minutes' : told
      resolve({ code: error ? 1 : 0, out, error: late || (error?.message ?? '') })
    })
  })
}

const notHere = (name: string) =>
  new Problem('no-slurm', `There is no program '${name}': Slurm is not installed here, or is not in PATH.`, {
    hint: 'Run this where jobs can be submitted (a login node), or on this machine alone: --executor local',
  })
