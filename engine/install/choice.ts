/** Which TensorFlow an engine is built on, and the name that it has in the cache. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { makeFolders } from '../../data/whole-file.js'
import { nativeHash } from './addon.js'
import { TFJS_VERSION } from './bridge.js'

export interface EngineChoice {
  /** PyPI's name of the wheel: `tensorflow` is the one with CUDA. */
  readonly package: 'tensorflow-cpu' | 'tensorflow'
  readonly version: string
}

export const DEFAULT_CHOICE: EngineChoice = { package: 'tensorflow-cpu', version: '2.18.1' }

/** @throws Problem unless the version looks like 2.18.1 (it becomes part of a path and of a command) */
export function chooseEngine({ gpu = false, tensorflow = DEFAULT_CHOICE.version } = {}): EngineChoice {
  if (!/^\d+\.\d+\.\d+[a-z0-9.]*$/.test(tensorflow)) {
    throw new Problem('bad-version', `'${tensorflow}' is not a version of TensorFlow.`, {
      hint: `Versions look like ${DEFAULT_CHOICE.version}; 2.15.1, 2.18.1 and 2.21.0 have been tried.`,
    })
  }
  return { package: gpu ? 'tensorflow' : 'tensorflow-cpu', version: tensorflow }
}

/** Folder name in the cache: `tensorflow-cpu-2.18.1-tfjs-node-4.22.0-1a2b3c4d-x64`, the hash being that of our own addon. */
export function engineKey(
  choice: EngineChoice,
  tfjs: string = TFJS_VERSION,
  native: string = nativeHash(),
  architecture: string = process.arch,
): string {
  return `${choice.package}-${choice.version}-tfjs-node-${tfjs}-${native}-${architecture}`
}

/** The engine that this user asked for by `engine install`, else the default. */
export function rememberedChoice(engines: string): EngineChoice {
  try {
    const saved = JSON.parse(readFileSync(join(engines, 'chosen.json'), 'utf8'))
    return chooseEngine({ gpu: saved.package === 'tensorflow', tensorflow: saved.version })
  } catch {
    return DEFAULT_CHOICE
  }
}

/** Keeps the choice for later set-ups (`npm ci` takes the addon away); the default needs no note. */
export function rememberChoice(engines: string, choice: EngineChoice): void {
  const path = join(engines, 'chosen.json')
  if (choice.package === DEFAULT_CHOICE.package && choice.version === DEFAULT_CHOICE.version) {
    rmSync(path, { force: true })
    return
  }
  makeFolders(engines)
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(choice)}\n`)
  renameSync(`${path}.${process.pid}`, path)
}
