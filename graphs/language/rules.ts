/** What must hold of a graph as a whole, beyond each node by itself. */

import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import type { Accepted } from '../../stages/contract.js'
import { describePort, innermost } from '../../stages/ports.js'
import type { CheckedNode } from './checked.js'
import type { Inferred } from './infer.js'
import { fitOf, laneOf } from './lift.js'
import { inOrder } from './order.js'
import { type Branch, type Path, problemAt, type Spot } from './tree.js'
import type { WiredNode } from './wired.js'

type Rule = (nodes: readonly WiredNode[], problems: Problem[], more: More) => void

interface More {
  /** The map of the nodes, and where its name stands. */
  tree: Branch
  key: Spot
  inferred: Inferred
  /** Unread nodes that a problem names already, as what somebody may have meant. */
  offered: ReadonlySet<string>
}

/** Every reference names a node. */
export const knownNodes: Rule = (nodes, problems, { tree }) => {
  for (const node of nodes) {
    for (const { node: read, spot, path } of node.wires) {
      if (tree.entries.has(read) || tree.failed?.has(read)) continue
      problems.push(unknownNode(read, spot, path, tree, node.id))
    }
  }
}

/** A reference to a node that there is not: who took it away, or which one may be meant. */
export function unknownNode(id: string, spot: Spot, path: Path, nodes: Branch, by: string): Problem {
  const gone = nodes.removed?.get(id)
  if (!gone) return problemAt('unknown-node', spot, path, () => noSuchNode(id, nodes, by))
  const there = `There is no node '${id}'.`
  const where = gone.line === undefined ? `by ${gone.file}` : `in ${gone.file}:${gone.line}`
  return problemAt('unknown-node', spot, path, there, `It is removed ${where}.`)
}

/** In a sub-graph names are those of its file: its nodes, and its inputs. */
function noSuchNode(id: string, { entries, inputs }: Branch, by: string): string {
  const part = by.slice(0, by.lastIndexOf('/') + 1)
  const inside = id.startsWith(part) ? part : ''
  const written = id.slice(inside.length)
  const nodes = [...entries.keys()].filter(name => name !== by && name.startsWith(inside))
  const known = [...nodes.map(name => name.slice(inside.length)), ...(inputs?.get(inside.slice(0, -1)) ?? [])]
  return `There is no node '${written}'. ${suggestion(written, known)}`.trimEnd()
}

/** Clips come from exactly one place. */
export const oneSource: Rule = (nodes, problems, { tree, key }) => {
  const sources = nodes.filter(({ stage }) => stage?.runsIn === 'source')
  if (sources.length === 0 && nodes.every(({ stage }) => stage) && nodes.length === tree.entries.size) {
    const message = 'No node brings clips into the graph. Add one, for example clip: { stage: clips }.'
    problems.push(problemAt('no-source', key, ['nodes'], message))
  }
  for (const { id, stageSpot } of sources.slice(1)) {
    const message = `'${sources[0]!.id}' is the source already: a graph has one.`
    problems.push(problemAt('two-sources', stageSpot, ['nodes', id, 'stage'], message))
  }
}

/** Slips that leave some node unread: they are told by themselves. */
const REWIRING = new Set(
  'unknown-stage bad-contract bad-stage-file unknown-node no-stage bad-node bad-reference bad-alias bad-key cycle too-many-ports port-twice missing-port two-sources nothing-removed shares-itself shares-sharing shares-nothing bad-use cannot-remove'.split(
    ' ',
  ),
)

/** Everything made is used, losses apart. */
export const noDeadEnds: Rule = (nodes, problems, { tree, offered }) => {
  if (tree.failed?.size || problems.some(({ code }) => REWIRING.has(code))) return
  const wires = nodes.flatMap(node => node.wires)
  const read = new Set(wires.map(({ node }) => node))
  for (const { id, key, stage } of nodes) {
    const ends = stage?.runsIn === 'tensor' && (stage.role === 'loss' || stage.embedsAlone)
    if (read.has(id) || offered.has(id) || ends) continue
    const use = stage?.runsIn === 'tensor' ? 'so it would never be trained' : 'so it would be made for nothing'
    const message = `Nothing reads '${id}', ${use}. Name it in the 'from' of another node, or remove it.`
    problems.push(problemAt('dead-end', key, ['nodes', id], message))
  }
}

