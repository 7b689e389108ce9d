/** A page of separated recordings: spectrograms side by side, and players. */
import { join } from 'node:path'
import { writeWhole } from '../../data/whole-file.js'
import { wholeSound } from '../../stages/audio/signal/whole-sound.js'
import { ACTIVE_WITHIN } from '../../stages/separation/measures/active-sources.js'
import { FIGURES_STYLE, figureOf } from '../drawing/figure.js'
import { escaped, htmlPage } from '../drawing/html-page.js'
import { spectrogramOfSound } from '../drawing/sound-picture.js'
import { commonScale, drawSpectrogram, type Spectrogram } from '../drawing/spectrogram.js'
import type { SeparationNote } from './separate-clip.js'

/** Recordings on the page, and seconds of each that are drawn. */
const SHOWN = 24
const DRAWN = 60

interface Separated {
  /** Name of the recording's folder. */
  folder: string
  note: SeparationNote
}

/** @returns the file */
export async function writeSeparationPage(
  folder: string,
  processors: readonly string[],
  separated: readonly Separated[],
): Promise<string> {
  const sections: string[] = []
  for (const [at, one] of separated.slice(0, SHOWN).entries()) sections.push(await sectionOf(folder, one, at + 1))
  const title = `Separated by ${processors.join(', ')}`
  const more = separated.length > SHOWN ? ` The first ${SHOWN} of ${separated.length} recordings.` : ''
  const file = join(folder, 'index.html')
  writeWhole(
    file,
    htmlPage({
      title,
      style: FIGURES_STYLE,
      body: `<p>The channels of one separator add up to the mixture. Decibels are those of a channel over the mixture; a channel more
than ${ACTIVE_WITHIN} dB below it counts as inactive. All pictures of a recording have the same colours.${more}</p>
${sections.join('\n')}`,
    }),
  )
  return file
}

async function sectionOf(root: string, { folder, note }: Separated, number: number): Promise<string> {
  const parts = [
    { file: note.mixture, name: 'mixture', caption: `${(note.samples / note.rate).toFixed(2)} s` },
    ...note.processors.flatMap(({ name, channels }) =>
      channels.map(({ file, level }, at) => ({
        file,
        name: note.processors.length > 1 ? `${name}, ${at + 1}` : String(at + 1),
        caption: level <= -200 ? 'silent' : `${level.toFixed(1)} dB${level < -ACTIVE_WITHIN ? ', inactive' : ''}`,
      })),
    ),
  ]
  const whole = note.samples <= DRAWN * note.rate
  const pictures: (Spectrogram | undefined)[] = []
  for (const { file } of parts) {
    const path = join(root, folder, file)
    const sound = { id: file, path, labels: {}, start: 0, ...(whole ? {} : { end: DRAWN }) }
    const samples =
      note.samples > 0 ? await wholeSound(sound, { rate: note.rate, normalise: 'none' }) : new Float32Array(0)
    pictures.push(await spectrogramOfSound({ samples, rate: note.rate }))
  }
  const scale = commonScale(
    pictures.flatMap(one => (one ? [one.values] : [])),
    'dB',
  )
  const figures = await Promise.all(
    parts.map(async ({ file, name, caption }, at) => {
      const picture = pictures[at]
      const drawing = picture && (await drawSpectrogram(picture, scale))
      const sound = { file: [folder, file].map(encodeURIComponent).join('/'), whole: true }
      const part = whole ? '' : `; drawn: the first ${DRAWN} s`
      return figureOf({ name, caption: caption + part, drawing, sound }, note.clip)
    }),
  )
  return `<section>
<h2>${number}. ${escaped(note.clip)}</h2>
<p class="soft">${escaped(note.path)}</p>
<div class="row">${figures.join('\n')}</div>
</section>`
}
