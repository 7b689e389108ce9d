/** What a search has found, as a page to look at and to listen to. */
import { Problem } from '../../../data/problem.js'
import { type Figure, figureOf } from '../../drawing/figure.js'
import { cards, page, sentence } from '../../drawing/page.js'
import { SMALL_RATE, smallSamples, smallWav } from '../../drawing/small-sound.js'
import { spectrogramOfSound } from '../../drawing/sound-picture.js'
import { commonScale, drawSpectrogram, type Scale, type Spectrogram } from '../../drawing/spectrogram.js'
import type { Example, Stretch } from './examples.js'
import { type FoundStretch, stretchInWords } from './found-stretches.js'
import type { SearchResult } from './search.js'

/** Seconds of a stretch that a page holds. */
const SECONDS = 5

interface Heard {
  wav?: Buffer
  spectrogram?: Spectrogram | undefined
}

/** What a card of the page shows. */
interface Shown {
  title: string
  caption: string
  /** For a screen reader. */
  clip: string
  stretch: Partial<Stretch>
}

/** HTML: a spectrogram and a player for what was asked for, and for each stretch that is like it, the best first. */
export async function foundPage(result: SearchResult, found: readonly FoundStretch[]): Promise<string> {
  const { asked, not, index } = result
  const exampleCards = (examples: readonly Example[]): Shown[] =>
    examples.map(({ name, sound = {}, rows }) => ({
      ...{ title: name, clip: name, stretch: sound },
      caption: rows.length > 1 ? `the mean of ${rows.length} rows` : '',
    }))
  const parts = [
    { id: 'asked', title: 'Asked for', shown: exampleCards(result.examples) },
    { id: 'not', title: 'Not wanted', shown: exampleCards(result.counters) },
    {
      ...{ id: 'found', title: 'Found' },
      shown: found.map(one => ({
        ...{
          title: `${one.rank}. ${one.similarity.toFixed(3)}`,
          caption: captionOf(one),
          clip: one.clip,
          stretch: one,
        },
      })),
    },
  ].filter(({ id, shown }) => id === 'found' || shown.length > 0)
  const heard = new Map<Shown, Heard>()
  for (const one of parts.flatMap(({ shown }) => shown)) heard.set(one, await hear(one.stretch))
  const scale = commonScale(
    [...heard.values()].flatMap(({ spectrogram }) => (spectrogram ? [spectrogram.values] : [])),
    'dB',
  )
  const less = not.length > 0 ? `, and least like ${not.join(', ')}` : ''
  const said = `The ${found.length} of ${index.rows} rows of ${index.file} that are most like ${asked.join(', ')}${less}. The number is the cosine to the nearest example${not.length > 0 ? ', less what the nearest of what is not wanted is nearer' : ''}.`
  const sections = parts.map(async ({ id, title, shown }) => {
    const all = shown.map(one => cardOf(one, heard.get(one)!, scale))
    return { id, title, body: cards(await Promise.all(all)) }
  })
  return page({ title: `Like ${asked.join(', ')}`, head: sentence(said), sections: await Promise.all(sections) })
}

async function cardOf({ title, caption, clip, stretch }: Shown, { wav, spectrogram }: Heard, scale: Scale) {
  const figure: Figure = {
    name: title,
    caption: [caption, ...(wav ? [] : ['its sound cannot be read from here'])].filter(Boolean).join('; '),
    drawing: spectrogram && (await drawSpectrogram(spectrogram, scale)),
    sound: wav && { file: `data:audio/wav;base64,${wav.toString('base64')}`, whole: lengthOf(stretch) <= SECONDS },
  }
  return `<div class="card">${figureOf(figure, clip)}</div>`
}

async function hear({ path, start, end }: Partial<Stretch>): Promise<Heard> {
  if (path === undefined) return {}
  try {
    const samples = await smallSamples({ path, start, end, seconds: SECONDS })
    return { wav: smallWav(samples), spectrogram: await spectrogramOfSound({ samples, rate: SMALL_RATE }) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error // gone, or gone bad, since: the page does without its sound
    return {}
  }
}

function captionOf(one: FoundStretch): string {
  const labels = Object.entries(one.labels).flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}`))
  return [stretchInWords(one), ...labels].join('; ')
}

const lengthOf = ({ start = 0, end = Number.POSITIVE_INFINITY }: Partial<Stretch>) => end - start
