/** The learning rate at each step, as torch.optim.lr_scheduler has it. Pure. */
import type { ScheduleSettings } from './settings.js'

export interface Now {
  learningRate: number
  /** Absent where the schedule leaves the optimiser's own. */
  momentum?: number
}

type OneCycle = Extract<ScheduleSettings, { kind: 'one-cycle' }>

/** @returns learning rate, and momentum if it cycles, of a step in 0..steps-1 */
export function schedule(settings: ScheduleSettings, steps: number): (step: number) => Now {
  const peak = settings['learning-rate']
  switch (settings.kind) {
    case 'constant':
      return () => ({ learningRate: peak })
    case 'cosine': {
      const { 'warm-up': warmUp, final } = settings
      return step => ({
        learningRate:
          step < warmUp ? (peak * (step + 1)) / warmUp : between(peak, final, share(step, warmUp, steps - 1)),
      })
    }
    case 'one-cycle':
      return oneCycle(settings, steps)
    case 'steps':
      return step => ({
        learningRate: peak * settings.gamma ** settings.milestones.filter(milestone => step >= milestone).length,
      })
  }
}

/** Smith and Topin, 2018, in torch's form: cosine up to the peak, cosine down to almost nothing. */
function oneCycle(settings: OneCycle, steps: number): (step: number) => Now {
  const peak = settings['learning-rate']
  const first = peak / settings['initial-divisor']
  const last = first / settings['final-divisor']
  const { 'base-momentum': low, 'max-momentum': high } = settings
  const top = settings['warm-up'] * steps - 1
  return step => {
    const rising = step <= top
    const done = rising ? share(step, 0, top) : share(step, top, steps - 1)
    const learningRate = rising ? between(first, peak, done) : between(peak, last, done)
    if (!settings['cycle-momentum']) return { learningRate }
    return { learningRate, momentum: rising ? between(high, low, done) : between(low, high, done) }
  }
}

/** Half a cosine from `start` (done = 0) to `end` (done = 1). */
function between(start: number, end: number, done: number): number {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * done))
}

function share(step: number, from: number, to: number): number {
  return to > from ? Math.min(1, (step - from) / (to - from)) : 1
}
