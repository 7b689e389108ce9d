import { type Graph, NO_PADDING, type Sides, type Value } from '../graph.js'
import { convolutionNorm, type EncoderWeights, type Forward } from './convolution.js'

/** Windows of max-pooling behind each convolution, time x frequency. */
const WINDOWS: readonly Sides[] = [
  [2, 5],
  [2, 4],
  [2, 2],
]

/** The stage `crnn` in evaluation mode; the recurrence is written out step by step. */
export const crnn: Forward<{ units: number }> = (graph, weights, image, { units }, layer) => {
  const features = WINDOWS.reduce((x, size, index) => {
    const name = `convolution${index}`
    const convolved = convolutionNorm(graph, weights, x, name, { stride: 1, padding: 2 })
    const rectified = graph.elementwise(convolved, 'relu')
    return layer(name, graph.maxPool(rectified, size, { stride: size, padding: NO_PADDING }))
  }, image)
  const steps = graph.rows(features)
  const forwards = recurrent(graph, weights, steps, 'forwards', units)
  return graph.arithmetic('multiply', forwards, recurrent(graph, weights, steps.slice(-1), 'backwards', units))
}

/** The state of a gated recurrent unit after the last step, from zeros (engine/layers/gru.ts). */
function recurrent(graph: Graph, weights: EncoderWeights, steps: readonly Value[], scope: string, units: number) {
  const get = (name: string) => weights.get(`${scope}.${name}`)
  const feds = steps.map(step => graph.dense(step, get('input'), get('inputBias').data))
  const third = (x: Value, gate: number) => graph.slice(x, gate * units, units)
  const zeros = graph.affine(third(feds[0]!, 0), 0, 0)
  return feds.reduce((state, fed) => {
    const held = graph.dense(state, get('recurrent'), get('recurrentBias').data)
    const sum = (gate: number, behind: Value) => graph.arithmetic('add', third(fed, gate), behind)
    const reset = graph.elementwise(sum(0, third(held, 0)), 'sigmoid')
    const update = graph.elementwise(sum(1, third(held, 1)), 'sigmoid')
    const candidate = graph.elementwise(sum(2, graph.arithmetic('multiply', reset, third(held, 2))), 'tanh')
    const left = graph.arithmetic('multiply', update, graph.arithmetic('subtract', state, candidate))
    return graph.arithmetic('add', candidate, left)
  }, zeros)
}
