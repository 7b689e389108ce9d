/** Parameters that name files, as checkpoints: made absolute in the document, found and hashed for the graph. */
import type { ItemStage } from '../../stages/contract.js'
import type { CheckedNode } from './checked.js'
import { absolute } from './files.js'
import { type Branch, branchAt } from './tree.js'
import type { Stages } from './wired.js'

/** The document with the files that stages read named absolutely. */
export function absoluteParameters(document: Branch, stages: Stages): Branch {
  const nodes = branchAt(document, 'nodes')
  if (!nodes) return document
  const entries = [...nodes.entries].map(([id, { key, value }]) => {
    const files = value.kind === 'map' ? filesOf(stages, stageNamed(value)) : undefined
    return [id, { key, value: files && value.kind === 'map' ? withAbsolute(value, files) : value }] as const
  })
  const { key } = document.entries.get('nodes')!
  return {
    ...document,
    entries: new Map(document.entries).set('nodes', { key, value: { ...nodes, entries: new Map(entries) } }),
  }
}

function withAbsolute(node: Branch, files: Files): Branch {
  const entries = [...node.entries].map(
    ([name, { key, value }]) => [name, { key, value: name in files ? absolute(value) : value }] as const,
  )
  return { ...node, entries: new Map(entries) }
}

/** The node with the files that are there in place of their names, and their hashes beside them. */
export function withFoundFiles(node: CheckedNode, stages: Stages): CheckedNode {
  const files = filesOf(stages, node.stage)
  if (!files) return node
  const parameters = { ...node.parameters }
  const content: Record<string, string[]> = {}
  for (const [name, find] of Object.entries(files)) {
    const found = ((parameters[name] ?? []) as string[]).map(named => find(named) ?? { file: named, hash: '' })
    parameters[name] = found.map(({ file }) => file)
    content[name] = found.map(({ hash }) => hash)
  }
  return { ...node, parameters, content }
}

type Files = NonNullable<ItemStage['files']>

function filesOf(stages: Stages, name: string | undefined): Files | undefined {
  const stage = name === undefined ? undefined : stages.get(name)
  return stage?.runsIn === 'item' ? stage.files : undefined
}

function stageNamed(node: Branch): string | undefined {
  const stage = node.entries.get('stage')?.value
  return stage?.kind === 'leaf' ? String(stage.value) : undefined
}
