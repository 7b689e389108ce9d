/** What a run writes down while it trains: measurements, times, and how its streams fare. */
import type { Problem } from '../../../data/problem.js'
import type { Batch } from '../../../graphs/streams/gather.js'
import type { StreamFigures } from '../../../graphs/streams/metrics.js'
import { collapseOf, type Spread } from '../../model/collapse.js'
import type { StepReport } from '../../model/settings.js'
import type { Watched } from '../../model/watched.js'
import type { RunFolder } from '../run-folder.js'
import { RunEvents } from './run-events.js'

/** Files that grow with a run; a checkpoint keeps their lengths, so that resuming cuts off what came after it. */
export const GROWING = ['metrics.jsonl', 'timings.jsonl', 'streams.jsonl', 'skipped.jsonl']

/** What is known of a step beside the trainer's own report. */
export interface Around {
  /** Passes over the clips that were whole before this step's batch. */
  epoch: number
  streams: StreamFigures
  watch: Watched | undefined
}

export class RunLog {
  readonly #events: RunEvents
  #warned = false

  /** `chance`: what each loss is by guessing; `steps`: how many there are to be. */
  constructor(
    private readonly run: RunFolder,
    private readonly chance: Record<string, number>,
    private readonly steps: number,
  ) {
    this.#events = new RunEvents(run)
  }

  /** `metrics.jsonl` holds what a repeated run gives again, bit for bit; times are apart. */
  step({ step, losses, learningRate, health, ...rest }: StepReport, { epoch, streams, watch }: Around): void {
    const { seconds, waited, tensors, loss } = rest
    const { run, chance } = this
    run.append('metrics.jsonl', { step, epoch, losses, chance, learningRate, ...health, ...(watch && { watch }) })
    this.#warnOfCollapse(step, health?.collapse)
    const { user, system } = process.cpuUsage()
    const cpu = (user + system) / 1e6 // of all threads, since the process began
    run.append('timings.jsonl', { step, seconds, waited, cpu, tensors, time: new Date().toISOString() })
    run.append('streams.jsonl', { step, ...streams })
    this.#events.catchUp()
    run.status('training', { step, of: this.steps, loss, pid: process.pid })
  }

  /** A step that came to no finite loss: keeps its clips. Gives the sentence that says where. */
  failed(step: number, { message }: Problem, { items }: Batch): string {
    this.run.append('failures.jsonl', { step, message, clips: items.map(({ clip }) => clip) })
    return `The batch's clips are in ${this.run.file('failures.jsonl')}.`
  }

  /** Once a run. */
  #warnOfCollapse(step: number, collapse: Record<string, Spread> = {}): void {
    const warnings = Object.entries(collapse).flatMap(([node, spread]) => collapseOf(node, spread) ?? [])
    if (this.#warned || warnings.length === 0) return
    this.#warned = true
    process.stderr.write(`${process.stderr.isTTY ? '\n' : ''}Step ${step}: ${warnings[0]}\n`)
  }
}
