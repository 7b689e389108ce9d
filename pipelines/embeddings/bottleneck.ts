/** The one line at the end of a run that says where the time went, and so what would make it faster. */

import type { StreamFigures } from '../../graphs/streams/metrics.js'
import { wholePercent } from '../terminal/numbers.js'

export interface TrainingTimes {
  /** Seconds in which the trainer worked, and in which it waited for a batch. */
  worked: number
  waited: number
  /** Pool threads that made the views. */
  workers: number
  /** Of the stream that fed the trainer. */
  stream: Pick<StreamFigures, 'busy' | 'elapsed' | 'edges'>
  /** Name of each node's stage. */
  stages: Readonly<Record<string, string>>
}

/** A trainer that works so much of the time is what bounds a run. */
const BUSY = 0.9
/** Seconds in line that are worth a sentence. */
const NOTICEABLE = 0.01
/** Pool threads that work less than this, while the trainer waits, are not what it waits for. */
const IDLE = 0.5

export function bottleneckOfTraining(times: TrainingTimes): string {
  return [shareOfTraining(times), longestLine(times)].filter(Boolean).join(' ')
}

function shareOfTraining({ worked, waited, workers, stream, stages }: TrainingTimes): string {
  const share = worked / (worked + waited)
  if (!(share >= 0)) return 'No step was trained.'
  const [slowest] = Object.entries(stream.busy).sort(([, one], [, other]) => other - one)
  const all = Object.values(stream.busy).reduce((sum, seconds) => sum + seconds, 0)
  const views =
    slowest && all > 0 ? `of the views' time ${named(slowest[0], stages)} took ${wholePercent(slowest[1] / all)}` : ''
  const busy = `The trainer was busy ${wholePercent(share)} of the time`
  if (share >= BUSY || !views) return `${busy}${views && `; ${views}`}.`
  const working = all / (workers * stream.elapsed)
  return working < IDLE
    ? `${busy} and the views' ${threads(workers)} ${wholePercent(working)}: handing on batches holds both up; ${views}.`
    : `${busy} and waited for views; ${views} (${threads(workers)}, busy ${wholePercent(working)} of the time).`
}

/** The edge on which items stood in line longest, and what they stood in line for; nothing if nobody stood for long. */
function longestLine({ worked, waited, stream: { edges } }: TrainingTimes): string {
  if (!(worked + waited > 0)) return ''
  const [edge, figures] = Object.entries(edges).sort(([, one], [, other]) => other.wait - one.wait)[0] ?? []
  if (!edge || !figures || figures.wait < NOTICEABLE) return ''
  const now = figures.queued > 0 ? `, ${figures.queued} at the end` : ''
  return `Items stood in line longest at ${edge}: ${figures.wait.toFixed(2)} s each${now}.`
}

/** Seconds by phase, in any order: `The encoder took 62 % of the time, reading the sounds 31 %, ...`. */
export function bottleneckOfPhases(phases: Readonly<Record<string, number>>): string {
  const all = Object.values(phases).reduce((sum, seconds) => sum + seconds, 0)
  const told = Object.entries(phases)
    .sort(([, one], [, other]) => other - one)
    .filter(([, seconds], place) => place === 0 || seconds / all >= 0.01)
    .map(([phase, seconds], place) => `${phase} ${place === 0 ? 'took ' : ''}${wholePercent(seconds / all)}`)
  if (!(all > 0)) return 'No time was measured.'
  const [first, ...rest] = told
  const line = [`${first} of the time`, ...rest].join(', ')
  return `${line[0]!.toUpperCase()}${line.slice(1)}.`
}

function named(id: string, stages: Readonly<Record<string, string>>): string {
  const stage = stages[id]
  return !stage || stage === id ? id : `${id} (${stage})`
}

const threads = (count: number) => (count === 1 ? 'one thread' : `${count} threads`)
