/** Port types from the source to the losses: what arrives at each node, and what leaves. */
import type { Problem } from '../../data/problem.js'
import { type Expectation, ParameterProblem, type Stage } from '../../stages/contract.js'
import { describePort, type Port, type PortKind } from '../../stages/ports.js'
import type { CheckedNode, Input } from './checked.js'
import { waysFrom } from './convert.js'
import { fitOf, kindsInWords, kindsOf, laneOf, pairOf } from './lift.js'
import { problemAt } from './tree.js'
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
  const expected = stage.in as Record<string, Expectation<unknown>>
  const inputs: Record<string, Input> = {}
  const lanes: Record<string, Port> = {}
  let lifted = false
  let sound = wires.length >= Object.values(expected).filter(({ optional }) => !optional).length
  for (const wire of wires) {
    const port = arriving(wire, upstream, problems)
    const fit = port && fitAt(port, stage, expected[wire.port]!)
    if (port && !fit) problems.push(wrongPort(port, wire, stage, expected[wire.port]!, inference))
    if (!port || !fit) {
      sound = false
      continue
    }
    inputs[wire.port] = {
      node: wire.node,
      ...(wire.lane ? { lane: wire.lane } : {}),
      bank: expected[wire.port]!.bank,
      port,
    }
    lanes[wire.port] = fit === 'lifted' ? laneOf(port)! : port
    lifted ||= fit === 'lifted'
  }
  if (!sound || !parameters) return undefined
  const inner = outOf(node, stage, lanes, parameters, problems)
  if (!inner) return undefined
  const { id, draws, joint } = node
  const out = lifted ? pairOf(inner) : inner
  const checked = { id, stage: stage.name, place: stage.place, parameters, inputs, lifted, draws, joint }
  return { ...checked, ...ofWeights(node), out }
}

/** Said only where it is not as usual, so that graphs without it look as they always did. */
function ofWeights({ weight, frozen, shares }: WiredNode): Pick<CheckedNode, 'weight' | 'frozen' | 'shares'> {
  return {
    ...(weight === 1 ? {} : { weight }),
    ...(frozen ? { frozen } : {}),
    ...(shares === undefined ? {} : { shares }),
  }
}

function arriving({ node, lane, spot, path }: Wire, upstream: Inferred, problems: Problem[]): Port | undefined {
  const out = upstream.get(node)?.out
  if (!out || !lane) return out
  const port = laneOf(out)
  if (!port)
    problems.push(
      problemAt(
        'no-lane',
        spot,
        path,
        `'${node}' gives ${describePort(out)}, which is no pair: there is no '${node}.${lane}'.`,
      ),
    )
  return port
}

/** A bank is never read lane by lane, a loss compares whole pairs, and only what has one size can be gathered. */
function fitAt(port: Port, stage: Stage, { accepts, bank }: Expectation<unknown>) {
  if (accepts.length === 0) {
    const kinds = kindsOf(port)
    const gathers = stage.place === 'batch' ? ['patch'] : ['clip', 'waveform', 'logmel', 'patch']
    return gathers.includes(kinds.at(-1)!) && kinds[0] !== 'batch' ? 'whole' : undefined
  }
  const fit = fitOf(port, accepts)
  return fit === 'lifted' && (bank || (stage.place === 'tensor' && stage.role === 'loss')) ? undefined : fit
}

function wrongPort(
  port: Port,
  wire: Wire,
  stage: Stage,
  expected: Expectation<unknown>,
  inference: Inference,
): Problem {
  const accepts = expected.accepts.length > 0 ? expected.accepts : (['patch'] as const)
  const from = inference.inferred.get(wire.node)!
  const name = wire.lane ? `${wire.node}.${wire.lane}` : wire.node
  const where = wire.port === Object.keys(stage.in)[0] ? stage.name : `'${wire.port}' of ${stage.name}`
  const message = `${where} reads ${kindsInWords(accepts)}, but '${name}' (${from.stage}) gives ${describePort(port)}.`
  return problemAt('wrong-port', wire.spot, wire.path, message, wayOut(port, accepts, expected.bank, inference))
}

/** A node that fits and is read by nobody yet was probably meant; else stages that convert; else any node that fits. */
function wayOut(port: Port, accepts: readonly PortKind[], bank: boolean, inference: Inference): string | undefined {
  const { inferred, stages, unread, offered } = inference
  const fitting = [...inferred.values()].filter(({ out }) => fitOf(out, accepts)).map(({ id }) => id)
  const free = fitting.find(unread)
  if (free !== undefined) {
    offered.add(free)
    return `'${free}' would fit, and nothing reads it yet.`
  }
  const ways = bank ? [] : waysFrom(port, accepts, stages.values())
  const put = ways.length > 0 ? `Put ${ways.map(names => names.join(' or ')).join(', then ')} between them` : undefined
  const near = fitting.at(-1)
  if (put) return near === undefined ? `${put}.` : `${put}, or read '${near}', which would fit.`
  return near === undefined ? undefined : `'${near}' would fit.`
}

function outOf(
  node: WiredNode,
  stage: Stage,
  ports: Record<string, Port>,
  parameters: object,
  problems: Problem[],
): Port | undefined {
  try {
    return (stage.out as (ports: Record<string, Port>, parameters: object) => Port)(ports, parameters)
  } catch (error) {
    if (!(error instanceof ParameterProblem)) throw error
    const written = node.tree.entries.get(error.parameter)?.value
    const byDefault =
      !written && error.parameter in stage.parameters.shape ? ' (This is its default; write another value.)' : ''
    const path = ['nodes', node.id, error.parameter]
    const message = `${error.parameter}: ${error.message}${/[.!?]$/.test(error.message) ? '' : '.'}${byDefault}`
    problems.push(problemAt('parameter-does-not-fit', written?.spot ?? node.stageSpot, path, message))
    return undefined
  }
}
