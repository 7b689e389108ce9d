/** The files of one clip: pictures, sounds, JSON. */
import { join } from 'node:path'
import { extent } from 'd3-array'
import { writeWhole } from '../../../data/whole-file.js'
import { describePort, type PatchPort, type Port } from '../../../stages/ports.js'
import type { LogMel } from '../../../stages/values.js'
import { type Figure, png } from '../../drawing/figure.js'
import { pooled, spectrogramOfSound } from '../../drawing/sound-picture.js'
import { commonScale, drawSpectrogram, type Mark, type Spectrogram } from '../../drawing/spectrogram.js'
import { floatWav } from '../../drawing/wav-file.js'
import { drawWave } from '../../drawing/wave-drawing.js'
import type { Meaning } from './cuts.js'
import type { Exhibit, Shown, Sound } from './exhibits.js'
import type { Written } from './written.js'

export interface WriteOptions extends Meaning {
  folder: string
  number: number
}

export async function writeShown(shown: Shown, options: WriteOptions): Promise<Written> {
  const { item, clip, exhibits, mel, failure } = shown
  const number = String(options.number).padStart(2, '0')
  const files: string[] = []
  const write = (name: string, content: Buffer | string) => {
    writeWhole(join(options.folder, name), content)
    files.push(name)
    return name
  }
  const keep = (sound: Sound | undefined, name: string) =>
    sound && { file: write(name, floatWav(sound.samples, sound.rate)), whole: sound.whole }

  const whole = keep(shown.sound, `${number}-clip.wav`)
  const figures: Figure[] = []
  if (mel) figures.push(await overview(mel, shown, options, whole))
  const pictured = await Promise.all(exhibits.map(exhibit => spectrogramOf(exhibit, options.centres)))
  const scale = commonScale(
    pictured.flatMap(one => (one ? [one.values] : [])),
    exhibits.some(({ port }) => isSound(port)) ? 'dB' : options.unit,
  )
  const written: Written['exhibits'] = []
  for (const [at, exhibit] of exhibits.entries()) {
    const { lane, port, cut } = exhibit
    const kept = keep(exhibit.sound, `${number}-${lane ?? 'sound'}.wav`)
    const spectrogram = pictured[at]
    const drawing = spectrogram ? await drawSpectrogram(spectrogram, scale) : waveDrawing(exhibit)
    const sound = kept ?? (port.kind === 'logmel' ? whole : undefined)
    const numbers = numbersOf(exhibit)
    if (drawing || sound || numbers)
      figures.push({ name: lane ?? describePort(port), caption: captionOf(exhibit), drawing, sound })
    const range = spectrogram && (extent(spectrogram.values) as [number, number])
    written.push({
      lane,
      port: describePort(port),
      cut,
      sound: kept?.file,
      ...(range && { range }),
      ...(numbers && { values: numbers }),
    })
  }
  const drawings = figures.flatMap(({ drawing }) => (drawing ? [drawing] : []))
  const picture = drawings.length > 0 ? write(`${number}.png`, await png(drawings)) : undefined
  const { id, path, labels, start, end } = clip
  const { epoch, position, occurrence } = item
  const draws = { epoch, position, occurrence }
  return {
    clip: id,
    path,
    labels,
    start,
    end,
    draws,
    exhibits: written,
    picture,
    sound: whole,
    failure,
    files,
    figures,
  }
}

async function overview(
  mel: LogMel,
  { exhibits }: Shown,
  { centres, unitOfClip }: WriteOptions,
  sound: Figure['sound'],
): Promise<Figure> {
  const port = exhibits[0]!.port as PatchPort
  const spectrogram = { ...pooled(mel, port.hop / port.rate), centres }
  const marks: Mark[] = exhibits.flatMap(({ lane, cut }) => (cut ? [{ ...cut, name: lane ?? '' }] : []))
  const drawing = await drawSpectrogram(spectrogram, commonScale([spectrogram.values], unitOfClip), marks)
  return { name: 'clip', caption: `the whole clip, ${seconds((mel.frames * port.hop) / port.rate)}`, drawing, sound }
}

async function spectrogramOf(
  { port, value, sound, stacked }: Exhibit,
  centres: Meaning['centres'],
): Promise<Spectrogram | undefined> {
  if (sound && (port.kind === 'recording' || port.kind === 'excerpt')) return spectrogramOfSound(sound)
  if (port.kind !== 'patch' && port.kind !== 'logmel') return undefined
  const { bands, hop, rate } = port
  if (port.kind === 'logmel') return { ...pooled(value as LogMel, hop / rate), centres }
  const hertz = stacked ? undefined : centres
  return { frames: port.frames, bands, hop: hop / rate, values: value as Float32Array, centres: hertz }
}

function waveDrawing({ port, sound }: Exhibit): string | undefined {
  return isSound(port) && sound ? drawWave(sound.samples, sound.rate) : undefined
}

const isSound = ({ kind }: Port) => kind === 'waveform' || kind === 'recording' || kind === 'excerpt'

/** Numbers that are told as they are. */
function numbersOf({ port, value }: Exhibit): number[] | undefined {
  return ['label', 'activity', 'levels', 'embedding', 'tokens', 'indices', 'codes'].includes(port.kind)
    ? Array.from(value as Float32Array)
    : undefined
}

function captionOf(exhibit: Exhibit): string {
  const { port, cut, sound, said } = exhibit
  if (said !== undefined) return said
  if (cut) return `cut from ${cut.start.toFixed(2)} s to ${cut.end.toFixed(2)} s`
  if (port.kind === 'patch') return 'where it was cut is not known: no sound to show'
  if (isSound(port) && sound) return `${sound.whole ? '' : 'the first '}${seconds(sound.samples.length / sound.rate)}`
  const numbers = numbersOf(exhibit)
  if (!numbers) return describePort(port)
  if (port.kind === 'embedding' || port.kind === 'tokens') return spread(numbers)
  return numbers.map(number => String(Number(number.toFixed(3)))).join(', ') + (port.kind === 'levels' ? ' dB' : '')
}

/** An embedding in a few words; its numbers are in the JSON. */
function spread(numbers: readonly number[]): string {
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0))
  const ends = [Math.min(...numbers), Math.max(...numbers)].map(number => number.toFixed(3))
  return `${numbers.length} numbers from ${ends[0]} to ${ends[1]}, length ${length.toFixed(3)}`
}

const seconds = (time: number) => `${time.toFixed(time < 10 ? 2 : 1)} s`
