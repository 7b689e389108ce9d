/** The fitted step of a readout, beside the weights that it was fitted with. */
import { existsSync, readFileSync } from 'node:fs'
import { writeWhole } from '../../data/whole-file.js'
import { sha256Of } from '../../engine/checkpoints/find.js'
import { decodeSafetensors, encodeSafetensors } from '../../engine/safetensors.js'
import type { Fitted } from '../../graphs/readout/fit.js'
import type { Readout } from '../../graphs/readout/settings.js'

/** Said where a step would have to be fitted that was not. */
export const UNFITTED =
  "The checkpoint has no fitted step for this readout: these are the encoder's own embeddings (plain). A run whose config has the readout fits it when its training ends."

const fileOf = (tensors: string) => tensors.replace(/\.safetensors$/, '.readout.safetensors')

/** @param tensors file of the weights */
export function writeFitted(tensors: string, readout: Readout, clips: number, fitted: Fitted): void {
  const metadata = { readout: JSON.stringify(readout), weights: sha256Of(tensors), clips: String(clips) }
  writeWhole(fileOf(tensors), encodeSafetensors(fitted, metadata), { flush: true })
}

/** Undefined if none was fitted with these weights, or that of another readout. @throws Problem `bad-checkpoint` */
export function readFitted(tensors: string, readout: Readout): Fitted | undefined {
  const file = fileOf(tensors)
  if (!existsSync(file)) return undefined
  const { tensors: fitted, metadata } = decodeSafetensors(readFileSync(file), file)
  const same = metadata.readout === JSON.stringify(readout) && metadata.weights === sha256Of(tensors)
  return same ? fitted : undefined
}
