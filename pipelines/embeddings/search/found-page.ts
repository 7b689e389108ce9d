/** What a search has found, as a page to look at and to listen to. */
import { Problem } from '../../../data/problem.js'
import { type Figure, figureOf } from '../../drawing/figure.js'
import { cards, page, sentence } from '../../drawing/page.js'
import { SMALL_RATE, smallSamples, smallWav } from '../../drawing/small-sound.js'
import { spectrogramOfSound } from '../../drawing/sound-picture.js'
import { commonScale, drawSpectrogram, type Spectrogram } from '../../drawing/spectrogram.js'
import { type FoundStretch, stretchInWords } from './found-stretches.js'
import type { SearchResult } from './search.js'

/** Seconds of a stretch that a page holds. */
const SECONDS = 5

interface Heard {
  wav?: Buffer
  spectrogram?: Spectrogram | undefined
}

/** HTML: a spectrogram and a player for each stretch, the best first. */
export async function foundPage({ asked, not, index }: SearchResult, found: readonly FoundStretch[]): Promise<string> {
  const heard: Heard[] = []
  for (const one of found) heard.push(await hear(one))
  const scale = commonScale(
    heard.flatMap(({ spectrogram }) => (spectrogram ? [spectrogram.values] : [])),
    'dB',
  )
  const figures = found.map(async (one, at) => {
    const { wav, spectrogram } = heard[at]!
    const figure: Figure = {
      name: `${one.rank}. ${one.similarity.toFixed(3)}`,
      caption: captionOf(one, wav === undefined),
      drawing: spectrogram && (await drawSpectrogram(spectrogram, scale)),
      sound: wav && { file: `data:audio/wav;base64,${wav.toString('base64')}`, whole: lengthOf(one) <= SECONDS },
    }
    return `<div class="card">${figureOf(figure, one.clip)}</div>`
  })
  const less = not.length > 0 ? `, and least like ${not.join(', ')}` : ''
  const said = `The ${found.length} of ${index.rows} rows of ${index.file} that are most like ${asked.join(', ')}${less}. The number is the cosine to the nearest example${not.length > 0 ? ', less what the nearest of what is not wanted is nearer' : ''}.`
  return page({
    title: `Like ${asked.join(', ')}`,
    head: sentence(said),
    sections: [{ id: 'found', title: 'Found', body: cards(await Promise.all(figures)) }],
  })
}

async function hear({ path, start, end }: FoundStretch): Promise<Heard> {
  if (path === undefined) return {}
  try {
    const samples = await smallSamples({ path, start, end, seconds: SECONDS })
    return { wav: smallWav(samples), spectrogram: await spectrogramOfSound({ samples, rate: SMALL_RATE }) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error // gone, or gone bad, since: the page does without its sound
    return {}
  }
}

function captionOf(one: FoundStretch, silent: boolean): string {
  const labels = Object.entries(one.labels).flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}`))
  return [stretchInWords(one), ...labels, ...(silent ? ['its file cannot be read from here'] : [])].join('; ')
}

const lengthOf = ({ start = 0, end = Number.POSITIVE_INFINITY }: FoundStretch) => end - start
