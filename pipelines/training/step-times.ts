/** Where the time of a training goes: into steps, and into waiting for their batches. */
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { StreamMetrics } from '../../graphs/streams/metrics.js'
import { bottleneckOfTraining } from '../embeddings/bottleneck.js'
import type { StepReport } from '../model/settings.js'
import type { Figures } from './request.js'

export class StepTimes {
  /** Those since this process began. */
  steps = 0
  #worked = 0
  #waited = 0
  #loss = Number.NaN

  count({ seconds, waited, loss }: StepReport): void {
    this.#loss = loss
    this.steps++
    this.#worked += seconds
    if (this.steps > 1) this.#waited += waited // the first wait is the streams' start
  }

  /** @param workers threads that made the views @param metrics of the stream that fed the trainer */
  figures(workers: number, metrics: StreamMetrics, { nodes }: CheckedGraph): Figures {
    const [worked, waited] = [this.#worked, this.#waited]
    const stages = Object.fromEntries(nodes.map(({ id, stage }) => [id, stage]))
    return {
      waitedShare: waited / (waited + worked),
      secondsPerStep: (waited + worked) / this.steps,
      loss: this.#loss,
      bottleneck: bottleneckOfTraining({ worked, waited, workers, stream: metrics.read(), stages }),
    }
  }
}
