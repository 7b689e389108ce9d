/** One node's work on one clip: its inputs gathered, run once or once a lane, with its own keyed draws. */
import type { Feature } from '../../data/feature-cache.js'
import type { ItemStage } from '../../stages/contract.js'
import type { Bank, Clip, Count, Draws } from '../../stages/values.js'
import type { CheckedNode, Input } from '../language/checked.js'
import { liftedNode } from '../language/lift.js'
import { keyedDraws } from './draws.js'
import { laneOfValue, together } from './lanes.js'
import { pieceOf } from './pieces.js'

/** One item of the stream. */
export interface Item {
  /** Position of its clip in the list of usable clips. */
  clip: number
  epoch: number
  /** Place in the epoch's order. */
  position: number
  /** How often the same clip came before in this epoch: each time with draws of its own. */
  occurrence: number
  /** Seconds into the clip where pieces are cut when a trained encoder listens; absent in training, which draws places. */
  start?: number
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
 * @param count adds one to a counter of this node
 */
export function compileNode(
  node: CheckedNode,
  stage: ItemStage,
  seed: number,
  bankOf: (input: Input) => Bank<unknown>,
  count: Count,
): NodeWork {
  const { inputs, ports, over } = liftedNode(node, stage)
  const readers = inputs.map(({ name, input, lifted }) => ({ name, read: readerOf(input, lifted, bankOf) }))
  const work = stage.work(node.parameters, ports)
  const run = (walk: Walk, lane?: string) => {
    const given: Record<string, unknown> = { clip: walk.clip, rng: drawsOf(node, stage, seed, walk, lane), count }
    for (const { name, read } of readers) given[name] = read(walk, lane)
    return work(given as Parameters<typeof work>[0])
  }
  if (!over) return walk => run(walk)
  const { port, lanes } = over
  return walk => {
    const values = lanes.map(lane => run(walk, lane))
    return values.some(value => value instanceof Promise)
      ? Promise.all(values).then(all => together(port, all))
      : together(port, values)
  }
}

/** How a node comes by the value of one in-port. */
function readerOf(
  input: Input,
  lifted: boolean,
  bankOf: (input: Input) => Bank<unknown>,
): (walk: Walk, lane?: string) => unknown {
  if (input.bank) {
    const bank = bankOf(input)
    return () => bank
  }
  return (walk, lane) => {
    const value = valueAt(input, walk)
    return lifted ? laneOfValue(value, lane!) : value
  }
}

/** What arrives at an input: the value of the node that it reads, a lane of it, a piece of that. */
export function valueAt({ node, lane, cut, port }: Input, { values, item }: Pick<Walk, 'values' | 'item'>): unknown {
  const value = lane ? laneOfValue(values[node], lane) : values[node]
  return cut ? pieceOf(value, port, item?.start ?? 0, cut.band) : value
}

function drawsOf(node: CheckedNode, stage: ItemStage, seed: number, { clip, item }: Walk, lane?: string): Draws {
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
