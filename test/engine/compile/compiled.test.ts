import test, { type ExecutionContext } from 'ava'
import { backendOf, FLOAT32 } from '../../../engine/compile/backend.js'
import { type Choice, type Compile, type Compiled, compiled } from '../../../engine/compile/compiled.js'
import { fastest } from '../../../engine/compile/contest.js'
import { demandFinite } from '../../../engine/compile/finite.js'
import type { CompiledFunction } from '../../../engine/compile/function.js'
import type { Tensor } from '../../../engine/engine.js'
import { lossAndGradients } from '../../../engine/gradients.js'
import { createOptimiser, type OptimiserOptions } from '../../../engine/optimisers/optimiser.js'
import { Variable } from '../../../engine/variable.js'
import type { State } from '../../../engine/weights.js'
import { near } from '../near.js'
import { engine, weightsFrom } from '../started.js'

const { tf, operations, layers } = engine
const { raw } = operations

/** Bits of every number, so that -0 and 0, and one NaN and another, differ. */
const bits = (values: ArrayLike<number>) => [...new Int32Array(Float32Array.from(values).buffer)]
const bitsOf = (state: State) => [...state].map(([name, { data }]) => [name, bits(data)])

const said: string[] = []
test.beforeEach(() => {
  said.length = 0
})
const say = (why: string) => void said.push(why)

/** Calls with each of the lists of inputs, and gives the numbers of the first output each time. */
function calls(call: Compiled, inputs: readonly (readonly Tensor[])[]): number[][] {
  return inputs.map(given => {
    const outputs = call(given)
    const numbers = [...outputs[0]!.dataSync()]
    tf.dispose(outputs)
    return numbers
  })
}

/** A small network with batch norm, and its training step. */
function training(how: Compile, options: OptimiserOptions) {
  const weights = weightsFrom(1)
  const first = layers.convolutionBlock(weights.scope.within('first'), { in: 1, out: 4, inputGradient: false })
  const second = layers.convolutionBlock(weights.scope.within('second'), { in: 4, out: 6 })
  const dense = layers.dense(weights.scope.within('dense'), { in: 6, out: 3 })
  const optimiser = createOptimiser(engine, weights.trainable, options)
  const step = compiled(
    engine,
    ([x, y, ...numbers]) => {
      const { loss, gradients } = lossAndGradients(engine, weights.trainable, () => {
        const seen = second(first(x!, { training: true }), { training: true })
        return tf.losses.softmaxCrossEntropy(y!, dense(tf.mean(seen, [1, 2])))
      })
      demandFinite(engine, loss, ([value]) => new RangeError(`the loss is ${value}`))
      optimiser.move(gradients, numbers)
      return [loss]
    },
    { how, say },
  )
  const run = (seed: number, factor = 1) => {
    const x = tf.randomNormal([6, 9, 8, 1], 0, 1, 'float32', seed)
    const y = tf.tidy(() =>
      tf
        .oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3)
        .toFloat()
        .mul(factor),
    )
    const numbers = optimiser.numbers({ learningRate: 1e-2 / seed }).map(number => tf.scalar(number))
    try {
      const outputs = step([x, y, ...numbers])
      const [loss] = outputs[0]!.dataSync()
      tf.dispose(outputs)
      return loss!
    } finally {
      tf.dispose([x, y, ...numbers])
    }
  }
  return { run, state: () => new Map([...weights.state(), ...optimiser.state()]) }
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const optimisers: OptimiserOptions[] = [
  { kind: 'sgd', momentum: 0.9, weightDecay: 1e-2, nesterov: true },
  { kind: 'sgd', momentum: 0, weightDecay: 0 },
  { kind: 'adam', ...adam, weightDecay: 1e-2 },
  { kind: 'adamw', ...adam, weightDecay: 1e-2 },
]
for (const options of optimisers) {
  test.serial(`a training step as a function has the bits of one as ever: ${JSON.stringify(options)}`, t => {
    const [plain, compiled] = [training('off', options), training('function', options)]
    let tensors = 0
    for (let step = 1; step <= 20; step++) {
      t.deepEqual(bits([compiled.run(step)]), bits([plain.run(step)]), `loss of step ${step}`)
      if (step === 5) tensors = tf.memory().numTensors
      if (step > 5) t.is(tf.memory().numTensors, tensors)
    }
    t.deepEqual(bitsOf(compiled.state()), bitsOf(plain.state()))
    t.deepEqual(said, [])
  })
}