/** All batches have one size: they are made of the same clips. */
export const oneBatchSize: Rule = (nodes, problems, { inferred }) => {
  const batches = nodes.flatMap(node => {
    const out = inferred.get(node.id)?.out
    return node.stage?.runsIn === 'batch' && out?.kind === 'batch' ? [{ node, size: out.size }] : []
  })
  const [first] = batches
  for (const { node, size } of batches.slice(1)) {
    if (size === first!.size) continue
    const spot = node.tree.entries.get('size')?.value.spot ?? node.stageSpot
    const message = `'${node.id}' gathers ${size} clips and '${first!.node.id}' gathers ${first!.size}: all batches of a graph have one size.`
    problems.push(problemAt('batch-sizes', spot, ['nodes', node.id, 'size'], message))
  }
}

/** A bank is read by clip, at random, from what is stored: nothing upstream may depend on a draw. */
export const banksAreDrawFree: Rule = (nodes, problems, { inferred }) => {
  const drawing = drawsOf(nodes)
  const placeOf = new Map(nodes.flatMap(({ id, stage }) => (stage ? [[id, stage.runsIn] as const] : [])))
  const hint = (accepts: readonly Accepted[]) => {
    const banks = nodes.filter(({ id, stage }) => stage?.runsIn === 'item' && !drawing.has(id))
    const fitting = banks.filter(({ id }) => inferred.has(id) && fitOf(inferred.get(id)!.out, accepts) === 'whole')
    return fitting.length > 0 ? `${fitting.map(({ id }) => `'${id}'`).join(' or ')} would fit.` : undefined
  }
  for (const node of nodes) {
    for (const { port, node: read, spot, path } of node.wires) {
      const expected = node.stage?.in[port]
      if (!expected?.bank) continue
      const random = drawing.get(read)
      const reason = random
        ? random === read
          ? `'${read}' draws at random`
          : `'${read}' comes after '${random}', which draws at random`
        : undefined
      if (reason) {
        const message = `'${port}' reads any clip from what is stored, but ${reason}: there is no one value to store.`
        problems.push(problemAt('bank-after-draws', spot, path, message, hint(expected.accepts)))
      } else if (placeOf.has(read) && placeOf.get(read) !== 'item') {
        problems.push(
          problemAt(
            'bank-not-item',
            spot,
            path,
            `'${port}' reads single clips; '${read}' does not work clip by clip.`,
            hint(expected.accepts),
          ),
        )
      }
    }
  }
}

/** What is kept on disk is made once a clip: nothing upstream may depend on a draw. */
export const cachedAreDrawFree: Rule = (nodes, problems) => {
  const drawing = drawsOf(nodes)
  for (const { id, stage, wires } of nodes) {
    if (stage?.runsIn !== 'item' || !stage.cached) continue
    const wire = wires.find(({ node }) => drawing.has(node))
    if (!wire) continue
    const random = drawing.get(wire.node)!
    const after = random === wire.node ? `'${random}' draws` : `'${wire.node}' comes after '${random}', which draws`
    const message = `${stage.name} is made once for each clip and kept, but ${after} at random.`
    const hint = `Put '${id}' before '${random}'.`
    problems.push(problemAt('cached-after-draws', wire.spot, wire.path, message, hint))
  }
}

/** For each node that depends on a draw, the node nearest to the source that draws. */
function drawsOf(nodes: readonly WiredNode[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { id, stage, wires } of inOrder(nodes).order) {
    const above = wires.map(({ node }) => found.get(node)).find(drawing => drawing !== undefined)
    const own = stage?.runsIn === 'item' && stage.draws ? id : undefined
    const drawing = above ?? own
    if (drawing !== undefined) found.set(id, drawing)
  }
  return found
}

