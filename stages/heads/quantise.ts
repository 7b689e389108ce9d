import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { hashedFile } from '../../data/hashed-file.js'
import { Problem } from '../../data/problem.js'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { normal, xavier } from '../../engine/layers/initial.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { decodeSafetensors, readShapes } from '../../engine/safetensors.js'
import { anyItem, batchOf, describeStage, ParameterProblem } from '../contract.js'
import { gridOf, pieceSize } from '../masks/mask-tokens.js'
import { piecesOf } from '../pieces.js'
import type { Port } from '../ports.js'

/** Which of a number of codes each piece of a patch, or each token, is: what an encoder can be asked to guess. */
export default describeStage({
  name: 'quantise',
  runsIn: 'tensor',
  role: 'head',
  summary: 'The nearest code of each piece of a patch, or of each token: by a random projection, or by a codebook.',
  source: 'random-projection: Chiu et al., ICML 2022 (BEST-RQ), 3; codebook: Hsu et al., TASLP 2021 (HuBERT), II.B',
  parameters: z.strictObject({
    kind: z
      .enum(['random-projection', 'codebook'])
      .default('random-projection')
      .describe('a random matrix and random codes that stay; or the codes of a file'),
    codes: z.int().min(2).max(65_536).default(1024).describe('how many there are'),
    width: z.int().min(1).max(1024).default(16).describe('numbers of a random code'),
    file: z.string().min(1).optional().describe('of a codebook: `./earshot cluster` makes it'),
    patch: pieceSize.optional().describe('frames and bands of a piece, where patches arrive'),
  }),
  files: { file: hashedFile },
  in: { from: batchOf(anyItem) },
  out: ({ from }, { codes, patch, kind, file }) => {
    const of = from.of
    if (kind === 'codebook' && file === undefined)
      throw new ParameterProblem(
        'kind',
        'a codebook is a file: write file: codes.safetensors beside it; ./earshot cluster CONFIG makes it',
      )
    if (kind !== 'codebook' && file !== undefined)
      throw new ParameterProblem('file', 'a random projection has no file: write kind: codebook')
    if (of.kind === 'patch') {
      if (!patch) throw new ParameterProblem('from', 'of patches the pieces have to be told, as in patch: [8, 8]')
      const { times, bins } = gridOf(of, patch)
      return { ...from, of: { kind: 'codes', count: times * bins, codes, times, bins } }
    }
    if (of.kind !== 'tokens')
      throw new ParameterProblem('from', `patches or tokens have codes, and batches of ${of.kind} arrive`)
    if (patch) throw new ParameterProblem('patch', 'tokens arrive, which are pieces already')
    return { ...from, of: { kind: 'codes', count: of.count, codes, times: of.times, bins: of.bins } }
  },
  clips:
    ({ file }) =>
    async () => {
      if (file === undefined || existsSync(file)) return []
      throw new Problem('no-codebook', `There is no codebook ${file}.`, {
        hint: 'Make it by the same config: ./earshot cluster CONFIG',
      })
    },
  fits: async ({ file, codes, patch }, { from }) => {
    if (file !== undefined) demandCodebook(file, readShapes(file).get('codebook'), codes, sizeOf(from.of, patch))
  },
  build:
    ({ kind, codes, width, file, patch }, { from }) =>
    (engine, scope) => {
      const { tf } = engine
      const size = sizeOf(from.of, patch)
      const nearest =
        kind === 'codebook'
          ? byCodebook(engine, scope, { codes, size, file: file! })
          : byProjection(engine, scope, { codes, size, width })
      return ({ from: given }) =>
        besideTape(tf, () => {
          const pieces = patch ? piecesOf(engine, given as Tensor, patch) : (given as Tensor)
          const [batch, count] = pieces.shape as [number, number]
          return tf.reshape(nearest(tf.reshape(pieces, [batch * count, size])), [batch, count])
        })
    },
})

/** Numbers of what is coded: a token, or a piece of a patch. */
const sizeOf = (of: Port, patch: readonly [number, number] | undefined) =>
  of.kind === 'tokens' ? of.size : patch![0] * patch![1]

/** [N, size] to the numbers of their codes, [N], float32. */
type Nearest = (vectors: Tensor) => Tensor

/** argmin_i | c_i / |c_i| - A x / |A x| |, A and c drawn once (BEST-RQ, equation 1). */
function byProjection(
  { tf }: Engine,
  scope: Scope,
  { codes, size, width }: { codes: number; size: number; width: number },
): Nearest {
  const projection = scope.statistic('projection', [size, width], xavier(size, width, 'uniform'))
  const codebook = scope.statistic('codebook', [codes, width], normal(1))
  return vectors => {
    const unit = tf.div(codebook.read(), tf.norm(codebook.read(), 2, 1, true))
    // of unit vectors the nearest is that of the largest product, whatever the length of A x
    return tf.cast(tf.argMax(tf.matMul(tf.matMul(vectors, projection.read()), unit, false, true), 1), 'float32')
  }
}

/** argmin_i | c_i - x |. */
function byCodebook(
  { tf }: Engine,
  scope: Scope,
  { codes, size, file }: { codes: number; size: number; file: string },
): Nearest {
  const codebook = scope.statistic('codebook', [codes, size], () => readCodebook(file, codes, size))
  return vectors => {
    const products = tf.matMul(vectors, codebook.read(), false, true)
    const lengths = tf.sum(tf.square(codebook.read()), 1)
    return tf.cast(tf.argMax(tf.sub(products, tf.mul(0.5, lengths)), 1), 'float32')
  }
}

/** Zeros where the file has gone: a checkpoint brings the codes then. @throws Problem `bad-codebook` */
function readCodebook(file: string, codes: number, size: number): Float32Array {
  if (!existsSync(file)) return new Float32Array(codes * size)
  const found = decodeSafetensors(readFileSync(file), file).tensors.get('codebook')
  demandCodebook(file, found, codes, size)
  return found!.data
}

/** @throws Problem `bad-codebook` */
function demandCodebook(
  file: string,
  found: { shape: readonly number[] } | undefined,
  codes: number,
  size: number,
): void {
  const [rows, columns] = found?.shape ?? []
  if (rows === codes && columns === size) return
  const there = found ? `${rows} codes of ${columns} numbers` : 'no codebook'
  throw new Problem('bad-codebook', `${file} holds ${there}, and ${codes} of ${size} are asked for.`, {
    place: { file },
    hint: 'Make it by the config that it is used in: ./earshot cluster CONFIG',
  })
}
