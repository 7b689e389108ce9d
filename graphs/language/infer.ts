/** Port types from the source to the losses: what arrives at each node, and what leaves. */
import type { Problem } from '../../data/problem.js'
import type { Accepted, Expectation, Stage } from '../../stages/contract.js'
import { describePort, innermost, type Port } from '../../stages/ports.js'
import type { CheckedNode, Input } from './checked.js'
import { waysFrom } from './convert.js'
import { difference, unlessCut } from './demands.js'
import { itemShape } from './item-shape.js'
import { fitOf, kindsInWords, laneOf, lanesOf, liftedOver, seenOf } from './lift.js'
import { problemAt } from './tree.js'
import { begins, outOf } from './what-leaves.js'
import type { Stages, WiredNode } from './wired.js'
import type { Wire } from './wires.js'

/** A node whose every port fits, by id. */
export type Inferred = ReadonlyMap<string, CheckedNode>

/** What is known so far, and where to put what is found. */
export interface Inference {
  inferred: Inferred
  stages: Stages
  problems: Problem[]
  unread: (id: string) => boolean
  /** Unread nodes that a hint names. */
  offered: Set<string>
}

/** The node with its types, or `undefined` with the reasons in `problems`; silent where something upstream is wrong. */
export function inferNode(node: WiredNode, inference: Inference): CheckedNode | undefined {
  const { inferred: upstream, problems } = inference
  const { stage, parameters, wires } = node
  if (!stage) return undefined
  const expected = stage.in
  const inputs: Record<string, Input> = {}
  const seen: Record<string, Port> = {}
  const lifted: Wire[] = []
  let sound = wires.length >= Object.values(expected).filter(({ optional }) => !optional).length
  for (const wire of wires) {
    const port = arriving(wire, upstream, problems)
    const fit = port && fitAt(port, stage, expected[wire.port]!)
    if (port && !fit) problems.push(wrongPort(port, wire, stage, expected[wire.port]!, inference))
    if (!port || !fit) {
      sound = false
      continue
    }
    const uncut = expected[wire.port]!.asCut && unlessCut(wire, stage, inference)
    if (uncut) {
      problems.push(uncut)
      sound = false
      continue
    }
    inputs[wire.port] = {
      node: wire.node,
      ...(wire.lane ? { lane: wire.lane } : {}),
      bank: expected[wire.port]!.bank,
      port,
    }
    seen[wire.port] = seenOf(port, expected[wire.port]!.accepts)
    if (fit === 'lifted') lifted.push(wire)
  }
  if (!sound || !lanesAgree(lifted, inputs, problems)) return undefined
  if (!portsAgree(node, seen, inference) || !parameters) return undefined
  const inner = outOf(node, stage, seen, parameters, problems)
  if (!inner || !begins(node, stage, { ...seen, out: inner }, parameters, problems)) return undefined
  const { id, draws, joint } = node
  const [first] = lifted
  const out = first ? liftedOver(inputs[first.port]!.port, inner) : inner
  const checked = { id, stage: stage.name, place: stage.runsIn, parameters, inputs, lifted: !!first, draws, joint }
  return { ...checked, ...ofWeights(node), out }
}

/** Said only where it is not as usual, so that graphs without it look as they always did. */
function ofWeights({
  weight,
  frozen,
  shares,
  follows,
  start,
  adapt,
  changes,
}: WiredNode): Pick<CheckedNode, 'weight' | 'frozen' | 'adapt' | 'shares' | 'follows' | 'weights' | 'changes'> {
  return {
    ...(weight === 1 ? {} : { weight }),
    ...(frozen ? { frozen } : {}),
    ...(shares === undefined ? {} : { shares }),
    ...(follows === undefined ? {} : { follows }),
    ...(adapt ? { adapt } : {}),
    ...(start ? { weights: { ...start, hash: '' } } : {}),
    ...(Object.keys(changes).length > 0 ? { changes } : {}),
  }
}

function arriving({ node, lane, spot, path }: Wire, upstream: Inferred, problems: Problem[]): Port | undefined {
  const out = upstream.get(node)?.out
  if (!out || !lane) return out
  const lanes = lanesOf(out)
  if (lanes.includes(lane)) return laneOf(out)
  const there =
    lanes.length === 0
      ? `which is no pair: there is no '${node}.${lane}'`
      : `of which there are ${node}.${lanes[0]} ${lanes.length > 2 ? 'to' : 'and'} ${node}.${lanes.at(-1)}, and no '${node}.${lane}'`
  problems.push(problemAt('no-lane', spot, path, `'${node}' gives ${describePort(out)}, ${there}.`))
  return undefined
}

