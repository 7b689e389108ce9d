import { z } from 'zod'
import { hashedFile } from '../../data/hashed-file.js'
import { Problem } from '../../data/problem.js'
import { anyItem, batchOf, describeStage, ParameterProblem } from '../contract.js'

const AXES = ['batch', 'channel', 'frames', 'bands', 'samples'] as const

/** An encoder that somebody else trained, as an ONNX file; ONNX Runtime runs it when it embeds. */
export default describeStage({
  name: 'onnx',
  runsIn: 'tensor',
  role: 'encoder',
  embedsAlone: true,
  summary: 'Encoder of an ONNX file: `embed` runs it on what is made of each clip. It learns nothing here.',
  source: 'ONNX, onnx.ai',
  parameters: z.strictObject({
    file: z.string().min(1).describe('ONNX file with one input of float32'),
    output: z.string().min(1).optional().describe('of the file; the only one if not said'),
    size: z.int().min(1).max(65_536).describe('numbers of an embedding; an output with a row a moment is averaged'),
    axes: z
      .array(z.enum(AXES))
      .min(1)
      .max(5)
      .optional()
      .describe('what the sides of its input are: [batch, frames, bands], or [batch, samples], if not said'),
    factor: z.number().default(1).describe('every number times this, ...'),
    shift: z.number().default(0).describe('... plus this goes in; log-mel spectrograms are log10 of power'),
  }),
  files: { file: hashedFile },
  in: { from: batchOf(anyItem) },
  out: ({ from }, { size, axes }) => {
    const { kind } = from.of
    if (kind === 'patch' && from.of.channels)
      throw new ParameterProblem('from', `an ONNX encoder hears one channel, and patches of ${from.of.channels} arrive`)
    if (kind !== 'patch' && kind !== 'excerpt')
      throw new ParameterProblem('from', `an ONNX encoder hears patches or excerpts, and batches of ${kind} arrive`)
    const [wanted, other] = kind === 'patch' ? [['frames', 'bands'], ['samples']] : [['samples'], ['frames', 'bands']]
    for (const axis of axes ?? []) {
      const twice = axes!.filter(one => one === axis).length > 1 && axis !== 'channel'
      if (twice) throw new ParameterProblem('axes', `'${axis}' stands there twice`)
      if (other.includes(axis))
        throw new ParameterProblem(
          'axes',
          `an input of the kind ${kind} has no '${axis}': it has ${wanted.join(' and ')}`,
        )
    }
    const missing = axes && wanted.find(axis => !axes.some(one => one === axis))
    if (missing) throw new ParameterProblem('axes', `'${missing}' of the ${kind} is missing`)
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build: () => {
    throw new Problem('embeds-alone', 'An encoder of an ONNX file embeds, and is part of no training.')
  },
})
