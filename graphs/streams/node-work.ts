/** One node's work on one clip: its inputs gathered, run once or once a lane, with its own keyed draws. */
import type { Feature } from '../../data/feature-cache.js'
import type { ItemStage } from '../../stages/contract.js'
import { LANES, type Lane, type Port } from '../../stages/ports.js'
import type { Bank, Clip, Draws, Pair } from '../../stages/values.js'
import type { CheckedNode, Input } from '../language/checked.js'
import { keyedDraws } from './draws.js'

/** One item of the stream. */
export interface Item {
  /** Position of its clip in the list of usable clips. */
  clip: number
  epoch: number
  /** Place in the epoch's order. */
  position: number
  /** How often the same clip came before in this epoch: each time with draws of its own. */
  occurrence: number
}

/** What there is of one clip while the nodes are run in order. */
export interface Walk {
  clip: Clip
  /** Absent where nothing may be drawn: above a cached node, and in banks. */
  item?: Item | undefined
  /** Feature of a cached node for this clip. */
  feature(node: string): Feature | Promise<Feature>
  /** Of the nodes that have run, by id. */
  values: Record<string, unknown>
}

export type NodeWork = (walk: Walk) => unknown

/**
 * Makes a node's work, once for all items. It gives the node's value, or a promise of it.
 *
 * @param bankOf the bank behind an input marked as one
 */
export function compileNode(
  node: CheckedNode,
  stage: ItemStage,
  seed: number,
  bankOf: (input: Input) => Bank<unknown>,
): NodeWork {
  const inputs = Object.entries(node.inputs)
  const ports = Object.fromEntries(inputs.map(([name, input]) => [name, insideOf(input, node.lifted)]))
  const out = node.lifted && node.out.kind === 'pair' ? node.out.of : node.out
  const work = stage.work(node.parameters, { ...ports, out })
  const readers = inputs.map(([name, input]) => [name, readerOf(node, input, bankOf)] as const)
  const run = (walk: Walk, lane?: Lane) => {
    const given: Record<string, unknown> = { clip: walk.clip, rng: drawsOf(node, stage, seed, walk, lane) }
    for (const [name, read] of readers) given[name] = read(walk, lane)
    return work(given as Parameters<typeof work>[0])
  }
  if (!node.lifted) return walk => run(walk)
  return walk => {
    const [a, b] = LANES.map(lane => run(walk, lane))
    return a instanceof Promise || b instanceof Promise ? Promise.all([a, b]).then(([a, b]) => ({ a, b })) : { a, b }
  }
}

/** What the work sees there: one lane, if it is run a lane at a time. */
function insideOf({ port, bank }: Input, lifted: boolean): Port {
  return lifted && !bank && port.kind === 'pair' ? port.of : port
}

/** How a node comes by the value of one in-port. */
function readerOf(
  { lifted }: CheckedNode,
  input: Input,
  bankOf: (input: Input) => Bank<unknown>,
): (walk: Walk, lane?: Lane) => unknown {
  if (input.bank) {
    const bank = bankOf(input)
    return () => bank
  }
  const perLane = lifted && input.port.kind === 'pair'
  return ({ values }, lane) => {
    const value = input.lane ? (values[input.node] as Pair<unknown>)[input.lane] : values[input.node]
    return perLane ? (value as Pair<unknown>)[lane!] : value
  }
}

function drawsOf(node: CheckedNode, stage: ItemStage, seed: number, { clip, item }: Walk, lane?: Lane): Draws {
  if (!stage.draws || !item) return noDraws(node)
  const { epoch, occurrence } = item
  const key = occurrence === 0 ? clip.id : `${clip.id}\u0001${occurrence}`
  return keyedDraws({ seed, node: node.id, lane: node.draws === 'shared' ? '' : (lane ?? ''), epoch, item: key })
}

function noDraws({ id, stage }: CheckedNode): Draws {
  return name => {
    throw new Error(
      `node '${id}' asked for the draw '${name}' where nothing may be drawn: '${stage}' has to be declared with ` +
        '`draws: true`, and stand below every cached node and outside of banks',
    )
  }
}
