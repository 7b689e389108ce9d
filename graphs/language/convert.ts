/** Which stages turn what arrives into what is expected: tried out, not written down anywhere. */
import type { Accepted, Stage } from '../../stages/contract.js'
import { describePort, type Port } from '../../stages/ports.js'
import { fitOf, liftedOver, seenOf } from './lift.js'

const LONGEST = 3

/**
 * The shortest chain of stages from a port to one that fits; at each step every stage that does it:
 * `[['log-mel'], ['temporal-proximity']]`. Empty if there is none.
 */
export function waysFrom(port: Port, accepts: readonly Accepted[], stages: Iterable<Stage>): string[][] {
  const converters = [...stages].filter(stage => stage.runsIn !== 'source')
  let front: { port: Port; names: string[] }[] = [{ port, names: [] }]
  const seen = new Set([describePort(port)])
  for (let step = 0; step < LONGEST; step++) {
    const reached = front.flatMap(({ port, names }) =>
      converters.flatMap(stage => {
        const out = tryOut(stage, port)
        return out ? [{ port: out, names: [...names, stage.name] }] : []
      }),
    )
    const arrived = reached.filter(({ port }) => fitOf(port, accepts))
    if (arrived.length > 0) return together(arrived.map(({ names }) => names))
    front = reached.filter(({ port }) => !seen.has(describePort(port)) && seen.add(describePort(port)))
  }
  return []
}

function together(chains: string[][]): string[][] {
  const [first = []] = chains
  const alike = chains.filter(chain => chain.slice(0, -1).join() === first.slice(0, -1).join())
  return [...first.slice(0, -1).map(name => [name]), [...new Set(alike.map(chain => chain.at(-1)!))]]
}

/** What a stage with its defaults makes of a port, if it takes it at its first and only stream port. */
function tryOut(stage: Stage, port: Port): Port | undefined {
  const ports = Object.entries(stage.in)
  const streams = ports.filter(([, { bank, optional }]) => !bank && !optional)
  const [name, expected] = streams[0] ?? []
  if (!name || !expected || streams.length > 1) return undefined
  const fit = fitOf(port, expected.accepts)
  const parameters = stage.parameters.safeParse({})
  if (!fit || !parameters.success) return undefined
  try {
    const out = stage.out({ [name]: seenOf(port, expected.accepts) }, parameters.data)
    return fit === 'lifted' ? liftedOver(port, out) : out
  } catch {
    return undefined
  }
}
