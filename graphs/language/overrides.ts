/** `--set a.b=c`: a value from the command line, laid over the document. */
import { Problem } from '../../data/problem.js'
import { noInnerNode } from './inner-nodes.js'
import { parseYaml } from './read-yaml.js'
import type { Branch, Spot, Tree } from './tree.js'
import { DEEPEST } from './yaml-tree.js'

/** How a place on the command line is named in problems. */
const FLAG = '--set '

/** Was this written on the command line rather than in a file? */
export const isFlag = ({ file }: Spot): boolean => /^--(set|without|swap) /.test(file)

/**
 * The one-value document that an argument such as `train.steps=100` stands for; the value is YAML.
 *
 * @param folder where relative names of files count from, if not here
 * @param nodes those of the document, sub-graphs read in: `nodes.views.near` is then `nodes.views/near`
 */
export function readOverride(
  argument: string,
  nodes?: Branch,
  folder?: string,
): { tree?: Branch; problems: Problem[] } {
  const spot: Spot = { file: FLAG + argument, ...(folder !== undefined && { folder }) }
  const refuse = (message: string) => ({ problems: [new Problem('bad-set', message, { place: spot })] })
  const cut = argument.indexOf('=')
  if (cut < 0) return refuse(`--set takes path=value, for example ${FLAG}train.steps=100. There is no '=' here.`)
  const steps = argument.slice(0, cut).trim().split('.')
  if (steps.some(step => !/^[\w/-]+$/.test(step) || step === '__proto__')) {
    return refuse(`The part before '=' is a path of names with dots, for example ${FLAG}nodes.mel.bands=128.`)
  }
  if (steps.length > DEEPEST) return refuse(`The path before '=' leads more than ${DEEPEST} deep.`)
  if (steps[0] === 'extends' || steps[0] === 'stages')
    return refuse(`${steps[0]} is read from files alone: write a small file that extends another.`)
  const inside = nodes && insideSubGraph(steps, nodes)
  if (typeof inside === 'string') return refuse(inside)
  if (argument.slice(cut + 1).trim() === '')
    return refuse(`There is nothing after '='. null takes a value away: ${FLAG}${argument.slice(0, cut).trim()}=null.`)
  const { tree = { kind: 'leaf', spot, value: null }, problems } = parseYaml(argument.slice(cut + 1), spot.file)
  if (problems.length > 0) return refuse(`The part after '=' is read as YAML, and this is not: ${problems[0]!.message}`)
  return {
    tree: (inside ?? steps).reduceRight<Tree>((value, step) => nest(step, value, spot), moved(tree, spot)) as Branch,
    problems: [],
  }
}

/** The path to a node of a sub-graph, or why there is none; `undefined` if the path leads elsewhere. */
function insideSubGraph(steps: readonly string[], nodes: Branch): string[] | string | undefined {
  const [top, id] = steps
  const parts = [...nodes.entries.keys()].filter(name => name.startsWith(`${id}/`))
  if (top !== 'nodes' || id === undefined || parts.length === 0) return undefined
  for (let end = steps.length; end > 2; end--) {
    const joined = steps.slice(1, end).join('/')
    if (nodes.entries.has(joined)) return ['nodes', joined, ...steps.slice(end)]
  }
  return noInnerNode(
    id,
    steps.slice(2),
    parts.map(name => name.slice(id.length + 1)),
    'nodes.',
  )
}

function nest(name: string, value: Tree, spot: Spot): Branch {
  return { kind: 'map', spot, entries: new Map([[name, { key: spot, value }]]) }
}

export function moved(tree: Tree, spot: Spot): Tree {
  if (tree.kind === 'leaf') return { ...tree, spot }
  if (tree.kind === 'list') return { ...tree, spot, items: tree.items.map(item => moved(item, spot)) }
  const entries = [...tree.entries].map(
    ([name, { value }]) => [name, { key: spot, value: moved(value, spot) }] as const,
  )
  return { kind: 'map', spot, entries: new Map(entries) }
}
