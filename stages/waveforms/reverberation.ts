import { z } from 'zod'
import { wholeSound } from '../audio/signal/whole-sound.js'
import { describeStage, excerpt } from '../contract.js'
import { energy } from '../separation/products.js'
import type { Excerpt } from '../values.js'
import { convolution } from './convolution.js'
import { leftAlone, share } from './share.js'

/** The sound in another room: convolved with one of many impulse responses. */
export default describeStage({
  runsIn: 'item',
  name: 'reverberation',
  summary: 'Puts the excerpt into a room: convolves it with an impulse response drawn from a set; its energy stays.',
  parameters: z.strictObject({
    responses: z
      .string()
      .min(1)
      .describe('impulse responses: a folder, table, data set or audio file, from the working folder'),
    share,
  }),
  in: { from: excerpt },
  out: ({ from }) => from,
  draws: true,
  work: ({ responses, share }, { from: port }) => {
    const responseAt = responsesOf(responses, port.rate)
    return async ({ from, rng }) => {
      if (leftAlone(rng, share)) return from
      const { count, at } = await responseAt()
      return reverberated(from, await at(rng('response').integer(0, count)))
    }
  },
})

interface Responses {
  count: number
  at(index: number): Promise<Float32Array>
}

/** The set, listed when it is first needed; each response is decoded once. */
function responsesOf(input: string, rate: number): () => Promise<Responses> {
  let listed: Promise<Responses> | undefined
  const list = async (): Promise<Responses> => {
    const { readClips } = await import('../../data/manifests.js')
    const { clips } = await readClips(input)
    const sounds = new Map<number, Promise<Float32Array>>()
    return {
      count: clips.length,
      at(index) {
        const sound = sounds.get(index) ?? wholeSound(clips[index]!, { rate, normalise: 'none' })
        sounds.set(index, sound)
        return sound
      },
    }
  }
  return () => {
    listed ??= list()
    return listed
  }
}

/**
 * The sound convolved with an impulse response, from the response's greatest magnitude on, so that the direct sound
 * stays where it was; as long as before, and of the same energy.
 *
 * @returns the sound itself if it is silent
 * @throws RangeError if the response is silent
 */
export async function reverberated(sound: Excerpt, response: Float32Array): Promise<Excerpt> {
  let direct = 0
  for (let i = 0; i < response.length; i++) if (Math.abs(response[i]!) > Math.abs(response[direct]!)) direct = i
  if (!response[direct]) throw new RangeError('the impulse response is silent')
  const wet = (await convolution(sound, response)).slice(direct, direct + sound.length)
  const gain = Math.sqrt(energy(sound) / energy(wet))
  return Number.isFinite(gain) ? wet.map(sample => gain * sample) : sound
}
