/** Every stage there is: whatever a file in a sub-folder of stages/ exports by default. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Stage } from './contract.js'

/** A stage and where it lives: `{ stage, folder: 'views', file: 'stages/views/mix-back.js' }`. */
export interface FoundStage {
  stage: Stage
  folder: string
  file: string
}

/** Stages by name. @throws Error if two files describe the same name or a file cannot be loaded */
export async function loadStages(): Promise<Map<string, Stage>> {
  return new Map((await findStages()).map(({ stage }) => [stage.name, stage]))
}

/** As `loadStages`, with each stage's folder, in order of folder and file. */
export async function findStages(root = new URL('.', import.meta.url)): Promise<FoundStage[]> {
  const folders = (await readdir(root, { withFileTypes: true })).filter(entry => entry.isDirectory())
  const found = await Promise.all(folders.map(({ name }) => stagesIn(new URL(`${name}/`, root), name)))
  const stages = found.flat().sort((one, other) => (one.file < other.file ? -1 : 1))
  refuseTwins(stages)
  return stages
}

async function stagesIn(folder: URL, name: string): Promise<FoundStage[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.js'))
  const exported = await Promise.all(
    files.map(async file => {
      const url = new URL(file, folder)
      const { default: stage } = await import(url.href)
      return { stage, folder: name, file: fileURLToPath(url) }
    }),
  )
  return exported.filter((found): found is FoundStage => isStage(found.stage))
}

function isStage(value: unknown): value is Stage {
  return typeof value === 'object' && value !== null && 'name' in value && 'place' in value && 'parameters' in value
}

function refuseTwins(stages: FoundStage[]): void {
  const files = new Map<string, string>()
  for (const { stage, file } of stages) {
    const other = files.get(stage.name)
    if (other) throw new Error(`two stages are called '${stage.name}': ${other} and ${file}`)
    files.set(stage.name, file)
  }
}
