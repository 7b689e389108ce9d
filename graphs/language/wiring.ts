/** What a node's map says: its stage, what it reads at which port, its parameters. Types come later. */

import { nearestName, suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { NODE_WORDS } from '../../stages/contract-mistakes.js'
import { readAdapt } from './adapt.js'
import { type Changing, withoutChanges } from './changing.js'
import { isFlag } from './overrides.js'
import { parametersOf } from './parameters.js'
import { checkSettings, unknownKey } from './settings.js'
import { type Branch, type Entry, type Path, problemAt, type Spot, show, type Tree } from './tree.js'
import { readFrozen, readMomentum, readStart, readWeight, sharedNode, sharedParameters } from './weights.js'
import type { Stages, WiredNode } from './wired.js'
import { readWires, wiresFrom } from './wires.js'

/** What is no parameter of a node, whatever its stage. */
export const RESERVED = ['from', ...NODE_WORDS]

/** Reads every node; a node that is not even a map is left out. */
export function wireNodes(
  nodes: Branch,
  stages: Stages,
  problems: Problem[],
  isBroken: (stage: string) => boolean = () => false,
): WiredNode[] {
  return [...nodes.entries].flatMap(([id, { key, value }]) => {
    const path = ['nodes', id]
    if (!/^[A-Za-z][\w-]*(\/[A-Za-z][\w-]*)*$/.test(id)) {
      problems.push(
        problemAt('bad-id', key, path, `A node's id is made of letters, digits, - and _ and starts with a letter.`),
      )
    }
    if (value.kind === 'map') return [wireNode(id, key, value, { nodes, stages, isBroken, problems })]
    const words = `A node is a map that names its stage, for example ${id}: { stage: log-mel, from: wave }, not ${show(shortly(value))}.`
    problems.push(problemAt('bad-node', value.spot, path, words))
    return []
  })
}

const shortly = (tree: Tree) => (tree.kind === 'leaf' ? tree.value : '[...]')

interface Surroundings {
  nodes: Branch
  stages: Stages
  /** Whether a problem tells already why there is no such stage. */
  isBroken: (stage: string) => boolean
  problems: Problem[]
}

function wireNode(id: string, key: Spot, tree: Branch, surroundings: Surroundings): WiredNode {
  const { stages, problems } = surroundings
  const path = ['nodes', id]
  const shared = sharedNode(id, tree, surroundings)
  const named = (shared?.tree ?? tree).entries.get('stage')?.value
  const stageSpot = (shared ? tree.entries.get(shared.word)!.value : named)?.spot ?? key
  const words = { draws: 'separate', joint: false, weight: 1, frozen: false, changes: {} } as const
  const node: WiredNode = {
    id,
    key,
    tree,
    stageSpot,
    wires: [],
    ...words,
    ...(shared ? { [shared.word]: shared.id } : {}),
  }
  const stage = shared && !shared.tree ? undefined : stageNamed(node, named, surroundings)
  if (!stage) return { ...node, wires: wiresFrom(tree, path, portsOfUnknown(tree), problems) }
  const ports = Object.keys(stage.in)
  const { parameters, changes } = shared
    ? sharedParameters(node, shared, shared.tree!, stage, problems)
    : readParameters(node, stage, ports, problems)
  const said = { tree, path, stage, owner: shared, problems }
  const start = readStart(said)
  const adapt = readAdapt(said)
  const { weight, changing } = readWeight(said)
  return {
    ...node,
    stage,
    wires: readWires(tree, path, stage, node.stageSpot, problems),
    draws: reserved(tree, 'draws', ['separate', 'shared'], path, problems) ?? 'separate',
    joint: reserved(tree, 'joint', [true, false], path, problems) ?? false,
    weight,
    changes: { ...changes, ...(changing && { weight: changing }), ...readMomentum(said) },
    frozen: readFrozen(said),
    ...(start && { start }),
    ...(adapt && { adapt }),
    ...(parameters ? { parameters } : {}),
  }

  function stageNamed(node: WiredNode, named: Tree | undefined, { nodes }: Surroundings): Stage | undefined {
    const name = named?.kind === 'leaf' && typeof named.value === 'string' ? named.value : undefined
    const stage = name === undefined ? undefined : stages.get(name)
    if (shared || stage) return stage // of a shared one, its owner tells what is wrong
    if (name === undefined) problems.push(noStage(node, named, nodes))
    else if (!surroundings.isBroken(name)) problems.push(unknownStage(name, node, stages))
    return undefined
  }
}

/** As many as `from` names: who knows what a stage reads that is not known. */
function portsOfUnknown(tree: Branch): string[] {
  const from = tree.entries.get('from')?.value
  return from?.kind === 'list' ? from.items.map(() => 'from') : ['from']
}

function unknownStage(name: string, { id, stageSpot }: WiredNode, stages: Stages): Problem {
  const guess = suggestion(name, stages.keys(), 0)
  const message = `There is no stage '${name}'. ${guess}`.trimEnd()
  const hint = guess ? undefined : './earshot list shows all stages.'
  return problemAt('unknown-stage', stageSpot, ['nodes', id, 'stage'], message, hint)
}

function noStage({ id, key, tree }: WiredNode, named: Tree | undefined, nodes: Branch): Problem {
  if (named)
    return problemAt('bad-value', named.spot, ['nodes', id, 'stage'], 'stage is the name of a stage, such as log-mel.')
  const near = isFlag(key) ? nearestName(id, nodes.entries.keys()) : undefined
  const gone = nodes.removed?.get(id)
  const slip = [...tree.entries.keys()].find(name => nearestName(name, ['stage']))
  const guess = gone
    ? `It is removed ${gone.line === undefined ? `by ${gone.file}` : `in ${gone.file}:${gone.line}`}.`
    : near
      ? `Did you mean the node '${near}'?`
      : slip
        ? `Is '${slip}' meant to be 'stage'?`
        : 'Write stage: name in it.'
  return problemAt('no-stage', key, ['nodes', id], `The node '${id}' has no stage. ${guess}`)
}

function reserved<Value extends string | boolean>(
  tree: Branch,
  name: string,
  choices: readonly Value[],
  path: Path,
  problems: Problem[],
): Value | undefined {
  const written = tree.entries.get(name)?.value
  if (!written) return undefined
  const value = choices.find(choice => written.kind === 'leaf' && written.value === choice)
  if (value === undefined)
    problems.push(problemAt('bad-value', written.spot, [...path, name], `${name} is ${choices.join(' or ')}.`))
  return value
}

function readParameters(
  { id, tree, stageSpot }: WiredNode,
  stage: Stage,
  ports: string[],
  problems: Problem[],
): { parameters?: Record<string, unknown>; changes: Record<string, Changing> } {
  const owner = { owner: stage.name, word: 'parameter', path: ['nodes', id], spot: stageSpot } as const
  const entries = new Map<string, Entry>()
  for (const [name, entry] of tree.entries) {
    if (Object.hasOwn(stage.parameters.shape, name)) entries.set(name, entry)
    else if (!RESERVED.includes(name) && !ports.includes(name)) {
      problems.push(notKnown(name, entry, { ...owner, path: [...owner.path, name] }, stage, ports, stageSpot))
    }
  }
  const { tree: left, changes } = withoutChanges({ ...tree, entries }, stage, owner.path, problems)
  const parameters = checkSettings(left, stage.parameters, owner, problems) as Record<string, unknown> | undefined
  return { changes, ...(parameters && { parameters }) }
}

function notKnown(
  name: string,
  { key }: Entry,
  owner: Parameters<typeof unknownKey>[2],
  stage: Stage,
  ports: string[],
  stageSpot: Spot,
): Problem {
  const problem = unknownKey(name, key, owner, parametersOf(stage.parameters), [...ports, ...RESERVED])
  if (key.file === stageSpot.file || isFlag(key) || problem.message.includes('Did you mean')) return problem
  const hint = `It was written for another stage; '${name}: null' beside the new stage removes it.`
  return problemAt(problem.code, key, owner.path, problem.message, hint)
}
