/** A thread that answers, refuses, or dies, as the test of calls asks it to. */
import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '../../../data/problem.js'
import { serve } from '../../../pipelines/model/calls.js'

export class Answering {
  readonly #calls: string[] = []

  twice(values: Float32Array): Float32Array {
    this.#calls.push('twice')
    return values.map(value => 2 * value)
  }

  calls(): string[] {
    return this.#calls
  }

  refuse(): void {
    throw new Problem('refused', 'That is refused.', { hint: 'Ask for something else.' })
  }

  fail(): void {
    throw new TypeError('a mistake of ours')
  }

  die(): void {
    process.exit(7)
  }
}

void serve(parentPort!, async () => {
  if (workerData === 'no start') throw new Problem('no-engine', 'There is no engine.', { hint: 'Install it.' })
  return new Answering()
})