test.serial('compiled by XLA, it agrees to float32 rounding', t => {
  const options: OptimiserOptions = { kind: 'sgd', momentum: 0.9, weightDecay: 1e-2 }
  const [plain, compiled] = [training('off', options), training('xla', options)]
  for (let step = 1; step <= 8; step++) near(t, [compiled.run(step)], [plain.run(step)])
  const expected = plain.state()
  for (const [name, { data }] of compiled.state()) near(t, data, expected.get(name)!.data, name)
  t.deepEqual(said, [])
})

for (const how of ['function', 'xla'] as const) {
  test.serial(`numbers that are not finite change nothing, and are told as ever: ${how}`, t => {
    const { run, state } = training(how, { kind: 'adam', ...adam, weightDecay: 0 })
    for (let step = 1; step <= 4; step++) run(step)
    const before = bitsOf(state())
    if (how === 'function') t.throws(() => run(5, Number.NaN), { message: 'the loss is NaN' })
    else t.true(Number.isNaN(run(5, Number.NaN)))
    const learnt = (all: ReturnType<typeof bitsOf>) => all.filter(([name]) => !/mean|variance/.test(String(name)))
    t.deepEqual(learnt(bitsOf(state())), learnt(before))
  })
}

test.serial('a variable is read, assigned, read, changed in place and read in that order', t => {
  const work = (variable: Variable) => (inputs: readonly Tensor[]) => {
    const [x] = inputs as [Tensor]
    const add = () => {
      variable.release()
      raw.none('AssignAddVariableOp', raw.attributes({ types: { dtype: FLOAT32 } }), [variable.handle, x])
    }
    return tf.tidy(() => {
      const first = tf.mul(variable.read(), 2)
      variable.assign(tf.add(first, x))
      const second = tf.mul(variable.read(), 3)
      add()
      add()
      const third = tf.clone(variable.read())
      variable.assign(tf.sub(third, 1))
      return [tf.stack([first, second, third, variable.read()])]
    })
  }
  const made = (['off', 'function', 'xla'] as const).map(how => {
    const variable = new Variable(engine, 'counter', [2], false)
    variable.load(Float32Array.of(1, -1))
    const inputs = [1, 2, 3, 4, 5, 6].map(value => [tf.tensor1d([value, value / 2])])
    return [...calls(compiled(engine, work(variable), { how, say }), inputs), ...variable.read().dataSync()]
  })
  t.deepEqual(made[1], made[0])
  t.deepEqual(made[2], made[0])
  t.deepEqual(said, [])
})

/** Does `work` compiled and as ever on [1], [2], ... and compares. */
function staysAsEver(t: ExecutionContext, work: (x: Tensor) => Tensor, why: RegExp): void {
  const inputs = [1, 2, 3, 4, 5].map(value => [tf.tensor1d([value, -value])])
  const call = (how: Compile) => compiled(engine, ([x]) => [tf.tidy(() => work(x!))], { how, say })
  t.deepEqual(calls(call('function'), inputs), calls(call('off'), inputs))
  t.is(said.length, 1)
  t.regex(said[0]!, why)
}

test.serial('what reads a tensor on the way is done as ever, and says so', t => {
  staysAsEver(t, x => tf.mul(x, tf.add(x, 1).dataSync()[0]!), /a value is read on the way/)
})

test.serial('what reads its input is done as ever', t => {
  staysAsEver(t, x => tf.tensor1d([...x.dataSync()].reverse()), /a value is read on the way/)
})

