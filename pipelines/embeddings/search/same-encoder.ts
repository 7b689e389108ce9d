/** Numbers of two encoders, or of two ways to read one out, can be multiplied and mean nothing. */
import { Problem } from '../../../data/problem.js'

/** Entries of the metadata that have to agree, and what it means if they do not. */
const AGREE: readonly (readonly [entry: string, code: string, meaning: string])[] = [
  ['content', 'other-encoder', 'are of another kind'],
  ['checkpoint', 'other-encoder', 'come from other weights'],
  ['readout', 'other-readout', 'were read out of the encoder in another way'],
  ['layer', 'other-encoder', 'come from another layer'],
]

interface Embeddings {
  file: string
  dimensions: number
  metadata: Record<string, string>
}

/** @throws Problem `other-width`, `other-encoder`, `other-readout` unless two files can be compared */
export function demandSameEncoder(one: Embeddings, other: Embeddings): void {
  const place = { file: one.file }
  for (const [entry, code, meaning] of AGREE) {
    const [own, others] = [one, other].map(({ metadata }) => metadata[`earshot.${entry}`])
    if (own === others || (entry === 'layer' && inOneSpace(one, other))) continue
    throw new Problem(code, `Its embeddings ${meaning} than those of ${other.file}.`, {
      place,
      hint: `They say ${short(own)}, the others ${short(others)}. Embed both with one run, in one way.`,
    })
  }
  if (one.dimensions !== other.dimensions)
    throw new Problem('other-width', `Its embeddings are ${one.dimensions} wide, not ${other.dimensions}.`, {
      place,
      hint: `Both ${one.file} and ${other.file} need to come from one encoder and one layer.`,
    })
}

/** Encoders of one run whose embeddings a loss has compared. */
function inOneSpace({ metadata: own }: Embeddings, { metadata: others }: Embeddings): boolean {
  return own['earshot.space'] !== undefined && own['earshot.space'] === others['earshot.space']
}

const short = (text = 'nothing') => (text.length > 40 ? `${text.slice(0, 12)}...` : text)
