/** How a port fits what a stage takes: as it is, or lane by lane over a pair or over channels. */
import type { Accepted, Stage } from '../../stages/contract.js'
import { LANES, type Port, type PortKind } from '../../stages/ports.js'
import type { CheckedNode, Input } from './checked.js'

/** The kinds of a port from outside in: `['batch', 'pair', 'patch']`. */
export function kindsOf(port: Port): PortKind[] {
  return 'of' in port ? [port.kind, ...kindsOf(port.of)] : [port.kind]
}

/** The same in words: `batch<pair<patch>>`; of views `pair<patch> or channels<patch>`; of any number of channels `patch`. */
export function kindsInWords(kinds: readonly Accepted[]): string {
  const words = (views: Accepted) =>
    `${kinds.map(kind => (kind === 'views' ? views : kind === 'patches' ? 'patch' : kind)).join('<')}${'>'.repeat(kinds.length - 1)}`
  return kinds.includes('views') ? `${words('pair')} or ${words('channels')}` : words('views')
}

export type Fit = 'whole' | 'lifted'

/**
 * How a port fits an in-port; `undefined` if it does not. An in-port that names no kind takes whatever comes, one that
 * ends at a pair, channels or a batch whatever is in it. A recording is a waveform besides.
 */
export function fitOf(port: Port, accepts: readonly Accepted[]): Fit | undefined {
  if (isOf(port, accepts)) return 'whole'
  const lane = laneOf(port)
  return lane && isOf(lane, accepts) ? 'lifted' : undefined
}

/** Whether the kinds of a port are these, from outside in. */
function isOf(port: Port, kinds: readonly Accepted[], at = 0): boolean {
  if (at === kinds.length) return true
  if (!isKind(port, kinds[at]!)) return false
  return 'of' in port ? isOf(port.of, kinds, at + 1) : at + 1 === kinds.length
}

function isKind(port: Port, wanted: Accepted): boolean {
  const { kind } = port
  if (wanted === 'views') return kind === 'pair' || kind === 'channels'
  if (port.kind === 'patch') return wanted === 'patches' || (wanted === 'patch' && port.channels === undefined)
  return kind === wanted || (kind === 'recording' && wanted === 'waveform')
}

/** What a stage sees of a port that fits: one lane where it is lifted, a waveform where it takes that of a recording. */
export function seenOf(port: Port, accepts: readonly Accepted[]): Port {
  return seenAs(fitOf(port, accepts) === 'lifted' ? laneOf(port)! : port, accepts)
}

function seenAs(port: Port, kinds: readonly Accepted[], at = 0): Port {
  if ('of' in port) return { ...port, of: seenAs(port.of, kinds, at + 1) }
  return port.kind === 'recording' && kinds[at] === 'waveform' ? { kind: 'waveform', rate: port.rate } : port
}

/** One lane of a pair or of channels, or of a batch of these; `undefined` if there are no lanes. */
export function laneOf(port: Port): Port | undefined {
  if (port.kind === 'pair' || port.kind === 'channels') return port.of
  if (port.kind !== 'batch') return undefined
  const inner = laneOf(port.of)
  return inner && { ...port, of: inner }
}

/** Names of a port's lanes: `a` and `b` of a pair, `1`, `2`, ... of channels; none if it has no lanes. */
export function lanesOf(port: Port): readonly string[] {
  if (port.kind === 'batch') return lanesOf(port.of)
  if (port.kind === 'channels') return Array.from({ length: port.count }, (_, index) => String(index + 1))
  return port.kind === 'pair' ? LANES : []
}

/** What a stage gives for each lane, put together as the lanes of `over` were: `batch<x>` becomes `batch<pair<x>>`. */
export function liftedOver(over: Port, lane: Port): Port {
  if (over.kind === 'batch') return lane.kind === 'batch' ? { ...lane, of: liftedOver(over.of, lane.of) } : lane
  return over.kind === 'pair' || over.kind === 'channels' ? { ...over, of: lane } : lane
}

/** Whether a name may be that of a lane: `a`, `b`, `1`, `2`, ... */
export const isLane = (name: string): boolean => LANES.some(lane => lane === name) || /^[1-9]\d{0,5}$/.test(name)

/** How a node's inputs meet its stage: what the stage sees of each, and which of them it takes lane by lane. */
export interface LiftedNode {
  inputs: { name: string; input: Input; lifted: boolean }[]
  /** As the stage sees them: of one lane where it is lifted. */
  ports: Record<string, Port> & { out: Port }
  /** The port whose lanes the stage goes over, and their names; absent if it runs once. */
  over?: { port: Port; lanes: readonly string[] }
}

export function liftedNode(node: CheckedNode, stage: Stage): LiftedNode {
  const ports: LiftedNode['ports'] = { out: (node.lifted && laneOf(node.out)) || node.out }
  const inputs = Object.entries(node.inputs).map(([name, input]) => {
    const { accepts } = stage.in[name]!
    ports[name] = seenOf(input.port, accepts)
    return { name, input, lifted: node.lifted && !input.bank && fitOf(input.port, accepts) === 'lifted' }
  })
  const port = inputs.find(({ lifted }) => lifted)?.input.port
  return { inputs, ports, ...(port && { over: { port, lanes: lanesOf(port) } }) }
}
