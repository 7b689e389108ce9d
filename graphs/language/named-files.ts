/** Parameters that name files, as checkpoints, and `weights`: made absolute in the document, found and hashed for the graph. */
import { locateIfThere } from '../../engine/checkpoints/find.js'
import type { Stage } from '../../stages/contract.js'
import type { CheckedNode } from './checked.js'
import { absolute, absoluteCheckpoint } from './files.js'
import { type Branch, branchAt, type Tree } from './tree.js'
import type { Stages } from './wired.js'

/** The document with the files that stages read named absolutely. */
export function absoluteParameters(document: Branch, stages: Stages): Branch {
  const nodes = branchAt(document, 'nodes')
  if (!nodes) return document
  const entries = [...nodes.entries].map(([id, { key, value }]) => {
    const files = value.kind === 'map' ? Object.keys(filesOf(stages, stageNamed(value)) ?? {}) : []
    return [id, { key, value: value.kind === 'map' ? withAbsolute(value, files) : value }] as const
  })
  const { key } = document.entries.get('nodes')!
  return {
    ...document,
    entries: new Map(document.entries).set('nodes', { key, value: { ...nodes, entries: new Map(entries) } }),
  }
}

function withAbsolute(node: Branch, files: readonly string[]): Branch {
  const entries = [...node.entries].map(
    ([name, { key, value }]) =>
      [
        name,
        { key, value: name === 'weights' ? startAbsolute(value) : files.includes(name) ? absolute(value) : value },
      ] as const,
  )
  return { ...node, entries: new Map(entries) }
}

/** `weights: RUN` or `weights: { run: RUN, node: encoder }`. */
function startAbsolute(start: Tree): Tree {
  if (start.kind !== 'map') return absoluteCheckpoint(start)
  const run = start.entries.get('run')
  if (!run) return start
  return { ...start, entries: new Map(start.entries).set('run', { ...run, value: absoluteCheckpoint(run.value) }) }
}

/** The node with the files that are there in place of their names, and their hashes beside them. */
export function withFoundFiles(node: CheckedNode, stages: Stages): CheckedNode {
  const files = filesOf(stages, node.stage)
  if (!files) return withFoundStart(node)
  const parameters = { ...node.parameters }
  const content: Record<string, string[]> = {}
  for (const [name, find] of Object.entries(files)) {
    const written = parameters[name] as string | string[] | undefined
    const found = [written ?? []].flat().map(named => find(named) ?? { file: named, hash: '' })
    const names = found.map(({ file }) => file)
    parameters[name] = Array.isArray(written) ? names : names[0]
    content[name] = found.map(({ hash }) => hash)
  }
  return { ...node, parameters, content }
}

function withFoundStart(node: CheckedNode): CheckedNode {
  const { weights } = node
  return weights ? { ...node, weights: { ...weights, hash: locateIfThere(weights.run)?.hash ?? '' } } : node
}

type Files = NonNullable<Stage['files']>

function filesOf(stages: Stages, name: string | undefined): Files | undefined {
  return name === undefined ? undefined : stages.get(name)?.files
}

function stageNamed(node: Branch): string | undefined {
  const stage = node.entries.get('stage')?.value
  return stage?.kind === 'leaf' ? String(stage.value) : undefined
}
