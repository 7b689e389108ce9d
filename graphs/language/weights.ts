/**
 * What nodes say of their weights: `weight` of a loss, `frozen`, `shares: encoder` (the same weights elsewhere), `follows:
 * encoder` (their moving average), `weights: RUN` (where they start).
 */
import { z } from 'zod'
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { type Changing, readChanging, withoutChanges } from './changing.js'
import { OWNER_WORDS, ownerOf, textAt } from './node-references.js'
import { unknownNode } from './rules.js'
import { checkSettings, unknownKey } from './settings.js'
import { type Branch, type Path, plain, problemAt, show } from './tree.js'
import type { WiredNode } from './wired.js'

/** A node whose words on its weights are read. */
export interface WeightWords {
  tree: Branch
  path: Path
  stage: Stage
  /** Whose weights it shares or follows. */
  owner: Owner | undefined
  problems: Problem[]
}

/** How much a loss counts in the sum that is trained: 1 unless it says otherwise. */
export function readWeight({ tree, path, stage, problems }: WeightWords): { weight: number; changing?: Changing } {
  const written = tree.entries.get('weight')
  if (!written) return { weight: 1 }
  const here = [...path, 'weight']
  if (!isLoss(stage)) {
    const message = `weight says how much a loss counts beside others; ${stage.name} is no loss.`
    problems.push(problemAt('weight-not-loss', written.key, here, message))
    return { weight: 1 }
  }
  if (written.value.kind === 'map') {
    const of = { owner: 'a loss', name: 'weight', path: here, schema: z.number().min(0) }
    const changing = readChanging(written.value, of, problems)
    return changing ? { weight: changing.values[0]!, changing } : { weight: 1 }
  }
  const value = plain(written.value)
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return { weight: value }
  const message = `weight must be a number from 0, not ${show(value)}.`
  problems.push(
    problemAt('bad-value', written.value.spot, here, message, 'weight (default 1): how much this loss counts'),
  )
  return { weight: 1 }
}

/** Whether the weights of a node stay as they are while others learn; or those layers of it that do. */
export function readFrozen({ tree, path, stage, owner, problems }: WeightWords): boolean | readonly string[] {
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
  if (owner?.word === 'shares')
    return refuse('frozen-shared', `Its weights are those of '${owner.id}': write frozen at '${owner.id}' alone.`)
  if (owner)
    return refuse('frozen-shared', `Its weights follow those of '${owner.id}' and never learn: leave frozen out.`)
  if (!hasWeights(stage))
    return refuse('frozen-without-weights', `frozen is for encoders and heads; ${stage.name} has no weights to keep.`)
  return value as boolean | string[]
}

/** Whose weights a node uses (`shares`), or follows. */
export interface Owner {
  id: string
  word: (typeof OWNER_WORDS)[number]
  /** Absent if that cannot be, which has been told. */
  tree?: Branch
}

/** The node whose weights another one shares or follows. */
export function sharedNode(
  id: string,
  tree: Branch,
  { nodes, stages, problems }: { nodes: Branch; stages: ReadonlyMap<string, Stage>; problems: Problem[] },
): Owner | undefined {
  const [word, second] = OWNER_WORDS.filter(word => tree.entries.has(word))
  if (!word) return undefined
  const written = tree.entries.get(word)!
  const owner = textAt(tree, word)
  const refuse = (code: string, message: string) => {
    problems.push(problemAt(code, written.value.spot, ['nodes', id, word], message.trimEnd()))
    return { id: owner ?? '', word }
  }
  if (second) return refuse('shares-itself', `'${id}' either shares weights or follows them: leave one of them out.`)
  if (owner === undefined) return refuse('bad-value', `${word} is the id of a node, such as encoder.`)
  const found = nodes.entries.get(owner)?.value
  if (owner === id) return refuse('shares-itself', `'${id}' ${word} its own weights: name another node.`)
  if (!found) {
    problems.push(unknownNode(owner, written.value.spot, ['nodes', id, word], nodes, id))
    return { id: owner, word }
  }
  if (found.kind !== 'map') return { id: owner, word }
  const further = ownerOf(found)
  if (further !== undefined)
    return refuse(
      'shares-sharing',
      `'${owner}' has its weights from '${further}' (${textAt(found, 'shares') === undefined ? 'follows' : 'shares'}): name that one.`,
    )
  const stage = stages.get(textAt(found, 'stage') ?? '')
  if (stage && !hasWeights(stage))
    return refuse('shares-nothing', `Encoders and heads have weights; '${owner}' (${stage.name}) has none.`)
  return { id: owner, word, tree: found }
}

