/** What a tap is told, on the command line and from TypeScript. */
import { z } from 'zod'
import { suggestion } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Edit } from '../../../graphs/language/edit.js'
import { laneOf, lanesOf } from '../../../graphs/language/lift.js'
import { describePort, type Port } from '../../../stages/ports.js'
import type { Tapped } from './exhibits.js'

export const tapOptions = z.strictObject({
  file: z.string().describe('a graph or config (YAML)').meta({ argument: '<file>' }),
  node: z
    .string()
    .describe('a node, one side of its pair, or one channel: near, near.a, parts.2')
    .meta({ argument: '<node>' }),
  count: z
    .int()
    .min(1)
    .default(8)
    .describe('clips to show, in the order of training')
    .meta({ short: 'n', value: 'clips' }),
  output: z
    .string()
    .optional()
    .describe('folder to write; taps/<name of the graph>/<node> if not given')
    .meta({ short: 'o', value: 'folder' }),
  data: z
    .string()
    .optional()
    .describe("sounds in place of the config's own: a folder, a table, a data set file")
    .meta({ value: 'set' }),
  seed: z.int().min(0).optional().describe("run seed, on which all draws hang; the config's own if not given"),
  workers: z
    .int()
    .min(1)
    .optional()
    .describe('worker threads for decoding; cores - 1 if not given')
    .meta({ value: 'count' }),
})

export interface TapRequest extends z.output<typeof tapOptions> {
  /** Changes to the graph first. */
  edits?: readonly Edit[]
  /** Folder of the feature cache. */
  cache: string
}

/**
 * The node, or one side of the pair or channel that it gives: `near`, `near.a`, `stems.2`.
 *
 * @throws Problem `unknown-node`, `no-such-lane`
 */
export function findNode(graph: CheckedGraph, name: string): Tapped {
  const whole = graph.nodes.find(({ id }) => id === name)
  const [, id, lane] = /^(.+)\.(a|b|\d+)$/.exec(name) ?? []
  const node = whole ?? graph.nodes.find(node => node.id === id)
  const names = graph.nodes.map(({ id }) => id)
  if (!node) throw new Problem('unknown-node', `The graph has no node '${name}'. ${suggestion(name, names, 99)}`.trim())
  if (whole) return { node }
  if (lane !== undefined && lanesOf(node.out).includes(lane)) return { node, lane }
  throw new Problem('no-such-lane', `'${id}' gives ${describePort(node.out)}, which has no side '${lane}'.`)
}

export function portOf({ node, lane }: Tapped): Port {
  return (lane && laneOf(node.out)) || node.out
}
