/** How the values that a batch node gathers lie in memory: one run of float32 a lane, items one after the other. */
import { Problem } from '../../data/problem.js'
import { describePort } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { itemShape, type LaneName, sizeOf } from '../language/item-shape.js'

export interface BatchLayout {
  /** Id of the batch node. */
  id: string
  /** The node it gathers from, and the side of the pair or the channel if one is named. */
  from: string
  lane?: string | undefined
  lanes: readonly LaneName[]
  /** Of one item in one lane. */
  shape: readonly number[]
  /** Numbers of one item in one lane. */
  length: number
}

/** Values by batch node and lane. */
export type BatchValues = Record<string, Partial<Record<LaneName, Float32Array>>>

/** @throws Problem `not-batchable` if something without a fixed size arrives at a batch node */
export function batchLayouts(graph: CheckedGraph): BatchLayout[] {
  return batchNodes(graph).map(({ id, inputs }) => {
    const [input] = Object.values(inputs)
    if (!input) throw new Problem('not-batchable', `The batch node '${id}' reads nothing.`)
    const item = itemShape(input.port)
    if (item) return { id, from: input.node, lane: input.lane, ...item, length: sizeOf(item.shape) }
    const message = `The batch node '${id}' gathers what has one size; ${describePort(input.port)} arrives.`
    throw new Problem('not-batchable', message, { hint: 'Cut patches first, for example with temporal-proximity.' })
  })
}

/** Items a batch: one number for all batch nodes of a graph. @throws Problem if there is no batch, or sizes differ */
export function batchSize(graph: CheckedGraph): number {
  const sizes = batchNodes(graph).map(({ id, out }) => ({ id, size: out.kind === 'batch' ? out.size : 0 }))
  const [first] = sizes
  if (!first) throw new Problem('no-batch', 'The graph has no batch node: nothing to train on leaves it.')
  const other = sizes.find(({ size }) => size !== first.size)
  if (!other) return first.size
  const message = `'${first.id}' gathers ${first.size} items and '${other.id}' ${other.size}: batches of one graph go in step.`
  throw new Problem('batch-sizes', message, { hint: 'Give them the same size.' })
}

/** Bytes that one item takes in all batches together. */
export function itemBytes(layouts: readonly BatchLayout[]): number {
  return layouts.reduce((sum, { lanes, length }) => sum + lanes.length * length * Float32Array.BYTES_PER_ELEMENT, 0)
}

/** Room for a number of items. */
export function roomFor(layouts: readonly BatchLayout[], items: number): BatchValues {
  return Object.fromEntries(
    layouts.map(({ id, lanes, length }) => [
      id,
      Object.fromEntries(lanes.map(lane => [lane, new Float32Array(items * length)])),
    ]),
  )
}

/** Those that gather items, in the order of the graph. */
export function batchNodes({ nodes }: CheckedGraph): CheckedNode[] {
  return nodes.filter(({ place }) => place === 'batch')
}
