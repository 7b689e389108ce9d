/** A spectrogram as a picture: time from left to right, low bands at the bottom, axes and a colour bar. */
import sharp from 'sharp'
import { magma, magmaStops } from './colours.js'
import { lettered } from './lettering.js'
import { bandOf, hertzInWords, hertzTicks, ticks } from './ticks.js'

export interface Spectrogram {
  /** Row-major frames x bands. */
  values: Float32Array
  frames: number
  bands: number
  /** Seconds from frame to frame. */
  hop: number
  /** Hertz of each band's centre; numbers of bands stand at the axis if they are not known. */
  centres?: readonly number[] | undefined
}

/** `dB` of log10 power, standard deviations of normalised values, or `r`, correlations of channels. */
export const UNITS = ['dB', 'sd', 'r'] as const

/** What the colours mean. */
export interface Scale {
  unit: (typeof UNITS)[number]
  /** Of the picture's values, in the unit. */
  low: number
  high: number
}

/** A stretch to mark above the picture, in seconds: where a patch was cut. */
export interface Mark {
  name: string
  start: number
  end: number
}

/** Pixels of a drawing and of the part that holds the spectrogram. */
export const SIZE = { width: 430, height: 254 }
const PLOT = { left: 46, top: 30, width: 316, height: 200 }
const BAR = { left: 374, width: 10 }

/** Log10 power in decibels; other values stay. */
const factorOf = (unit: Scale['unit']) => (unit === 'dB' ? 10 : 1)

/** One scale for several spectrograms, from the lowest to the highest of their finite values. */
export function commonScale(values: readonly Float32Array[], unit: Scale['unit']): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const some of values)
    for (const value of some) {
      if (value < low && value > Number.NEGATIVE_INFINITY) low = value
      if (value > high && value < Number.POSITIVE_INFINITY) high = value
    }
  if (!(low < high)) [low, high] = Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1]
  return { unit, low: low * factorOf(unit), high: high * factorOf(unit) }
}

/**
 * The drawing's inside, SIZE.width x SIZE.height, in the current colour. Numbers that are not finite are green, which the
 * colour map never is.
 */
export async function drawSpectrogram(
  spectrogram: Spectrogram,
  scale: Scale,
  marks: readonly Mark[] = [],
): Promise<string> {
  const { left, top, width, height } = PLOT
  const png = (await pixels(spectrogram, scale)).toString('base64')
  const { frames, hop } = spectrogram
  return [
    `<image x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none" image-rendering="optimizeSpeed" style="image-rendering:pixelated" href="data:image/png;base64,${png}"/>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="currentColor" stroke-opacity=".5"/>`,
    timeAxis(frames * hop),
    bandAxis(spectrogram),
    colourBar(scale),
    ...marks.map((mark, at) => markOf(mark, at, frames * hop)),
  ].join('')
}

async function pixels({ values, frames, bands }: Spectrogram, { unit, low, high }: Scale): Promise<Buffer> {
  const raw = Buffer.alloc(3 * frames * bands)
  const factor = factorOf(unit)
  for (let at = 0; at < frames * bands; at++) {
    const value = factor * values[at]!
    const colour = Number.isFinite(value) ? magma((value - low) / (high - low)) : [0, 200, 80]
    raw.set(colour, 3 * ((bands - 1 - (at % bands)) * frames + Math.floor(at / bands)))
  }
  return sharp(raw, { raw: { width: frames, height: bands, channels: 3 } })
    .png()
    .toBuffer()
}

function timeAxis(seconds: number): string {
  const { left, top, width, height } = PLOT
  const [unit, length] = seconds > 150 ? ['min', seconds / 60] : ['s', seconds]
  const { values, decimals } = ticks(0, length, 5)
  const bottom = top + height
  const marks = values.map(value => {
    const x = left + (value / length) * width
    return `${line(x, bottom, x, bottom + 4)}${lettered(value.toFixed(decimals), { x, y: bottom + 13, anchor: 'middle' })}`
  })
  return `${marks.join('')}${lettered(unit, { x: BAR.left, y: bottom + 13 })}`
}

function bandAxis({ bands, centres }: Spectrogram): string {
  const { left, top, height } = PLOT
  const tick = (band: number, text: string) => {
    const y = top + height * (1 - (band + 0.5) / bands)
    return `${line(left - 4, y, left, y)}${lettered(text, { x: left - 7, y, anchor: 'end' })}`
  }
  const name = lettered(centres ? 'Hz' : 'band', { x: 4, y: 9 })
  if (!centres)
    return (
      ticks(0, bands - 1, 6)
        .values.map(band => tick(band, String(band)))
        .join('') + name
    )
  const chosen = apart(
    hertzTicks(centres[0]!, centres.at(-1)!).map(hertz => ({ hertz, band: bandOf(hertz, centres) })),
    (14 / height) * bands,
  )
  return chosen.map(({ hertz, band }) => tick(band, hertzInWords(hertz))).join('') + name
}

/** Leaves out from the bottom up what would come too close to the one before. */
function apart<Tick extends { band: number }>(all: readonly Tick[], least: number): Tick[] {
  const chosen: Tick[] = []
  for (const tick of all) if (chosen.length === 0 || tick.band - chosen.at(-1)!.band >= least) chosen.push(tick)
  return chosen
}

function colourBar({ unit, low, high }: Scale): string {
  const { top, height } = PLOT
  const { left, width } = BAR
  const { values, decimals } = ticks(low, high, 6)
  const marks = values.map(value => {
    const y = top + height * (1 - (value - low) / (high - low))
    return `${line(left + width, y, left + width + 4, y)}${lettered(value.toFixed(decimals), { x: left + width + 7, y })}`
  })
  return [
    `<defs><linearGradient id="magma" x1="0" y1="1" x2="0" y2="0">${magmaStops()}</linearGradient></defs>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="url(#magma)"/>`,
    ...marks,
    lettered(unit, { x: left, y: 9 }),
  ].join('')
}

/** A bracket over the stretch; every second one lies higher, so that two that overlap can be told apart. */
function markOf({ name, start, end }: Mark, at: number, seconds: number): string {
  const x = (time: number) => PLOT.left + (Math.min(time, seconds) / seconds) * PLOT.width
  const y = PLOT.top - 7 - 11 * (at % 2)
  const [from, to] = [x(start), Math.max(x(end), x(start) + 3)]
  const bracket = `<path d="M${from.toFixed(1)} ${y + 3}V${y}H${to.toFixed(1)}V${y + 3}" fill="none" stroke="currentColor" stroke-width="1.5"/>`
  return bracket + lettered(name, { x: from - 4, y: y - 1, anchor: 'end', size: 9 })
}

const line = (x1: number, y1: number, x2: number, y2: number) =>
  `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}" stroke="currentColor"/>`
