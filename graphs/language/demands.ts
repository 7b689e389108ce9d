/**
 * What a contract demands of ports besides their kinds: that they mean the same (`sameAs`: two rates mixed would be wrong in
 * silence), and patches as they were cut (`asCut`: of others nobody knows where they lie).
 */
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { innermost, type Port } from '../../stages/ports.js'
import type { CheckedNode } from './checked.js'
import { problemAt } from './tree.js'
import type { Stages } from './wired.js'
import type { Wire } from './wires.js'

/** What a port may say of its numbers, in words. */
const WORDS: Readonly<Record<string, (value: number) => string>> = {
  rate: value => `${value} Hz`,
  hop: value => `a hop of ${value} samples`,
  bands: value => `${value} bands`,
  frames: value => `${value} frames`,
  samples: value => `${value} samples`,
}

/** The first of rate, hop, bands, ... in which two ports differ, said of each; `undefined` if they agree in all that both name. */
export function difference(one: Port, other: Port): { one: string; other: string } | undefined {
  const [first, second] = [one, other].map(port => innermost(port) as unknown as Record<string, number>)
  const name = Object.keys(WORDS).find(name => name in first! && name in second! && first![name] !== second![name])
  return name === undefined ? undefined : { one: WORDS[name]!(first![name]!), other: WORDS[name]!(second![name]!) }
}

interface Upstream {
  inferred: ReadonlyMap<string, CheckedNode>
  stages: Stages
}

/** What is wrong with a wire that ends at such a port, if something is. */
export function unlessCut({ node, port, spot, path }: Wire, stage: Stage, upstream: Upstream): Problem | undefined {
  if (isCut(node, upstream)) return undefined
  const where = port === Object.keys(stage.in)[0] ? stage.name : `'${port}' of ${stage.name}`
  const message = `${where} reads the node that cuts, before anything is done to its patches, not '${node}' (${upstream.inferred.get(node)!.stage}).`
  const cutter = [...upstream.inferred.keys()].find(id => isCut(id, upstream))
  return problemAt('not-as-cut', spot, path, message, cutter && `'${cutter}' cuts.`)
}

/** Whether a node cuts, or hands on what nodes that cut have given. */
function isCut(id: string, upstream: Upstream): boolean {
  const { stage, inputs } = upstream.inferred.get(id)!
  const by = upstream.stages.get(stage)
  if (by?.runsIn !== 'item') return false
  return by.cuts ?? (by.copies === true && Object.values(inputs).every(({ node }) => isCut(node, upstream)))
}
