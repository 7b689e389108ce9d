/** How a port fits what a stage takes: as it is, or lane by lane over a pair. */
import type { Port, PortKind } from '../../stages/ports.js'

/** The kinds of a port from outside in: `['batch', 'pair', 'patch']`. */
export function kindsOf(port: Port): PortKind[] {
  return port.kind === 'pair' || port.kind === 'batch' ? [port.kind, ...kindsOf(port.of)] : [port.kind]
}

/** The same in words: `batch<pair<patch>>`. */
export function kindsInWords(kinds: readonly PortKind[]): string {
  return `${kinds.join('<')}${'>'.repeat(kinds.length - 1)}`
}

export type Fit = 'whole' | 'lifted'

/** How a port fits an in-port; `undefined` if it does not. An in-port that names no kind takes whatever comes. */
export function fitOf(port: Port, accepts: readonly PortKind[]): Fit | undefined {
  if (accepts.length === 0 || isOf(port, accepts)) return 'whole'
  const lane = laneOf(port)
  return lane && isOf(lane, accepts) ? 'lifted' : undefined
}

/** Whether the kinds of a port are these, from outside in. */
function isOf(port: Port, kinds: readonly PortKind[], at = 0): boolean {
  if (port.kind !== kinds[at]) return false
  return 'of' in port ? isOf(port.of, kinds, at + 1) : at + 1 === kinds.length
}

/** One lane of a pair, or of a batch of pairs; `undefined` if there are no lanes. */
export function laneOf(port: Port): Port | undefined {
  if (port.kind === 'pair') return port.of
  if (port.kind !== 'batch') return undefined
  const inner = laneOf(port.of)
  return inner && { ...port, of: inner }
}

/** The pair of what a stage gives for each lane: `batch<x>` becomes `batch<pair<x>>`. */
export function pairOf(lane: Port): Port {
  return lane.kind === 'batch' ? { ...lane, of: pairOf(lane.of) } : { kind: 'pair', of: lane }
}