test.serial('what depends on numbers of its own is done as ever', t => {
  let one = 0
  let other = 0
  const inputs = [1, 2, 3, 4, 5].map(value => [tf.tensor1d([value])])
  const call = compiled(engine, ([x]) => [tf.mul(x!, one++)], { how: 'function', say })
  t.deepEqual(
    calls(call, inputs),
    inputs.map(([x]) => [x!.dataSync()[0]! * other++]),
  )
  t.deepEqual(said, ['it does not do the same each time'])
})

test.serial('an operation that draws at random is done as ever', t => {
  const types = { dtype: FLOAT32, T: 3 }
  const attributes = raw.attributes({ types, integers: { seed: 7, seed2: 8 } })
  const call = compiled(
    engine,
    ([x]) => tf.tidy(() => [tf.add(x!, raw.one('RandomUniform', attributes, [raw.shape([1])]))]),
    { how: 'function', say },
  )
  const numbers = calls(call, [1, 1, 1, 1, 1].map(value => [tf.tensor1d([value])])) // biome-ignore format: one line
  t.is(new Set(numbers.flat()).size, 5)
  t.deepEqual(said, ['RandomUniform has a state of its own'])
})

test.serial('each set of shapes has a function of its own', t => {
  const inputs = [1, 2, 1, 2, 1, 2, 1, 2, 3].map(size => [tf.range(1, size + 1)])
  const call = compiled(engine, ([x]) => [tf.tidy(() => tf.sum(tf.square(x!)))], { how: 'function', say })
  t.deepEqual(calls(call, inputs).flat(), [1, 5, 1, 5, 1, 5, 1, 5, 14])
  t.deepEqual(said, [])
})

test.serial('a function that fails gives way to the work', t => {
  const inputs = [1, 2, 3, 4, 5].map(value => [tf.tensor1d([value])])
  const call = compiled(engine, ([x]) => [tf.tidy(() => tf.square(x!))], { how: 'function', say })
  const backend = backendOf(tf)
  const { binding } = backend
  const broken = (name: string, ...rest: [never, never, never]) => {
    if (name.startsWith('earshot_')) throw new Error('no memory\nmore of it')
    return binding.executeOp(name, ...rest)
  }
  backend.binding = Object.create(binding, { executeOp: { value: broken } })
  t.teardown(() => {
    backend.binding = binding
  })
  t.deepEqual(calls(call, inputs).flat(), [1, 4, 9, 16, 25])
  t.deepEqual(said, ['no memory'])
})

test.serial('an addon without functions does everything as ever', t => {
  const backend = backendOf(tf)
  const { binding } = backend
  backend.binding = Object.create(binding, { addFunction: { value: undefined } })
  t.teardown(() => {
    backend.binding = binding
  })
  staysAsEver(t, x => tf.square(x), /engine install/)
})

test.serial('PReLU has the same bits recorded as fused, and so have its gradients', t => {
  const numbers = Float32Array.from({ length: 600 }, (_, at) => Math.sin(at * at) * 3)
  numbers.set([0, -0, 1e-40, -1e-40])
  const work = (inputs: readonly Tensor[]) => {
    const [x, slope] = inputs as [Tensor, Tensor]
    return tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((x, slope) =>
        tf.sum(tf.mul(operations.prelu(x, slope), tf.tensor1d(numbers))),
      )([x, slope])
      return [
        tf.concat([operations.prelu(x, slope), ...grads.map(each => tf.reshape(each, [-1])), tf.reshape(value, [1])]),
      ]
    })
  }
  const inputs = [0.25, 1.5, -0.5, 0.1].map(slope => [tf.tensor1d(numbers), tf.scalar(slope)])
  const results = (['off', 'function'] as const).map(how => calls(compiled(engine, work, { how, say }), inputs))
  t.deepEqual(results[1]!.map(bits), results[0]!.map(bits))
  t.deepEqual(said, [])
})

