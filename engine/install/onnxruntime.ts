/**
 * ONNX Runtime, for encoders that others have trained: two npm packages in the cache, fetched when such an encoder is
 * first used. They are no dependencies: they are large, and their install script downloads a runtime for GPUs.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { temporaryFolder } from './install-engine.js'
import { fetchPackages, type NpmPackage, packCommand, tarballIn } from './npm-package.js'

const VERSION = '1.30.0'
const PACKAGES: readonly NpmPackage[] = [
  {
    name: 'onnxruntime-node',
    version: VERSION,
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
  },
  {
    name: 'onnxruntime-common',
    version: VERSION,
    integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
  },
]
/** Of its files those for this machine, without the provider for GPUs. */
const WANTED = /^package\/(package\.json|dist\/.*\.(js|cjs|json)|bin\/napi-v\d+\/linux\/x64\/)/

/** What is used of its interface. */
export interface OnnxRuntime {
  InferenceSession: { create(file: string, options: object): Promise<OnnxSession> }
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor
}
export interface OnnxTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: ArrayLike<number>
}
/** An input or output of a model; sides of a shape that are texts may be of any length. */
export interface OnnxPort {
  readonly name: string
  readonly isTensor?: boolean
  readonly type?: string
  readonly shape?: readonly (number | string)[]
}
export interface OnnxSession {
  readonly inputMetadata: readonly OnnxPort[]
  readonly outputMetadata: readonly OnnxPort[]
  run(inputs: Record<string, OnnxTensor>, outputs: readonly string[]): Promise<Record<string, OnnxTensor>>
  release(): Promise<void>
}

let loaded: Promise<OnnxRuntime> | undefined

/** From the cache, where it is put first if it is not there; that is said on stderr. @throws Problem `no-package` */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<OnnxRuntime> {
  const engines = join(cacheFolder(), 'engine')
  const folder = join(engines, `onnxruntime-${VERSION}`)
  if (!existsSync(folder)) await install(engines, folder)
  return createRequire(join(folder, 'index.js'))('onnxruntime-node') as OnnxRuntime
}

async function install(engines: string, folder: string): Promise<void> {
  const temporary = temporaryFolder(engines)
  try {
    process.stderr.write(`Downloading ONNX Runtime ${VERSION} by npm (114 MB; once, for all your projects)\n`)
    const hint = `Without a network, run elsewhere  ${packCommand(PACKAGES, '.')}\nand unpack each, here, into ${join(folder, 'node_modules')}/NAME (tar --strip-components=1).`
    await fetchPackages(PACKAGES, temporary, hint)
    const { extract } = await import('tar')
    for (const one of PACKAGES) {
      const file = tarballIn(temporary, one)
      const target = join(temporary, 'node_modules', one.name)
      mkdirSync(target, { recursive: true })
      await extract({ file, cwd: target, strip: 1, filter: path => WANTED.test(path) })
      rmSync(file)
    }
    if (!existsSync(folder)) renameSync(temporary, folder)
  } catch (cause) {
    if (existsSync(folder)) return // another process has brought it
    if (cause instanceof Problem) throw cause
    throw new Problem('no-package', `ONNX Runtime cannot be put into ${engines}: ${(cause as Error).message}`, {
      hint: 'See that the disk has room (EARSHOT_CACHE names another folder).',
      cause,
    })
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
