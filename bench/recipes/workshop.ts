/** Trains, embeds and probes, one process after the other; what is there is not done again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeWhole } from '../../data/whole-file.js'
import { editArguments } from '../../graphs/language/edits.js'
import { isAlive, nameOf, type ProcessName, signalTo } from '../../pipelines/jobs/processes.js'
import type { Test } from '../../pipelines/sweeps/plan.js'
import type { Pace } from './choice.js'
import { folderOf, peerWords, type Trial } from './trial.js'

const EARSHOT = fileURLToPath(new URL('../../pipelines/commands/earshot.js', import.meta.url))
const PEER = join('bench', 'peers', 'simclr.py')

export class Workshop {
  constructor(
    readonly output: string,
    private readonly base: string,
    private readonly python: string,
  ) {}

  /** What the PyTorch loop reads, as `writeFeatures` writes it. */
  get features(): string {
    return join(this.output, 'features')
  }

  folder(trial: Trial): string {
    return join(this.output, folderOf(trial))
  }

  /** Ends what an earlier call left running: it would take the processors from what is timed. */
  async clear(): Promise<void> {
    if (!existsSync(this.#child)) return
    const child: ProcessName = JSON.parse(readFileSync(this.#child, 'utf8'))
    signalTo(child, 'SIGKILL')
    while (isAlive(child)) await new Promise(resolve => setTimeout(resolve, 50))
    rmSync(this.#child)
  }

  isTrained(trial: Trial): boolean {
    return existsSync(join(this.folder(trial), 'log.json'))
  }

  /** A training that was killed begins again, so that its time is the time of all its steps. */
  async train(trial: Trial): Promise<Pace> {
    const folder = this.folder(trial)
    const log = join(folder, 'log.json')
    if (!this.isTrained(trial)) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      await (trial.system === 'Earshot' ? this.#train(trial, log) : this.#trainPeer(trial))
    }
    return JSON.parse(readFileSync(log, 'utf8'))
  }

  /** @returns the probe's result */
  async probe(trial: Trial, test: Test, classifiers: readonly string[]): Promise<string> {
    const folder = this.folder(trial)
    const { name, set, label, group, hop } = test
    const embeddings = join(folder, `${name}.arrow`)
    const result = join(folder, `${name}.probe.json`)
    if (existsSync(result)) return result
    const embed = ['embed', join(folder, 'run'), set, '-o', embeddings, '--hop', `${hop}s`, '--no-baselines']
    if (!existsSync(embeddings)) await this.#earshot(folder, embed)
    const groups = group === undefined ? [] : ['--group', group]
    const words = ['probe', embeddings, '--label', label, ...groups, '--classifier', ...classifiers, '--json', result]
    await this.#earshot(folder, words)
    return result
  }

  async #train(trial: Trial, log: string): Promise<void> {
    const { edits, seed, steps } = trial
    const run = join(dirname(log), 'run')
    const changes = [...edits, { set: `train.seed=${seed}` }, { set: `train.steps=${steps}` }]
    await this.#earshot(dirname(log), ['train', this.base, ...editArguments(changes), '--run', run])
    const { secondsPerStep, loss } = JSON.parse(readFileSync(join(run, 'status.json'), 'utf8'))
    writeWhole(log, JSON.stringify({ steps, seconds: steps * secondsPerStep, loss }))
  }

  async #trainPeer(trial: Trial): Promise<void> {
    const { edits, seed, steps } = trial
    const folder = this.folder(trial)
    const words = [...peerWords(edits), '--steps', `${steps}`, '--seed', `${seed}`]
    await this.#run(folder, this.python, [PEER, this.features, folder, ...words])
  }

  #earshot(folder: string, words: readonly string[]): Promise<void> {
    return this.#run(folder, process.execPath, [EARSHOT, ...words])
  }

  /** @throws Error if it fails, with the file that says why */
  async #run(folder: string, program: string, words: readonly string[]): Promise<void> {
    const file = join(folder, 'log.txt')
    const log = openSync(file, 'a')
    const child = spawn(program, words, { stdio: ['ignore', log, log] })
    closeSync(log)
    if (child.pid !== undefined) writeFileSync(this.#child, JSON.stringify(nameOf(child.pid)))
    const stop = () => {
      child.kill('SIGKILL')
      process.exit(130)
    }
    process.once('SIGINT', stop).once('SIGTERM', stop)
    const [code, signal] = await once(child, 'close')
    process.off('SIGINT', stop).off('SIGTERM', stop)
    rmSync(this.#child, { force: true })
    if (code !== 0) throw new Error(`${[program, ...words].join(' ')}\nended with ${signal ?? code}; see ${file}`)
  }

  /** Names the process that works. */
  get #child(): string {
    return join(this.output, 'child.json')
  }
}