/** What a node that shares weights may say of itself, beside its ports. */
const WORDS = ['from', ...OWNER_WORDS, 'momentum', 'draws', 'joint', 'weight', 'frozen', 'adapt', 'weights']

/** Those of the owner; the node itself can only say what it reads and how. */
export function sharedParameters(
  { id, tree }: WiredNode,
  { id: owner, word: sharing }: Owner,
  owning: Branch,
  stage: Stage,
  problems: Problem[],
): { parameters?: Record<string, unknown>; changes: Record<string, Changing> } {
  for (const [name, { key }] of tree.entries) {
    if (WORDS.includes(name) || name in stage.in) continue
    const path = ['nodes', id, name]
    if (name !== 'stage' && !Object.hasOwn(stage.parameters.shape, name)) {
      const about = { owner: `'${id}', which ${sharing} weights,`, word: 'parameter', path } as const
      problems.push(unknownKey(name, key, about, [], [...Object.keys(stage.in), ...WORDS]))
      continue
    }
    const message = `'${id}' ${sharing} the weights of '${owner}' and with them its ${name}: write ${name} at '${owner}' alone.`
    problems.push(problemAt('shared-parameter', key, path, message))
  }
  const entries = new Map([...owning.entries].filter(([name]) => Object.hasOwn(stage.parameters.shape, name)))
  const told = { owner: stage.name, word: 'parameter', path: ['nodes', owner] } as const
  const { tree: left, changes } = withoutChanges({ ...owning, entries }, stage, told.path, [])
  const parameters = checkSettings(left, stage.parameters, told, []) as Record<string, unknown> | undefined
  return { changes, ...(parameters && { parameters }) }
}

const isLoss = (stage: Stage) => stage.runsIn === 'tensor' && stage.role === 'loss'
const hasWeights = (stage: Stage) => stage.runsIn === 'tensor' && stage.role !== 'loss'

export const USUAL_MOMENTUM = [0.996, 1]

/** How slowly weights that follow others do: one share, or two, from the first step to the last by half a cosine. */
export function readMomentum({ tree, path, owner, problems }: WeightWords): Record<string, Changing> {
  const written = tree.entries.get('momentum')
  const here = [...path, 'momentum']
  if (owner?.word !== 'follows') {
    const message = 'momentum says how slowly weights follow those of another node: write follows beside it.'
    if (written) problems.push(problemAt('momentum-without-follows', written.key, here, message))
    return {}
  }
  const share = z.number().min(0).max(1)
  if (written?.value.kind === 'map') {
    const of = { owner: 'a node that follows', name: 'momentum', path: here, schema: share }
    const momentum = readChanging(written.value, of, problems)
    return momentum ? { momentum } : {}
  }
  const value = written ? plain(written.value) : USUAL_MOMENTUM
  const found = z.union([share, z.tuple([share, share])]).safeParse(value)
  if (!found.success) {
    const message = `momentum is a number from 0 to 1, or two of them, such as [0.996, 1], not ${show(value)}.`
    problems.push(problemAt('bad-value', written!.value.spot, here, message))
    return {}
  }
  const { data } = found
  if (typeof data === 'number') return { momentum: { at: [0], values: [data], between: 'hold' } }
  return { momentum: { at: [0, 'end'], values: data, between: 'cosine' } }
}

/** The checkpoint that a node's weights start from: `weights: RUN`, or `weights: { run: RUN, node: encoder }`. */
export function readStart({
  tree,
  path,
  stage,
  owner,
  problems,
}: WeightWords): { run: string; node?: string } | undefined {
  const written = tree.entries.get('weights')
  if (!written) return undefined
  const refuse = (code: string, message: string) => {
    problems.push(problemAt(code, written.key, [...path, 'weights'], message))
    return undefined
  }
  if (owner) return refuse('weights-shared', `Its weights come from '${owner.id}': write weights there alone.`)
  if (!hasWeights(stage))
    return refuse('weights-without-weights', `weights are those of encoders and heads; ${stage.name} has none.`)
  const run = z.string().min(1)
  const found = z
    .union([run, z.strictObject({ run, node: z.string().min(1).optional() })])
    .safeParse(plain(written.value))
  if (!found.success)
    return refuse(
      'bad-value',
      `weights is a run or checkpoint, such as runs/pool, or a map such as { run: runs/pool, node: encoder }, not ${show(plain(written.value))}.`,
    )
  if (typeof found.data === 'string') return { run: found.data }
  const { node } = found.data
  return { run: found.data.run, ...(node !== undefined && { node }) }
}
