/** Graphs at random: forks, joins by identity, lanes, banks, refusals, stages that take their time. */
import { fc } from '@fast-check/ava'
import type { CheckedGraph, CheckedNode, Input } from '../../../graphs/language/checked.js'
import type { Clip } from '../../../stages/values.js'
import { batchNode, CUT, clipsNamed, input, node, PATCH, RAMP, SOURCE } from './fake-graphs.js'

const STAGES = ['shake', 'mix', 'centred', 'late', 'sometimes', 'join', 'blend', 'cut'] as const

/** A node to be; its numbers choose among what is there when it is made. */
export interface Recipe {
  stage: (typeof STAGES)[number]
  from: number
  and: number
  /** Reads one side of a pair. */
  lane: 'a' | 'b' | undefined
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
  lane: fc.constantFrom(undefined, undefined, 'a' as const, 'b' as const),
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
      const nodes = [source, RAMP, HEAD, CUT]
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
  const inputs: Record<string, Input> = { from: read(pick(above, from), lane) }
  if (stage === 'join') inputs.and = read(pick(above, and))
  if (stage === 'centred') inputs.statistics = input('mel', MEL, { bank: true })
  if (stage === 'blend') inputs.others = input('head', PATCH, { bank: true })
  const lifted = Object.values(inputs).some(({ port }) => port.kind === 'pair')
  const parameters = stage === 'sometimes' ? { share: 0.15 } : {}
  return node(id, stage, 'item', { parameters, inputs, lifted, draws, out: lifted ? CUT.out : PATCH })
}

function read({ id, out }: CheckedNode, lane?: 'a' | 'b'): Input {
  return lane && out.kind === 'pair' ? input(id, PATCH, { lane }) : input(id, out)
}

/** Patches and pairs of them; there is always one. */
function pick(nodes: readonly CheckedNode[], number: number): CheckedNode {
  const readable = nodes.filter(({ out }) => out.kind === 'patch' || out.kind === 'pair')
  return readable[number % readable.length]!
}
