/** Graphs at random: forks, joins by identity, pairs, channels, banks, refusals, stages that take their time. */

import type { CheckedGraph, CheckedNode, Input } from '../../../graphs/language/checked.js'
import { laneOf, lanesOf, liftedOver } from '../../../graphs/language/lift.js'
import type { Clip } from '../../../stages/values.js'
import { fc } from '../../properties.js'
import { batchNode, CHANNELS, CUT, clipsNamed, input, node, PATCH, PATCHES, RAMP, SOURCE } from './fake-graphs.js'

const STAGES = [
  'shake',
  'mix',
  'centred',
  'late',
  'sometimes',
  'join',
  'blend',
  'cut',
  'pair',
  'spread',
  'fold',
] as const

/** A node to be; its numbers choose among what is there when it is made. */
export interface Recipe {
  stage: (typeof STAGES)[number]
  from: number
  and: number
  /** Reads one side of a pair, or one channel: the first or the second. */
  lane: 0 | 1 | undefined
  shared: boolean
}

export interface RandomGraph {
  graph: CheckedGraph
  clips: Clip[]
  size: number
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  stage: fc.constantFrom(...STAGES),
  from: fc.nat(20),
  and: fc.nat(20),
  lane: fc.constantFrom(undefined, undefined, 0 as const, 1 as const),
  shared: fc.boolean(),
})

/** @param refusals whether items may be dropped on the way */
export function randomGraphs({ refusals = true } = {}): fc.Arbitrary<RandomGraph> {
  const recipes = refusals ? recipe : recipe.filter(({ stage }) => stage !== 'sometimes')
  return fc
    .record({
      recipes: fc.array(recipes, { maxLength: 9 }),
      outputs: fc.array(fc.record({ from: fc.nat(20), lane: recipe.map(({ lane }) => lane) }), {
        minLength: 1,
        maxLength: 2,
      }),
      size: fc.integer({ min: 1, max: 5 }),
      more: fc.integer({ min: 0, max: 9 }),
      stubborn: refusals ? fc.nat(3) : fc.constant(0),
      times: fc.constantFrom(1, 1, 2),
    })
    .map(({ recipes, outputs, size, more, stubborn, times }) => {
      const source = times === 1 ? SOURCE : { ...SOURCE, stage: 'repeating', parameters: { times } }
      const nodes = [source, RAMP, HEAD, CUT, ...CHANNELS]
      for (const recipe of recipes) nodes.push(nodeOf(`node${nodes.length}`, recipe, nodes))
      const batches = outputs.map(({ from, lane }, i) => {
        const { node, port, ...rest } = read(pick(nodes, from), lane)
        return { ...batchNode(size, node, port, rest), id: `batch${i}` }
      })
      const count = Math.max(3, size) + more
      const names = Array.from({ length: count }, (_, i) => `${i < stubborn ? 'stubborn' : 'clip'}${i}`)
      return { graph: { nodes: [...nodes, ...batches] }, clips: clipsNamed(...names), size }
    })
}

/** The same graph with a node more, whose values leave in a batch of their own. */
export function withOneMore({ graph, size }: RandomGraph, recipe: Recipe): CheckedGraph {
  const batches = graph.nodes.filter(({ place }) => place === 'batch')
  const nodes = graph.nodes.filter(({ place }) => place !== 'batch')
  const more = nodeOf('one-more', recipe, nodes)
  return { nodes: [...nodes, more, ...batches, { ...batchNode(size, more.id, more.out), id: 'batch-of-more' }] }
}

/** Nodes that draw, and refuse nothing. */
export const drawing = recipe.map(given => ({ ...given, stage: 'shake' as const }))

const MEL = RAMP.out
const HEAD = node('head', 'head', 'item', {
  parameters: { frames: 3 },
  inputs: { from: input('mel', MEL) },
  out: PATCH,
})

function nodeOf(id: string, { stage, from, and, lane, shared }: Recipe, above: readonly CheckedNode[]): CheckedNode {
  const draws = shared ? 'shared' : 'separate'
  if (stage === 'cut') return { ...CUT, id }
  if (stage === 'mix') {
    const pairs = above.filter(({ out }) => out.kind === 'pair')
    const inputs = { from: read(pick(pairs, from)), others: input('mel', MEL, { bank: true }) }
    return node(id, 'mix', 'item', { inputs })
  }
  if (stage === 'pair') {
    const [a, b] = [read(pick(above, from), lane ?? 0), read(pick(above, and), lane ?? 1)]
    return node(id, 'pair', 'item', { inputs: { a, b }, out: CUT.out })
  }
  if (stage === 'fold') {
    const channels = above.filter(({ out }) => out.kind === 'channels' && out.of.kind === 'patch')
    return node(id, 'fold', 'item', { inputs: { from: read(pick(channels, from)) }, out: PATCH })
  }
  if (stage === 'spread')
    return node(id, 'spread', 'item', { inputs: { from: read(pick(above, from), lane ?? 0) }, out: PATCHES })
  const inputs: Record<string, Input> = { from: read(pick(above, from), lane) }
  if (stage === 'join') inputs.and = alike(inputs.from!, pick(above, and))
  if (stage === 'centred') inputs.statistics = input('mel', MEL, { bank: true })
  if (stage === 'blend') inputs.others = input('head', PATCH, { bank: true })
  const over = Object.values(inputs).find(({ port }) => lanesOf(port).length > 0)?.port
  const parameters = stage === 'sometimes' ? { share: 0.15 } : {}
  const out = over ? liftedOver(over, PATCH) : PATCH
  return node(id, stage, 'item', { parameters, inputs, lifted: over !== undefined, draws, out })
}

/** What goes lane by lane with another input: the whole of one with the same lanes, else its first lane. */
function alike({ port }: Input, other: CheckedNode): Input {
  const fits = lanesOf(port).length === 0 || lanesOf(port).join() === lanesOf(other.out).join()
  return read(other, fits ? undefined : 0)
}

function read({ id, out }: CheckedNode, lane?: 0 | 1): Input {
  const name = lane === undefined ? undefined : lanesOf(out)[lane]
  return name === undefined ? input(id, out) : input(id, laneOf(out)!, { lane: name })
}

/** Patches, and pairs and channels of them; there is always one. */
function pick(nodes: readonly CheckedNode[], number: number): CheckedNode {
  const readable = nodes.filter(({ out }) => (laneOf(out) ?? out).kind === 'patch')
  return readable[number % readable.length]!
}
