/** The labelling page as one file, with the sound and the picture of each window. */
import { Problem } from '../../data/problem.js'
import { pictureOf, soundOf } from './hear.js'
import { type LabelPage, labelPage } from './page.js'

/** @throws Problem `no-sound` if not one recording can be read from here */
export async function offlinePage(shown: Omit<LabelPage, 'offline' | 'nonce'>): Promise<string> {
  const [sounds, pictures]: [string[], string[]] = [[], []]
  for (const stretch of shown.set.stretches) {
    const heard = await Promise.all([soundOf(stretch), pictureOf(stretch)]).catch(error => {
      if (error instanceof Problem) return undefined // gone, or gone bad, since: its window has neither
      throw error
    })
    sounds.push(heard ? `data:audio/wav;base64,${heard[0].toString('base64')}` : '')
    pictures.push(heard?.[1] ?? '')
  }
  if (sounds.every(sound => sound === ''))
    throw new Problem('no-sound', 'Not one of the recordings can be read from here.', {
      place: { file: shown.set.file },
      hint: 'Put them where they were when they were embedded, or embed them again.',
    })
  const { values } = shown.set.features
  const bytes = Buffer.from(Float32Array.from(values).buffer)
  const features = `data:application/octet-stream;base64,${bytes.toString('base64')}`
  return labelPage({ ...shown, offline: { features, key: shown.set.file, sounds, pictures } })
}
