/** Trains the graph of a config: prepares features, feeds the trainer's thread, keeps checkpoints and metrics. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { concatMap, fromEvent, lastValueFrom, takeUntil, takeWhile } from 'rxjs'
import { Problem } from '../../data/problem.js'
import { tensorsFile, thinCheckpoints, UNTRAINED } from '../../engine/checkpoints/files.js'
import { streamBatches } from '../../graphs/streams/batches.js'
import type { Batch } from '../../graphs/streams/gather.js'
import { batchSize } from '../../graphs/streams/layout.js'
import { StreamMetrics } from '../../graphs/streams/metrics.js'
import type { Pool } from '../../graphs/streams/pool.js'
import type { Prepared } from '../../graphs/streams/prepare.js'
import type { Cursor } from '../../graphs/streams/sub-batches.js'
import type { Config } from '../configuration/config.js'
import { type FoundCheckpoint, hashGraph, writeCheckpoint } from '../model/checkpoint.js'
import type { StepReport } from '../model/settings.js'
import type { TrainerThread } from '../model/trainer-thread.js'
import { type Watched, type Watching, watchedInWords } from '../model/watched.js'
import { versions } from '../setup/versions.js'
import { progress } from '../terminal/progress.js'
import { type DataMark, dataMark, machineMark } from './circumstances.js'
import { noteChoice } from './compile-choice.js'
import type { Outcome } from './request.js'
import type { RunFolder } from './run-folder.js'
import { StepTimes } from './step-times.js'
import { Drops } from './tracking/drops.js'
import { GROWING, RunLog } from './tracking/run-log.js'
import { BestSoFar } from './watch/best-so-far.js'

const START: Cursor = { epoch: 0, position: 0 }

export class Training {
  #cursor: Cursor
  #step: number
  readonly #times = new StepTimes()
  #metrics = new StreamMetrics()
  readonly #log: RunLog
  readonly #drops: Drops
  readonly #data: DataMark
  #untrained: string | undefined
  readonly #best: BestSoFar | undefined
  /** At the end of a line of progress. */
  #note = ''

  constructor(
    private readonly config: Config,
    private readonly run: RunFolder,
    private readonly prepared: Prepared,
    private readonly pool: Pool,
    private readonly thread: TrainerThread,
    private readonly watch: Watching | undefined,
    resumed?: FoundCheckpoint,
  ) {
    this.#cursor = resumed?.checkpoint.cursor ?? START
    this.#step = resumed?.checkpoint.step ?? 0
    const losses = config.graph.nodes.flatMap(({ id, out }) => (out.kind === 'loss' ? [[id, out.chance] as const] : []))
    this.#data = dataMark(prepared)
    this.#untrained = resumed?.checkpoint.untrained
    this.#drops = new Drops(
      run,
      prepared.skipped.length / (prepared.skipped.length + prepared.clips.length),
      config.train['bad-clips'],
    )
    this.#log = new RunLog(run, Object.fromEntries(losses), config.train.steps)
    this.#best = config.train.checkpoints.best ? new BestSoFar(run) : undefined
  }

  /**
   * Shows the untrained encoder some batches, keeps it as the baseline of probes, and leaves the weights as they were.
   *
   * @throws the signal's reason once it is aborted; nothing is kept then
   */
  async calibrateBaseline(signal: AbortSignal): Promise<void> {
    const initial = join(this.run.checkpoints, 'initial.safetensors')
    await this.thread.save(initial)
    let left = this.config.train.calibration
    const bar = progress('calibrating the untrained encoder', left)
    const more = () => left > 0 && !signal.aborted
    try {
      await this.#stream(START, more, signal, async batch => {
        left--
        await this.thread.calibrate(batch.values, this.config.train.chunk)
        bar.tick()
      })
      signal.throwIfAborted()
      this.#untrained = await this.thread.save(join(this.run.checkpoints, UNTRAINED))
      await this.thread.load(initial)
    } finally {
      bar.done()
      rmSync(initial, { force: true })
    }
    this.#drops.forget()
  }

  /** Trains up to the last step, or until `signal` aborts; the step under way is finished. */
  async toTheEnd(signal: AbortSignal): Promise<Outcome> {
    const { steps, watch } = this.config.train
    const bar = progress('training', steps, this.#step)
    /** No better for so many evaluations: enough. */
    const exhausted = () => watch?.patience !== undefined && this.#best!.since >= watch.patience
    const more = () => this.#step < steps && !exhausted() && !signal.aborted
    try {
      await this.#stream(this.#cursor, more, signal, async batch => {
        const report = await this.#trainOn(batch)
        bar.tick(1, `loss ${report.loss.toFixed(3)}${this.#note}`)
      })
    } finally {
      bar.done()
    }
    await this.#checkpoint()
    const dropped = this.#drops.inWords()
    return {
      step: this.#step,
      interrupted: this.#step < steps && !exhausted(),
      ...(exhausted() && { stoppedEarly: true as const }),
      ...(dropped && { dropped }),
      ...(this.#times.steps > 0 && {
        figures: this.#times.figures(this.pool.workers, this.#metrics, this.config.graph),
      }),
    }
  }

  /** Batches from `start`, one at a time, as long as `more` says so; once `signal` is aborted none is waited for. */
  async #stream(
    start: Cursor,
    more: () => boolean,
    signal: AbortSignal,
    work: (batch: Batch) => Promise<void>,
  ): Promise<void> {
    if (!more()) return
    const { config, prepared, pool } = this
    const { graph, stages, train, streams } = config
    this.#metrics = new StreamMetrics()
    const batches = streamBatches({
      graph,
      stages,
      prepared,
      pool,
      seed: train.seed,
      start,
      window: { batches: streams.window && Math.floor(streams.window / batchSize(graph)) },
      metrics: this.#metrics,
      onDrop: drop => this.#drops.add(drop),
    })
    const ended = lastValueFrom(
      batches.pipe(
        takeUntil(fromEvent(signal, 'abort')),
        concatMap(async batch => {
          try {
            if (more()) await work(batch)
          } finally {
            batch.release()
          }
        }),
        takeWhile(more),
      ),
      { defaultValue: undefined },
    )
    await ended.catch(error => {
      this.#drops.writeRest()
      throw error
    })
  }

  async #trainOn(batch: Batch): Promise<StepReport> {
    const { train } = this.config
    const step = this.#step + 1
    const { every, at } = train.checkpoints
    const saves = step % every === 0 || at.includes(step)
    const watches = train.watch && (step % train.watch.every === 0 || step === train.steps)
    const often = [train['log-every'], train['gradients-every']].some(many => step % many === 0)
    const logged = saves || watches || step === 1 || often
    const report = await this.#stepOrExplain(batch, step, logged)
    if (report.choice) noteChoice(this.run, train, report.choice)
    if (report.uncompiled) process.stderr.write(`Steps are not compiled: ${report.uncompiled}.\n`)
    this.#step = step
    this.#cursor = batch.cursor
    this.#drops.passed(batch)
    this.#times.count(report)
    const watched = watches ? await this.#evaluate() : undefined
    if (logged) this.#log.step(report, { epoch: batch.cursor.epoch, streams: this.#metrics.read(), watch: watched })
    const best = watched && this.#best?.beatenBy(watched)
    if (best || (saves && step < train.steps)) await this.#checkpoint()
    if (best) this.#best?.note(step, watched)
    else if (watched) this.#best?.pass()
    return report
  }

  async #evaluate(): Promise<Watched | undefined> {
    if (!this.watch) return undefined
    await this.thread.exchange() // what is saved is what is judged
    const watched = await this.watch.evaluate(this.thread)
    await this.thread.exchange()
    this.#note = `, ${watchedInWords(watched)}`
    return watched
  }

  async #stepOrExplain(batch: Batch, step: number, logged: boolean): Promise<StepReport> {
    try {
      return await this.thread.step(batch.values, { step, logged })
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not-finite') throw error
      throw new Problem(error.code, `${error.message} ${this.#log.failed(step, error, batch)}`, { hint: error.hint })
    }
  }

  async #checkpoint(): Promise<void> {
    const { run, config, prepared } = this
    const { graph, train } = config
    const sha256 = await this.thread.checkpoint(tensorsFile(run.checkpoints, this.#step))
    writeCheckpoint(run.checkpoints, {
      step: this.#step,
      graph,
      graphHash: hashGraph(graph),
      train,
      statistics: prepared.statistics,
      cursor: this.#cursor,
      lengths: run.lengths(GROWING),
      sha256,
      ...(this.#untrained && { untrained: this.#untrained }),
      data: this.#data,
      machine: machineMark(),
      versions: versions(),
      readout: config.readout,
    })
    thinCheckpoints(run.checkpoints, train.checkpoints)
  }
}
