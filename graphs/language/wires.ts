/** What a node reads: `from` fills the first ports in order, other ports have their own names. */
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { LANES } from '../../stages/ports.js'
import { isLane } from './lift.js'
import { type Branch, type Path, problemAt, type Spot, type Tree } from './tree.js'

/** `from: near.a`: one thing that a node reads. */
export interface Wire {
  port: string
  node: string
  lane?: string
  spot: Spot
  path: Path
}

/** What a node reads at each port of its stage. */
export function readWires(tree: Branch, path: Path, stage: Stage, stageSpot: Spot, problems: Problem[]): Wire[] {
  const ports = Object.keys(stage.in)
  const wires = wiresFrom(tree, path, ports, problems)
  const source = tree.entries.get('from')
  if (ports.length === 0 && source) {
    problems.push(
      problemAt(
        'no-input',
        source.key,
        [...path, 'from'],
        `${stage.name} is where clips come from: it reads no other node.`,
      ),
    )
  }
  for (const port of ports) {
    const twice = wires.filter(wire => wire.port === port)
    if (twice.length > 1) {
      problems.push(
        problemAt('port-twice', twice[1]!.spot, twice[1]!.path, `'${port}' of ${stage.name} is filled twice.`),
      )
    }
    if (twice.length > 0 || stage.in[port]!.optional) continue
    const written = tree.entries.has('from') && port === ports[0]
    if (!written && !tree.entries.has(port)) problems.push(missingPort(stage, port, ports, stageSpot, path))
  }
  return wires
}

function missingPort(stage: Stage, port: string, ports: string[], spot: Spot, path: Path): Problem {
  const example = port === ports[0] ? 'from: node' : `${port}: node`
  const message = `${stage.name} needs ${port === ports[0] ? "something to read: 'from'" : `'${port}'`}. Write ${example}.`
  return problemAt('missing-port', spot, [...path, port === ports[0] ? 'from' : port], message)
}

/** The references under `from` and under the ports' own names. */
export function wiresFrom(tree: Branch, path: Path, ports: string[], problems: Problem[]): Wire[] {
  const wires: Wire[] = []
  const add = (port: string | undefined, reference: Tree, at: Path) => {
    if (port === undefined) {
      const message = `'from' names more nodes than the stage reads: its ${ports.length === 1 ? 'only port is' : 'ports are'} ${ports.join(', ')}.`
      problems.push(problemAt('too-many-ports', reference.spot, at, message))
      return
    }
    const wire = readReference(reference, port, at, problems)
    if (wire) wires.push(wire)
  }
  const from = tree.entries.get('from')?.value
  if (from && ports.length > 0) {
    if (from.kind === 'list') for (const [at, item] of from.items.entries()) add(ports[at], item, [...path, 'from', at])
    else add(ports[0], from, [...path, 'from'])
  }
  for (const port of ports) {
    const own = port === 'from' ? undefined : tree.entries.get(port)?.value
    if (own) add(port, own, [...path, port])
  }
  return wires
}

function readReference(tree: Tree, port: string, path: Path, problems: Problem[]): Wire | undefined {
  const refuse = (message: string) => {
    problems.push(problemAt('bad-reference', tree.spot, path, message))
    return undefined
  }
  if (tree.kind !== 'leaf' || typeof tree.value !== 'string') {
    return refuse(
      `'${port}' names a node, such as mel, one side of a pair, such as near.a, or one channel, such as parts.2.`,
    )
  }
  const [node = '', lane, ...more] = tree.value.split('.')
  if (lane === undefined) return { port, node, spot: tree.spot, path }
  if (isLane(lane) && more.length === 0) return { port, node, lane, spot: tree.spot, path }
  if (isLane(lane) && more.every(isLane))
    return refuse(`'${tree.value}' goes two lanes deep: one lane is named at a time, as in ${node}.${lane}.`)
  return refuse(
    `'${tree.value}' names no side of a pair: these are ${LANES.map(name => `${node}.${name}`).join(' and ')}. Channels are ${node}.1, ${node}.2, and so on.`,
  )
}
