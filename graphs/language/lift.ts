/** How a port fits what a stage takes: as it is, or lane by lane over a pair or over channels. */
import type { Accepted } from '../../stages/contract.js'
import { LANES, type Port, type PortKind } from '../../stages/ports.js'

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
