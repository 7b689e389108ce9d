/** `--set a.b=c`: a value from the command line, laid over the document. */
import { Problem } from '../../data/problem.js'
import { parseYaml } from './read-yaml.js'
import type { Branch, Spot, Tree } from './tree.js'

/** How a place on the command line is named in problems. */
const FLAG = '--set '

/** Was this written on the command line rather than in a file? */
export const isFlag = ({ file }: Spot): boolean => file.startsWith(FLAG)

/** The one-value document that an argument such as `train.steps=100` stands for; the value is YAML. */
export function readOverride(argument: string): { tree?: Branch; problems: Problem[] } {
  const spot: Spot = { file: FLAG + argument }
  const refuse = (message: string) => ({ problems: [new Problem('bad-set', message, { place: spot })] })
  const cut = argument.indexOf('=')
  if (cut < 0) return refuse(`--set takes path=value, for example ${FLAG}train.steps=100. There is no '=' here.`)
  const steps = argument.slice(0, cut).trim().split('.')
  if (steps.some(step => !/^[\w-]+$/.test(step) || step === '__proto__')) {
    return refuse(`The part before '=' is a path of names with dots, for example ${FLAG}nodes.mel.bands=128.`)
  }
  if (steps[0] === 'extends')
    return refuse('extends is read from files alone: write a small file that extends another.')
  const { tree = { kind: 'leaf', spot, value: null }, problems } = parseYaml(argument.slice(cut + 1), spot.file)
  if (problems.length > 0) return refuse(`The part after '=' is read as YAML, and this is not: ${problems[0]!.message}`)
  return {
    tree: steps.reduceRight<Tree>((value, step) => nest(step, value, spot), moved(tree, spot)) as Branch,
    problems: [],
  }
}

function nest(name: string, value: Tree, spot: Spot): Branch {
  return { kind: 'map', spot, entries: new Map([[name, { key: spot, value }]]) }
}

function moved(tree: Tree, spot: Spot): Tree {
  if (tree.kind === 'leaf') return { ...tree, spot }
  if (tree.kind === 'list') return { ...tree, spot, items: tree.items.map(item => moved(item, spot)) }
  const entries = [...tree.entries].map(
    ([name, { value }]) => [name, { key: spot, value: moved(value, spot) }] as const,
  )
  return { kind: 'map', spot, entries: new Map(entries) }
}