/** Weights have one shape: whoever shares or follows them reads what their owner reads; who follows may see other pieces. */
export const sharedAlike: Rule = (nodes, problems, { inferred }) => {
  for (const { id, shares, follows, stageSpot } of nodes) {
    const whose = shares ?? follows ?? ''
    const [owner, sharing] = [inferred.get(whose), inferred.get(id)]
    if (!owner || !sharing) continue
    const word = shares === undefined ? 'follows' : 'shares'
    const [wanted, given] = [readOnce(owner, sharing, word), readOnce(sharing, owner, word)]
    if (wanted === given) continue
    const message = `'${id}' reads ${given} and '${whose}', whose weights it ${word}, reads ${wanted}: these must be the same.`
    problems.push(problemAt('shared-shapes', stageSpot, ['nodes', id, word], message))
  }
}

/** What one forward pass of a node reads, lane by lane where it is lifted, at the ports that the other one fills, too. */
function readOnce({ inputs, lifted }: CheckedNode, other: CheckedNode, word: 'follows' | 'shares'): string {
  return Object.entries(inputs)
    .filter(([name, { port }]) => name in other.inputs && (word === 'shares' || innermost(port).kind !== 'indices'))
    .map(([, { port }]) => describePort((lifted && laneOf(port)) || port))
    .join(', ')
}

/** Something learns. */
export const somethingLearns: Rule = (nodes, problems) => {
  const weighted = nodes.filter(
    ({ stage, shares, follows }) => stage?.runsIn === 'tensor' && stage.role !== 'loss' && !shares && !follows,
  )
  const last = weighted.at(-1)
  if (!last || nodes.some(({ stage }) => !stage) || weighted.some(({ frozen }) => frozen !== true)) return
  const { key } = last.tree.entries.get('frozen')!
  const message = 'Every node with weights is frozen, so nothing would learn. Take frozen away from one of them.'
  problems.push(problemAt('all-frozen', key, ['nodes', last.id, 'frozen'], message))
}

/** Lanes are worked on jointly only where TensorFlow does it. */
export const jointIsForTensors: Rule = (nodes, problems) => {
  for (const { id, joint, stage, tree } of nodes) {
    if (!joint || !stage || stage.runsIn === 'tensor') continue
    const message = `joint is for stages that are trained (encoders, heads); ${stage.name} works clip by clip.`
    problems.push(problemAt('joint-not-tensor', tree.entries.get('joint')!.key, ['nodes', id, 'joint'], message))
  }
}

/** Some loss counts. */
export const someLossCounts: Rule = (nodes, problems) => {
  const losses = nodes.filter(({ stage }) => stage?.runsIn === 'tensor' && stage.role === 'loss')
  const [first] = losses
  if (!first || losses.some(({ weight, changes }) => weight !== 0 || changes.weight)) return
  const { spot } = first.tree.entries.get('weight')!.value
  const which = losses.length === 1 ? 'The only loss' : 'Every loss'
  const message = `${which} has weight 0, so nothing would learn. Give ${losses.length === 1 ? 'it' : 'one'} a weight above 0.`
  problems.push(problemAt('no-weight', spot, ['nodes', first.id, 'weight'], message))
}

/** Draws are shared by lanes that draw: those of a stage that is run lane by lane. */
export const sharedDrawsAreDrawn: Rule = (nodes, problems, { inferred }) => {
  for (const { id, draws, stage, tree } of nodes) {
    if (draws !== 'shared' || !stage || !inferred.has(id)) continue
    const drawing = stage.runsIn === 'item' && stage.draws
    if (drawing && inferred.get(id)!.lifted) continue
    const why = drawing ? 'what it reads has no lanes that it would work on one by one' : `${stage.name} draws nothing`
    const message = `draws: shared gives all lanes the same draws, but ${why}. Leave it out.`
    problems.push(problemAt('nothing-drawn', tree.entries.get('draws')!.key, ['nodes', id, 'draws'], message))
  }
}
