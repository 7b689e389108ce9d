/** What encoder, decoder and predictor say of their transformer blocks. */
import { z } from 'zod'
import { ParameterProblem } from './contract.js'

export const transformerParameters = (usual: { width: number; depth: number; heads: number }) => ({
  width: z.int().min(4).max(4096).default(usual.width).describe('numbers of a token; a multiple of 4 and of the heads'),
  depth: z.int().min(1).max(48).default(usual.depth).describe('transformer blocks'),
  heads: z.int().min(1).max(64).default(usual.heads).describe('heads of the attention'),
})

/** @throws ParameterProblem unless heads and positions fit into a token */
export function demandHeads(width: number, heads: number): void {
  if (width % 4 !== 0)
    throw new ParameterProblem('width', `${width} is no multiple of 4, as sines and cosines of two axes need`)
  if (width % heads !== 0)
    throw new ParameterProblem('heads', `${width} numbers cannot be shared evenly by ${heads} heads`)
}