test.serial('PReLU leaves nothing but its value, recorded or not', t => {
  const [x, slope] = [tf.tensor1d([-1, 2, -3]), tf.scalar(0.5)]
  for (const how of ['off', 'function'] as const) {
    const made: number[] = []
    const call = compiled(
      engine,
      () =>
        tf.tidy(() => {
          tf.tidy(() => operations.prelu(x, slope)) // its constants stay
          const before = tf.memory().numTensors
          const value = operations.prelu(x, slope)
          made.push(tf.memory().numTensors - before)
          return [value]
        }),
      { how, say },
    )
    calls(call, [[x], [x], [x], [x]])
    t.deepEqual([...new Set(made)], [1], how)
    t.is(made.length, how === 'off' ? 4 : 3, 'then it is replayed')
  }
})

test.serial('bfloat16 constants and types that tfjs does not know go through', t => {
  const BFLOAT16 = 14
  const work = ([x]: readonly Tensor[]) =>
    tf.tidy(() => {
      const narrow = raw.cast(x!, BFLOAT16)
      const product = raw.one('Mul', raw.attributes({ types: { T: BFLOAT16 } }), [narrow, raw.constant(3.14, BFLOAT16)])
      return [raw.cast(product, FLOAT32)]
    })
  const inputs = [1, 2, 3, 4, 5].map(value => [tf.tensor1d([value / 3])])
  const results = (['off', 'function'] as const).map(how => calls(compiled(engine, work, { how, say }), inputs))
  t.deepEqual(results[1], results[0])
  t.deepEqual(said, [])
})

test.serial('a graph that TensorFlow refuses is told in its words', t => {
  t.throws(() => backendOf(tf).binding.addFunction!('x', new Uint8Array([1, 2, 3]), [], []), { message: /GraphDef/ })
  t.throws(() => backendOf(tf).binding.addFunction!('x', new Uint8Array(), ['none'], []), {
    message: "the graph has no operation 'none'",
  })
  t.throws(() => backendOf(tf).binding.operationDefinition('NoSuchOperation'))
  t.throws(() => (backendOf(tf).binding.addFunction as (name: string) => void)('x'), { message: /number of arguments/ })
})

test.serial('auto tries what there is on copies of the variables, keeps to one way and tells it', t => {
  const choices: Choice[] = []
  const call = (how: 'auto' | 'off') => {
    const variable = new Variable(engine, 'sum', [300], false)
    variable.load(new Float32Array(300))
    const work = ([x]: readonly Tensor[]) =>
      tf.tidy(() => {
        variable.assign(tf.add(variable.read(), tf.square(x!)))
        return [tf.clone(variable.read())]
      })
    return compiled(engine, work, { how, say, chosen: choice => choices.push(choice) })
  }
  const inputs = [1, 2, 3, 4, 5, 6].map(value => [tf.fill([300], value)])
  t.deepEqual(calls(call('auto'), inputs), calls(call('off'), inputs))
  t.is(choices.length, 1)
  t.deepEqual(Object.keys(choices[0]!.milliseconds).sort(), ['function', 'off'])
  t.deepEqual(said, [])
})

test('auto takes XLA only where it saves a tenth, and nothing that fails', t => {
  const way = (how: 'function' | 'xla', milliseconds: number | Error): CompiledFunction => ({
    how,
    run: () => [],
    rehearse: (_, times) => {
      if (milliseconds instanceof Error) throw milliseconds
      return Array.from({ length: times }, (_, at) => (at === 0 ? 1e6 : milliseconds))
    },
    dispose: () => {},
  })
  const choose = (eager: number, plain: number | Error, xla: number | Error) =>
    fastest([way('function', plain), way('xla', xla)], [], eager).how
  t.is(choose(10, 8, 7.5), 'function')
  t.is(choose(10, 8, 7), 'xla')
  t.is(choose(10, 11, 9.5), 'off')
  t.is(choose(10, 11, 8), 'xla')
  t.is(choose(10, 8, new Error('no')), 'function')
  t.is(choose(10, new Error('no'), new Error('no')), 'off')
})
