/**
 * ONNX Runtime, for encoders that others have trained: two npm packages in the cache, fetched when such an encoder is
 * first used. They are no dependencies: they are large, and their install script downloads a runtime for GPUs.
 */
import { type CachedLibrary, cachedLibrary } from './cached-library.js'

const VERSION = '1.30.0'
const LIBRARY: CachedLibrary = {
  name: `ONNX Runtime ${VERSION}`,
  folder: `onnxruntime-${VERSION}`,
  size: '114 MB',
  packages: [
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
  ],
  // without the provider for GPUs
  wanted: /^package\/(package\.json|dist\/.*\.(js|cjs|json)|bin\/napi-v\d+\/linux\/x64\/)/,
}

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

/** From the cache, where it is put first if it is not there; that is said on stderr. @throws Problem `no-package` */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  return (await cachedLibrary(LIBRARY))('onnxruntime-node') as OnnxRuntime
}
