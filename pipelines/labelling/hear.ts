/** A stretch of a recording, to look at and to listen to. */

import { figure } from '../drawing/figure.js'
import { SMALL_RATE, smallSamples, smallWav } from '../drawing/small-sound.js'
import { spectrogramOfSound } from '../drawing/sound-picture.js'
import { commonScale, drawSpectrogram } from '../drawing/spectrogram.js'
import type { Stretch } from './windows.js'

/** Seconds of a window that a page shows and plays. */
const SECONDS = 10

/** A WAV file. @throws Problem if the recording cannot be read */
export const soundOf = async (stretch: Stretch): Promise<Buffer> => smallWav(await samplesOf(stretch))

/** SVG; nothing for a sound shorter than a frame. @throws Problem if the recording cannot be read */
export async function pictureOf(stretch: Stretch): Promise<string> {
  const spectrogram = await spectrogramOfSound({ samples: await samplesOf(stretch), rate: SMALL_RATE })
  if (!spectrogram) return ''
  return figure(await drawSpectrogram(spectrogram, commonScale([spectrogram.values], 'dB')), 'spectrogram')
}

const samplesOf = ({ path, start, end }: Stretch) => smallSamples({ path, start, end, seconds: SECONDS })