/** What is worked on lane by lane has the same lanes at every port. */
function lanesAgree(lifted: readonly Wire[], inputs: Readonly<Record<string, Input>>, problems: Problem[]): boolean {
  const [first, ...others] = lifted
  if (!first) return true
  const lanes = (wire: Wire) => lanesOf(inputs[wire.port]!.port).join(', ')
  const other = others.find(wire => lanes(wire) !== lanes(first))
  const name = ({ node, lane }: Wire) => `'${lane ? `${node}.${lane}` : node}'`
  if (!other) return true
  const message = `Lane by lane ${name(first)} (lanes ${lanes(first)}) and ${name(other)} (lanes ${lanes(other)}) do not go together.`
  const hint = `Name one lane, such as ${other.node}.${lanesOf(inputs[other.port]!.port)[0]}.`
  problems.push(problemAt('lanes-differ', other.spot, other.path, message, hint))
  return false
}

/** Ports that mean the same (`sameAs`) have the same rate, hop, bands, ...; told where the second is read. */
function portsAgree({ stage, wires }: WiredNode, seen: Readonly<Record<string, Port>>, inference: Inference): boolean {
  const { inferred, problems } = inference
  const before = problems.length
  for (const wire of wires) {
    const expected = stage!.in[wire.port]!
    const other = expected.sameAs
    const differing = other === undefined ? undefined : difference(seen[other]!, seen[wire.port]!)
    if (!differing) continue
    const first = wires.find(({ port }) => port === other)!
    const message = `'${wire.port}' of ${stage!.name} has to agree with '${other}': '${wire.node}' has ${differing.other}, '${first.node}' has ${differing.one}.`
    const fits = [...inferred.values()].find(
      ({ out }) => fitAt(out, stage!, expected) && !difference(seen[other!]!, out),
    )
    problems.push(problemAt('ports-differ', wire.spot, wire.path, message, fits && `'${fits.id}' would fit.`))
  }
  return problems.length === before
}

/** A bank is never read lane by lane, a loss compares whole pairs, and only what has one size can be gathered. */
function fitAt(port: Port, stage: Stage, { accepts, bank }: Expectation<unknown>) {
  if (accepts.length === 0) {
    if (stage.runsIn === 'batch') return port.kind !== 'batch' && itemShape(port) ? 'whole' : undefined
    return ['batch', 'loss'].includes(port.kind) ? undefined : 'whole'
  }
  const fit = fitOf(port, accepts)
  return fit === 'lifted' && (bank || (stage.runsIn === 'tensor' && stage.role === 'loss')) ? undefined : fit
}

function wrongPort(
  port: Port,
  wire: Wire,
  stage: Stage,
  expected: Expectation<unknown>,
  inference: Inference,
): Problem {
  const { accepts } = expected
  const reads =
    accepts.length > 0
      ? `reads ${kindsInWords(accepts)}${isStacked(port) ? ' of one channel' : ''}`
      : stage.runsIn === 'batch'
        ? 'gathers what has one size (patches, excerpts, labels, levels, vectors; pairs or channels of them)'
        : 'reads what flows clip by clip'
  const from = inference.inferred.get(wire.node)!
  const name = wire.lane ? `${wire.node}.${wire.lane}` : wire.node
  const where = wire.port === Object.keys(stage.in)[0] ? stage.name : `'${wire.port}' of ${stage.name}`
  const message = `${where} ${reads}, but '${name}' (${from.stage}) gives ${describePort(port)}.`
  return problemAt('wrong-port', wire.spot, wire.path, message, wayOut(port, wire, stage, expected, inference))
}

const isStacked = (port: Port) => {
  const inner = innermost(port)
  return inner.kind === 'patch' && inner.channels !== undefined
}

/**
 * A node that fits and is read by nobody yet was probably meant; else one lane of what arrives; else stages that convert;
 * else any node that fits.
 */
function wayOut(
  port: Port,
  wire: Wire,
  stage: Stage,
  expected: Expectation<unknown>,
  inference: Inference,
): string | undefined {
  const { accepts, bank, alone } = expected
  const { inferred, stages, unread, offered } = inference
  if (stage.runsIn === 'item' && port.kind === 'batch') return `${stage.name} stands before the batch.`
  if (alone !== undefined && port.kind === accepts[1]) return alone
  const wanted: (readonly Accepted[])[] = accepts.length > 0 ? [accepts] : [['patch'], ['excerpt']]
  const fitting = [...inferred.values()].filter(({ out }) => fitAt(out, stage, expected)).map(({ id }) => id)
  const free = fitting.find(unread)
  if (free !== undefined) {
    offered.add(free)
    return `'${free}' would fit, and nothing reads it yet.`
  }
  const lane = laneOf(port)
  if (lane && fitAt(lane, stage, expected) === 'whole')
    return `Name one of its lanes, as in ${wire.node}.${lanesOf(port)[0]}.`
  const [ways = []] = (bank ? [] : wanted.map(kinds => waysFrom(port, kinds, stages.values())))
    .filter(({ length }) => length > 0)
    .sort((one, other) => one.length - other.length)
  const put = ways.length > 0 ? `Put ${ways.map(oneOf).join(', then ')} between them` : undefined
  const near = fitting.at(-1)
  if (put) return near === undefined ? `${put}.` : `${put}, or read '${near}', which would fit.`
  return near === undefined ? undefined : `'${near}' would fit.`
}

const oneOf = (names: readonly string[]) =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
