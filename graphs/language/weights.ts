/** What nodes say of their weights: `weight` of a loss, `frozen`, and `shares: encoder`, the same weights elsewhere. */
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { textAt } from './node-references.js'
import { unknownNode } from './rules.js'
import { checkSettings, unknownKey } from './settings.js'
import { type Branch, type Path, plain, problemAt, show } from './tree.js'
import type { WiredNode } from './wired.js'

/** How much a loss counts in the sum that is trained: 1 unless it says otherwise. */
export function readWeight(tree: Branch, path: Path, stage: Stage, problems: Problem[]): number {
  const written = tree.entries.get('weight')
  if (!written) return 1
  const here = [...path, 'weight']
  if (!isLoss(stage)) {
    const message = `weight says how much a loss counts beside others; ${stage.name} is no loss.`
    problems.push(problemAt('weight-not-loss', written.key, here, message))
    return 1
  }
  const value = plain(written.value)
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const message = `weight must be a number from 0, not ${show(value)}.`
  problems.push(
    problemAt('bad-value', written.value.spot, here, message, 'weight (default 1): how much this loss counts'),
  )
  return 1
}

/** Whether the weights of a node stay as they are while others learn; or those layers of it that do. */
export function readFrozen(
  tree: Branch,
  path: Path,
  stage: Stage,
  shared: string | undefined,
  problems: Problem[],
): boolean | readonly string[] {
  const written = tree.entries.get('frozen')
  if (!written) return false
  const refuse = (code: string, message: string) => {
    problems.push(
      problemAt(code, code === 'bad-value' ? written.value.spot : written.key, [...path, 'frozen'], message),
    )
    return false
  }
  const value = plain(written.value)
  const layers = Array.isArray(value) && value.length > 0 && value.every(one => typeof one === 'string')
  if (typeof value !== 'boolean' && !layers)
    return refuse('bad-value', `frozen is true, false or a list of layers ([block0, block1]), not ${show(value)}.`)
  if (shared !== undefined)
    return refuse('frozen-shared', `Its weights are those of '${shared}': write frozen at '${shared}' alone.`)
  if (!hasWeights(stage))
    return refuse('frozen-without-weights', `frozen is for encoders and heads; ${stage.name} has no weights to keep.`)
  return value as boolean | string[]
}

/** The node whose weights another one shares; without a tree, if that cannot be and has been told. */
export function sharedNode(
  id: string,
  tree: Branch,
  { nodes, stages, problems }: { nodes: Branch; stages: ReadonlyMap<string, Stage>; problems: Problem[] },
): { id: string; tree?: Branch } | undefined {
  const written = tree.entries.get('shares')
  if (!written) return undefined
  const owner = textAt(tree, 'shares')
  const refuse = (code: string, message: string) => {
    problems.push(problemAt(code, written.value.spot, ['nodes', id, 'shares'], message.trimEnd()))
    return { id: owner ?? '' }
  }
  if (owner === undefined) return refuse('bad-value', 'shares is the id of a node, such as encoder.')
  const found = nodes.entries.get(owner)?.value
  if (owner === id) return refuse('shares-itself', `'${id}' shares its own weights: name another node.`)
  if (!found) {
    problems.push(unknownNode(owner, written.value.spot, ['nodes', id, 'shares'], nodes, id))
    return { id: owner }
  }
  if (found.kind !== 'map') return { id: owner }
  const further = textAt(found, 'shares')
  if (further !== undefined)
    return refuse('shares-sharing', `'${owner}' itself shares the weights of '${further}': name that one.`)
  const stage = stages.get(textAt(found, 'stage') ?? '')
  if (stage && !hasWeights(stage))
    return refuse('shares-nothing', `Encoders and heads have weights; '${owner}' (${stage.name}) has none to share.`)
  return { id: owner, tree: found }
}

/** What a node that shares weights may say of itself, beside its ports. */
const WORDS = ['from', 'shares', 'draws', 'joint', 'weight', 'frozen']

/** Those of the owner; the node itself can only say what it reads and how. */
export function sharedParameters(
  { id, tree }: WiredNode,
  owner: string,
  owning: Branch,
  stage: Stage,
  problems: Problem[],
): Record<string, unknown> | undefined {
  for (const [name, { key }] of tree.entries) {
    if (WORDS.includes(name) || name in stage.in) continue
    const path = ['nodes', id, name]
    if (name !== 'stage' && !Object.hasOwn(stage.parameters.shape, name)) {
      const about = { owner: `'${id}', which shares weights,`, word: 'parameter', path } as const
      problems.push(unknownKey(name, key, about, [], [...Object.keys(stage.in), ...WORDS]))
      continue
    }
    const message = `'${id}' shares the weights of '${owner}' and with them its ${name}: write ${name} at '${owner}' alone.`
    problems.push(problemAt('shared-parameter', key, path, message))
  }
  const entries = new Map([...owning.entries].filter(([name]) => Object.hasOwn(stage.parameters.shape, name)))
  const told = { owner: stage.name, word: 'parameter', path: ['nodes', owner] } as const
  return checkSettings({ ...owning, entries }, stage.parameters, told, []) as Record<string, unknown> | undefined
}

const isLoss = (stage: Stage) => stage.runsIn === 'tensor' && stage.role === 'loss'
const hasWeights = (stage: Stage) => stage.runsIn === 'tensor' && stage.role !== 'loss'
