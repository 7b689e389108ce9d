// Sound to embeddings with TensorFlow.js alone, in a browser and in Node. `card` is encoder.json, beside this file.
import { readOut, sounding } from './readout.mjs'

/**
 * The embedding of a sound: as card.readout says, or the mean over its patches.
 *
 * @param tf TensorFlow.js
 * @param model what tf.loadGraphModel made of model.json
 * @param sound Float32Array, mono, at card.rate
 * @param hop seconds from one patch to the next
 * @returns Float32Array of card.embedding numbers
 */
export async function embed(tf, model, card, sound, hop = 0.48) {
  const given = await encoded(tf, model, card, sound, hop)
  if (card.readout) {
    const reach = Math.min(framesOf(sound, card), given.at(-1).frame + card.frames)
    return readOut(given, card, sounding(given, card, reach))
  }
  const mean = new Float64Array(card.embedding)
  for (const { values } of given) for (const [at, value] of values.entries()) mean[at] += value
  return Float32Array.from(mean, value => value / given.length)
}

/** One embedding a patch: [{ start, embedding }], `start` in seconds. */
export async function embedPatches(tf, model, card, sound, hop = 0.48) {
  const given = await encoded(tf, model, card, sound, hop)
  const frames = framesOf(sound, card)
  return given.map(patch => ({
    start: (patch.frame * card.hop) / card.rate,
    embedding: card.readout ? readOut([patch], card, [0, frames]) : patch.values,
  }))
}

/** What the model gives for each patch: [{ frame, values }]. */
async function encoded(tf, model, card, sound, hop) {
  const found = []
  for (const { frame, samples } of patches(sound, card, hop)) {
    const waveform = tf.tensor2d(samples, [1, card.samples])
    const output = model.execute({ waveform }, card.readout ? 'layers' : 'embedding')
    found.push({ frame, values: await output.data() })
    tf.dispose([waveform, output])
  }
  return found
}

/** Frames of the sound itself, before it is repeated. */
const framesOf = (sound, { hop }) => Math.max(1, Math.floor(sound.length / hop + 0.5))

/** What the model takes of a sound, patch after patch: { frame, samples }. The sound is levelled and mirrored at its ends. */
export function* patches(sound, card, hop = 0.48) {
  const prepared = levelled(repeated(sound, card.atLeast), card)
  const total = 1 + Math.floor(prepared.length / card.hop)
  const step = Math.max(1, Math.round((hop * card.rate) / card.hop))
  for (let frame = 0; frame === 0 || frame + card.frames <= total; frame += step) {
    const first = frame * card.hop - card.lead
    const at = index => prepared[mirrored(first + index, prepared.length)]
    yield { frame, samples: Float32Array.from({ length: card.samples }, (_, i) => at(i)) }
  }
}

function repeated(sound, atLeast) {
  if (sound.length === 0) throw new RangeError('the sound has no samples')
  if (!sound.every(Number.isFinite)) throw new RangeError('the sound holds samples that are not numbers')
  if (sound.length >= atLeast) return sound
  return Float32Array.from({ length: atLeast }, (_, at) => sound[at % sound.length])
}

/** Takes the mean away and divides by the largest magnitude, as in training. */
function levelled(sound, { normalise, headRoom }) {
  if (normalise !== 'peak') return sound
  let [sum, low, high] = [0, Infinity, -Infinity]
  for (const x of sound) {
    sum += x
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  const mean = sum / sound.length
  const gain = 1 / (Math.max(high - mean, mean - low) + headRoom)
  return sound.map(x => (x - mean) * gain)
}

function mirrored(index, length) {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const within = ((index % period) + period) % period
  return within < length ? within : period - within
}
