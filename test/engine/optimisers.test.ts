import test from 'ava'
import { createOptimiser, type OptimiserOptions } from '../../engine/optimisers/optimiser.js'
import { schedule } from '../../engine/optimisers/schedule.js'
import { optimiserSettings, type ScheduleSettings, scheduleSettings } from '../../engine/optimisers/settings.js'
import { FLOAT64, near } from './near.js'
import { engine, fixture, tensorOf, weightsFrom } from './started.js'

interface Case {
  start: { shape: number[]; data: number[] }[]
  gradients: number[][][]
  rates: number[]
  momenta: number[]
  runs: Record<string, { options: OptimiserOptions; path: number[][][] }>
  cycled: number[][][]
}
const { start, gradients, rates, momenta, runs, cycled } = fixture<Case>('optimisers/case.json')

function begin(options: OptimiserOptions) {
  const weights = weightsFrom(1)
  start.forEach(({ shape, data }, index) => {
    weights.scope.weight(`w${index}`, shape, () => Float32Array.from(data))
  })
  const optimiser = createOptimiser(engine, weights.trainable, options)
  const step = (at: number, momentum?: number) => {
    const towards = gradients[at]!.map((data, index) => tensorOf({ shape: start[index]!.shape, data }))
    optimiser.apply(towards, { learningRate: rates[at]!, ...(momentum === undefined ? {} : { momentum }) })
    return weights.all.flatMap(weight => [...weight.read().dataSync()])
  }
  return { weights, optimiser, step }
}

for (const [name, { options, path }] of Object.entries(runs)) {
  test(`${name} walks as torch.optim`, t => {
    const { step } = begin(options)
    for (const [at, expected] of path.entries()) near(t, step(at), expected.flat(), `step ${at}`)
  })

  test(`${name} goes on from its state as if it had never stopped`, t => {
    const straight = begin(options)
    for (let at = 0; at < 6; at += 1) {
      straight.step(at)
      straight.optimiser.state() // a state read before must not be the one read later
    }
    const resumed = begin(options)
    resumed.weights.load(straight.weights.state())
    resumed.optimiser.load(straight.optimiser.state())
    for (let at = 6; at < 12; at += 1) t.deepEqual(resumed.step(at), straight.step(at))
  })
}

test('momentum may move at each step', t => {
  const { step } = begin(runs.momentum!.options)
  for (const [at, expected] of cycled.entries()) near(t, step(at, momenta[at]), expected.flat(), `step ${at}`)
})

test('an optimiser leaves no tensor behind', t => {
  const { tf } = engine
  const before = tf.memory().numTensors
  for (const { options } of Object.values(runs)) {
    const { weights, optimiser, step } = begin(options)
    step(0)
    const steady = tf.memory().numTensors
    for (let at = 1; at < 5; at += 1) step(at)
    t.is(tf.memory().numTensors, steady)
    optimiser.dispose()
    weights.dispose()
  }
  t.is(tf.memory().numTensors, before)
})

test('schedules agree with torch.optim.lr_scheduler', t => {
  const cases =
    fixture<{ settings: ScheduleSettings; steps: number; path: [number, number][] }[]>('schedules/cases.json')
  for (const { settings, steps, path } of cases) {
    const at = schedule(scheduleSettings.parse(settings), steps)
    const rates = path.map((_, step) => at(step).learningRate)
    near(
      t,
      rates,
      path.map(([rate]) => rate),
      `${settings.kind}: learning rate`,
      { unit: FLOAT64 },
    )
    const cycles = settings.kind === 'one-cycle' && settings['cycle-momentum'] !== false
    if (!cycles) t.is(at(0).momentum, undefined)
    else
      near(
        t,
        path.map((_, step) => at(step).momentum!),
        path.map(([, momentum]) => momentum),
        'momentum',
        { unit: FLOAT64 },
      )
  }
})

test('settings have defaults and refuse what makes no sense', t => {
  t.deepEqual(optimiserSettings.parse({ kind: 'sgd' }), {
    kind: 'sgd',
    momentum: 0.9,
    'weight-decay': 0,
    nesterov: false,
  })
  t.is(optimiserSettings.safeParse({ kind: 'sgd', momentum: 1 }).success, false)
  t.is(optimiserSettings.safeParse({ kind: 'sgd', beta1: 0.9 }).success, false)
  t.is(scheduleSettings.safeParse({ kind: 'steps', 'learning-rate': 0.1, milestones: [] }).success, false)
})
