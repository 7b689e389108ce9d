/** How the values that a batch node gathers lie in memory: one run of float32 a lane, items one after the other. */
import { Problem } from '../../data/problem.js'
import { describePort, LANES, type Lane, type Port } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'

/** `only` where no pair arrives. */
export type LaneName = Lane | 'only'

export interface BatchLayout {
  /** Id of the batch node. */
  id: string
  /** The node it gathers from, and the side of the pair if one is named. */
  from: string
  lane?: Lane | undefined
  lanes: readonly LaneName[]
  /** Numbers of one item in one lane. */
  length: number
}

/** Values by batch node and lane. */
export type BatchValues = Record<string, Partial<Record<LaneName, Float32Array>>>

/** @throws Problem `not-batchable` if something other than patches arrives at a batch node */
export function batchLayouts(graph: CheckedGraph): BatchLayout[] {
  return batchNodes(graph).map(({ id, inputs }) => {
    const [input] = Object.values(inputs)
    if (!input) throw new Problem('not-batchable', `The batch node '${id}' reads nothing.`)
    const { port } = input
    const lanes: readonly LaneName[] = port.kind === 'pair' ? LANES : ['only']
    return {
      id,
      from: input.node,
      lane: input.lane,
      lanes,
      length: itemLength(id, port.kind === 'pair' ? port.of : port),
    }
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

function batchNodes({ nodes }: CheckedGraph): CheckedNode[] {
  return nodes.filter(({ place }) => place === 'batch')
}

function itemLength(id: string, port: Port): number {
  if (port.kind === 'patch') return port.frames * port.bands
  throw new Problem(
    'not-batchable',
    `The batch node '${id}' takes patches or pairs of patches; ${describePort(port)} arrives.`,
    {
      hint: 'Cut patches first, for example with temporal-proximity.',
    },
  )
}
